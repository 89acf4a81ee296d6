"""The parts decisions are made of."""

import pytest

from omnilink.identity.normalise import normalise
from omnilink.identity.online.born import age_years, compare_born, parse_born
from omnilink.identity.online.forms import compare_forms, name_form, names_mailbox
from omnilink.identity.online.home import compare_homes, parse_home
from omnilink.identity.online.keys import KeyClass, key_class, keyed_hash
from omnilink.identity.online.observation import Distrust, observe_participant
from omnilink.identity.online.traffic import tell_apart
from omnilink.identity.online.weights import default_weights
from omnilink.identity.person_name import NameLevel, parse_name
from omnilink.model.handle import Handle
from omnilink.model.participant import Attestation, Participant, Role, StatedClaim


def form(name):
    return name_form(parse_name(name))


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ("1980-02-01", "1980-02-01", "same"),
        ("1980-02-01", "1980-01-02", "swapped"),
        ("1980-02-01", "1980-01-01", "year"),
        ("1980-02-01", "1980-02-11", "near"),
        ("1980-02-01", "1951-11-30", "differs"),
        ("1980-02-01", "", ""),
    ],
)
def test_birth_dates_agree_in_degrees(a, b, says):
    assert compare_born(a, b) == compare_born(b, a) == says


@pytest.mark.parametrize("text", [None, "", "31/02/1980", "1980-13-01", "0001-01-01", "yesterday"])
def test_what_is_no_birth_date_is_none(text):
    assert parse_born(text) == ""


def test_age_counts_full_years():
    assert age_years("2000-06-15", 1_718_323_200) == 23  # 14 June 2024
    assert age_years("2000-06-14", 1_718_323_200) == 24
    assert age_years("2090-01-01", 1_718_323_200) == 0


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        ("2860 Hill Blvd Apt 12", "2860 Hill Boulevard #12", "same"),
        ("Calle de Toledo, 201, 7ºC", "C/ Toledo 201 7C", "same"),
        ("2860 Hill Blvd Apt 12", "2860 Hill Blvd Apt 13", "other_unit"),
        ("3366 Pine Dr", "3366 Pinne Dr", "near"),
        ("3366 Pine Dr", "9 Elm St", "postcode"),
    ],
)
def test_homes_agree_in_degrees(a, b, says):
    one, other = parse_home(a, "28001"), parse_home(b, "28001")
    assert compare_homes(one, other) == compare_homes(other, one) == says


def test_one_street_in_two_towns_is_two_homes():
    assert compare_homes(parse_home("Calle Mayor 5", "28001"), parse_home("Calle Mayor 5", "08030")) == ""


def test_a_kind_of_street_alone_is_no_home():
    assert parse_home("Calle", "28001") is None
    assert parse_home("", "28001") is None


@pytest.mark.parametrize(
    ("local", "says"),
    [("ana.ruiz80", 1), ("aruiz", 1), ("ruiz", 1), ("berta.gomez", -1), ("bruiz.gomez", -1), ("x77", 0)],
)
def test_a_mailbox_may_bear_its_owners_name_or_anothers(local, says):
    assert names_mailbox(local, form("Ana Ruiz")) == says


def test_short_forms_beside_the_common_ones_are_known():
    assert not compare_forms(form("Joanna Hill"), form("Jody Hill")).clash
    assert not compare_forms(form("Elizabeth Hill"), form("Lib Hill")).clash
    assert compare_forms(form("Emily Hill"), form("Emma Hill")).given is NameLevel.PARTIAL
    assert compare_forms(form("Elizabeeth Hill"), form("Libby Hill")).given is NameLevel.NEAR
    assert compare_forms(form("Marta Hill"), form("Maria Hill")).clash


def test_another_surname_is_another_person_unless_the_given_name_is_surely_the_same():
    assert not compare_forms(form("Ana Ruiz"), form("Ana Gil")).clash
    assert compare_forms(form("A. Ruiz"), form("Ana Gil")).clash


def test_keys_have_classes():
    assert key_class("tel:+34600111222") is KeyClass.TELEPHONE
    assert key_class("tel:+34911234567") is KeyClass.LANDLINE
    assert key_class("tel:+12065550123") is KeyClass.TELEPHONE
    assert key_class("mailto:a@example.org") is KeyClass.MAIL
    assert key_class("telegram:4711") is key_class("wa_bsuid:ES/1") is KeyClass.ACCOUNT
    assert key_class("device:kiosk-1") is KeyClass.DEVICE


def test_official_numbers_are_kept_as_keyed_hashes():
    assert keyed_hash("12.345-a", b"k") == keyed_hash("12345A", b"k")
    assert keyed_hash("12345A", b"k") != keyed_hash("12345A", b"other")
    assert "12345" not in keyed_hash("12345A", b"k")
    assert keyed_hash("--", b"k") == ""


def test_people_on_a_key_are_told_apart_fullest_name_first():
    claims = [(form(n), "") for n in ("Maria Navarro", "Pilar Navarro", "Maria Pilar Navarro", "Berto Gil")]
    assert sorted(tell_apart(claims).values()) == [0, 0, 0, 1]


def test_a_participant_of_the_model_is_observed_by_its_handle_and_claims():
    handle = normalise(Handle.of("mailto", "Ana.Ruiz@Example.org", display="Ana Ruiz"))
    claims = (StatedClaim(field="born", value="1980-02-01"), StatedClaim(field="case", value="GOV-1"))
    o = observe_participant(Participant(role=Role.AUTHOR, handle=handle, claims=claims), id="i/0", at=5)
    assert o.keys == ("mailto:ana.ruiz@example.org",)
    assert o.form is form("Ana Ruiz")
    assert (o.born, o.cases) == ("1980-02-01", ("case:gov-1",))


def test_a_forwarded_mail_is_its_first_senders():
    handle = normalise(Handle.of("mailto", "berto@example.org", display="Berto Gil"))
    claims = (
        StatedClaim(field="forwarded_from", value="ana@example.org"),
        StatedClaim(field="name", value="Ana Ruiz"),
    )
    o = observe_participant(Participant(role=Role.AUTHOR, handle=handle, claims=claims), id="i/0", at=5)
    assert o.keys == ("mailto:ana@example.org",)
    assert o.form is form("Ana Ruiz")


def test_distrust_follows_attestation():
    handle = normalise(Handle.of("tel", "+34600111222"))
    failed = Participant(role=Role.CALLER, handle=handle, attestation=Attestation.FAILED)
    assert observe_participant(failed, id="a", at=1).distrust is Distrust.FORGED
    gateway = Participant(role=Role.CALLER, handle=handle, claims=(StatedClaim(field="call_attestation", value="C"),))
    assert observe_participant(gateway, id="a", at=1).distrust is Distrust.UNVOUCHED


def test_every_weight_of_the_table_is_used_and_ordered():
    w = default_weights()
    for key in w.key.values():
        assert key.one >= key.few >= key.many >= key.place
        assert key.place < w.review
        assert key.alone <= key.one
    assert w.link > w.review

"""Who is one person, and who is not: the cases an agency meets."""

import dataclasses

import pytest
from tests.identity.online.sightings import contacts, resolved, seen, together

from omnilink.errors import BadInput, NotFound
from omnilink.identity.online.resolver import Outcome
from omnilink.identity.online.weights import default_weights
from omnilink.model.participant import Attestation

ANA = "tel:+34600111222"
MAIL = "mailto:ana.ruiz@example.org"


def test_name_and_number_link_over_spelling_and_order():
    r = resolved(
        seen("a", 0, keys=[ANA], full_name="Ana María Ruiz Gil"),
        seen("b", 9, keys=[ANA], full_name="RUIZ GIL, ANA MARIA"),
        seen("c", 30, keys=[ANA], full_name="ana maría ruiz"),
    )
    assert together(r, "a", "b", "c")


def test_name_and_birth_date_link_without_a_common_handle():
    r = resolved(
        seen("a", keys=[ANA], full_name="Ana Ruiz Gil", born="1980-02-01"),
        seen("b", 3, keys=[MAIL], full_name="Ana Ruiz Gil", born="1980-02-01"),
    )
    assert together(r, "a", "b")


def test_a_birth_date_with_day_and_month_exchanged_is_a_slip():
    r = resolved(
        seen("a", keys=[ANA], full_name="Ana Ruiz Gil", born="1980-02-01"),
        seen("b", 3, keys=[ANA], full_name="Ana Ruiz Gil", born="1980-01-02"),
    )
    assert together(r, "a", "b")


def test_another_birth_date_beyond_a_slip_is_another_person():
    r = resolved(
        seen("a", keys=[ANA], full_name="Ana Ruiz", born="1980-02-01"),
        seen("b", 3, keys=[ANA], full_name="Ana Ruiz", born="1951-11-30"),
    )
    assert not together(r, "a", "b")


def test_two_people_of_one_telephone_stay_two():
    r = resolved(
        *(seen(f"a{n}", n, keys=[ANA], full_name="Ana Ruiz") for n in range(4)),
        *(seen(f"b{n}", n, keys=[ANA], full_name="Berto Gil") for n in range(4)),
    )
    assert together(r, "a0", "a3")
    assert together(r, "b0", "b3")
    assert not together(r, "a0", "b0")


def test_twins_are_two_people():
    home = {"street": "Calle Mayor 5", "postcode": "28001", "born": "1990-05-05"}
    r = resolved(
        seen("a", keys=[ANA], full_name="Ana Ruiz Gil", **home),
        seen("b", 5, keys=[ANA], full_name="Eva Ruiz Gil", **home),
        seen("c", 9, full_name="Eva Ruiz Gil", **home),
    )
    assert contacts(r) == {frozenset("a"), frozenset("bc")}


def test_father_and_son_with_one_name_are_two_people():
    shown = {"keys": [ANA], "street": "12 Oak St", "postcode": "98001"}
    r = resolved(
        seen("a", full_name="Robert Hale Sr", **shown),
        seen("b", 2, full_name="Robert Hale Jr", **shown),
    )
    assert not together(r, "a", "b")
    assert r.explain("a", "b").why == "generations"


def test_two_checked_official_numbers_are_two_people():
    shown = {"keys": [ANA], "full_name": "Ana Ruiz", "id_checked": True}
    r = resolved(seen("a", national_id="1111", **shown), seen("b", 2, national_id="2222", **shown))
    assert not together(r, "a", "b")
    assert r.explain("a", "b").why == "two-checked-ids"


def test_an_initial_that_fits_two_people_of_a_telephone_names_neither():
    r = resolved(
        seen("a", 0, keys=[ANA], full_name="John Henson"),
        seen("b", 1, keys=[ANA], full_name="Joan Henson"),
        seen("c", 2, keys=[ANA], full_name="J. Henson"),
    )
    assert not together(r, "a", "b")
    assert r.decided("c").outcome is Outcome.REVIEW


def test_maria_and_pilar_are_maria_pilar():
    r = resolved(
        seen("a", 0, keys=[ANA], full_name="María Pilar Navarro Anguita"),
        seen("b", 1, keys=[ANA], full_name="Pilar Navarro Anguita"),
        seen("c", 2, keys=[ANA], full_name="María Navarro Anguita"),
    )
    assert together(r, "a", "b", "c")


def test_a_short_form_of_a_given_name_is_the_same_person():
    r = resolved(
        seen("a", 0, keys=[ANA], full_name="Vanessa Hill", born="1980-01-05"),
        seen("b", 1, keys=[ANA], full_name="Essa Hill"),
    )
    assert together(r, "a", "b")


def test_a_forged_sender_is_never_linked():
    r = resolved(
        seen("a", keys=[MAIL], full_name="Ana Ruiz", born="1980-02-01"),
        seen("b", 2, keys=[MAIL], full_name="Ana Ruiz", born="1980-02-01", attestation=Attestation.FAILED),
    )
    assert not together(r, "a", "b")
    assert r.decided("b").why == "failed-authentication"


def test_a_call_nobody_vouches_for_needs_more_than_a_name_and_a_number():
    known = [seen(f"a{n}", n * 9, keys=[ANA], full_name="Ana Ruiz", born="1980-02-01") for n in range(3)]
    r = resolved(
        *known,
        seen("name", 12, keys=[ANA], full_name="Ana Ruiz", call_attestation="C"),
        seen("born", 13, keys=[ANA], full_name="Ana Ruiz", born="1980-02-01", call_attestation="C"),
    )
    assert not together(r, "a0", "name")
    assert r.decided("name").outcome is Outcome.REVIEW
    assert together(r, "a0", "born")


def test_a_quoted_case_and_a_name_link_across_channels():
    r = resolved(
        seen("a", keys=["x:4711"], full_name="Ana", case="GOV-1"),
        seen("b", 3, keys=[MAIL], case="GOV-1"),
        seen("c", 9, keys=[ANA], full_name="Ana Ruiz", case="GOV-1"),
    )
    assert together(r, "a", "b", "c")


def test_a_case_without_a_name_is_a_persons_to_look_at_where_the_weights_say_so():
    r = resolved(
        seen("a", keys=["x:4711"], full_name="Ana", case="GOV-1"),
        seen("b", 3, keys=[ANA], case="GOV-1"),
        seen("c", 4, case="GOV-1"),
        seen("d", 5, case="GOV-1"),
        weights=dataclasses.replace(default_weights(), lone_case=False),
    )
    assert all(len(group) == 1 for group in contacts(r))
    assert {r.decided(id).outcome for id in "abcd"} == {Outcome.REVIEW}
    assert r.explain("a", "b").why == "one-claim"


def test_an_unchecked_official_number_without_a_name_is_a_persons_to_look_at():
    r = resolved(
        seen("a", national_id="1", keys=["x:4711"], full_name="Ana"),
        seen("b", 6, national_id="1", keys=[MAIL]),
        seen("c", 7, national_id="1", keys=[ANA]),
        seen("d", 8, national_id="1"),
        seen("e", 9, national_id="1"),
    )
    assert contacts(r) == {frozenset(id) for id in "cde"} | {frozenset("ab")}
    assert {r.decided(id).outcome for id in "cde"} == {Outcome.REVIEW}
    assert r.explain("a", "c").why == "one-claim"


def test_a_checked_official_number_is_enough_without_a_name():
    r = resolved(
        seen("a", national_id="1", id_checked=True, keys=[MAIL], full_name="Ana Ruiz"),
        seen("b", 7, national_id="1", id_checked=True, keys=["x:4712"]),
    )
    assert together(r, "a", "b")


def test_a_name_learned_elsewhere_makes_a_hint_enough():
    r = resolved(
        seen("a", 0, keys=[ANA], full_name="Ana Ruiz"),
        seen("b", 1, keys=[ANA], case="GOV-1"),
        seen("c", 2, keys=[MAIL], full_name="Ana Ruiz", case="GOV-1"),
    )
    assert together(r, "a", "b", "c")


def test_a_function_mailbox_identifies_nobody():
    r = resolved(
        *(seen(f"a{n}", n, keys=["mailto:info@example.org"]) for n in range(3)),
    )
    assert len(contacts(r)) == 3


def test_a_childs_form_does_not_make_the_telephone_the_childs():
    r = resolved(
        *(seen(f"a{n}", n, keys=[ANA], full_name="Leo Gil", born="2020-05-05") for n in range(3)),
        seen("b", 4, keys=[ANA]),
    )
    assert not together(r, "a0", "b")
    assert r.decided("b").why == "child"


def test_an_observation_that_shows_nothing_is_a_contact_of_its_own():
    r = resolved(seen("a"), seen("b"), seen("c", full_name="Ana Ruiz"), seen("d", full_name="Ana Ruiz"))
    assert len(contacts(r)) == 4


def test_the_same_observation_twice_changes_nothing_and_a_corrected_one_replaces_it():
    r = resolved(seen("a", keys=[ANA], full_name="Ana Ruiz"), seen("b", 1, keys=[ANA], full_name="Ana Ruiz"))
    r.observe(seen("b", 1, keys=[ANA], full_name="Ana Ruiz"))
    assert together(r, "a", "b")
    r.observe(seen("b", 1, keys=[ANA], full_name="Berto Gil"))
    assert not together(r, "a", "b")


def test_questions_about_unknown_observations_are_refused():
    r = resolved(seen("a"))
    for ask in (r.decided, r.contact, r.members, r.forget):
        with pytest.raises(NotFound):
            ask("nobody")
    with pytest.raises(NotFound):
        r.revoke(1)
    with pytest.raises(BadInput):
        r.split(["a"], by="ana", at=1)


def test_nothing_personal_is_shown_by_a_repr():
    o = seen("a", keys=[ANA], full_name="Ana Ruiz", born="1980-02-01", street="Calle Mayor 5", postcode="28001")
    r = resolved(o)
    persona = next(iter(r.directory.personas.values()))
    for thing in (o, persona, r.decided("a"), o.form):
        assert "Ruiz" not in repr(thing)
        assert "600111222" not in repr(thing)

"""The case ladder: the surest rule wins, says why, and leaves other people's cases alone."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.conversation.assign import JOIN, SUGGEST, assign
from omnilink.conversation.case_facts import Decision, Incoming, KnownCase, MailHint, Rung
from omnilink.conversation.case_score import is_mass_mail, recency
from omnilink.conversation.references import ReferencePicture, find_references
from omnilink.conversation.tokens import Purpose, RefusedToken, Route
from omnilink.conversation.topics import topic_overlap, topic_words
from omnilink.errors import ConfigError

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)
LAMP = topic_words("The street lamp in front of 14 Harbour Road has been dark for nine days")
LINK = "link-telephone-and-mail"


def case(**more):
    return KnownCase(**{
        "id": "case-ana", "last_at": MONDAY, "channel": "email", "contacts": {"ana": 1.0},
        "conversations": frozenset({"mail-1"}), "topic": LAMP, **more,
    })  # fmt: skip


def moment(**more):
    return Incoming(**{
        "interaction": "i2", "conversation": "call-1", "channel": "voice", "at": MONDAY + timedelta(days=4),
        "contact": "ana", "identity_confidence": 0.97, "identity_depends_on": (LINK,), **more,
    })  # fmt: skip


def kinds(option):
    return {evidence.kind for evidence in option.evidence}


def test_a_citizen_mails_waits_rings_and_texts_about_one_matter():
    call = moment(topic=topic_words("Asks about the dark street lamp in Harbour Road, nobody answered her mail"))
    rung = assign(call, [case()])
    assert (rung.decision, rung.case) == (Decision.JOIN, "case-ana")
    assert rung.chosen.rung is Rung.SAME_MATTER
    assert {"identity", "topic", "recency"} <= kinds(rung.chosen)
    assert rung.chosen.depends_on == (LINK,)

    after = case(
        last_at=call.at, channel="voice", conversations=frozenset({"mail-1", "call-1"}), topic=LAMP | call.topic
    )
    text = moment(
        interaction="i3", conversation="sms-1", channel="sms", at=call.at + timedelta(hours=20),
        topic=topic_words("Hello, is there any news about the lamp in Harbour Road?"),
    )  # fmt: skip
    assert assign(text, [after]).case == "case-ana"


def test_another_person_on_the_same_family_telephone_stays_apart_and_is_told_why():
    brother = moment(
        contact="omar", identity_confidence=1.0, identity_depends_on=(),
        handle_shared_by=frozenset({"ana", "omar"}), topic=LAMP,
    )  # fmt: skip
    found = assign(brother, [case()])
    assert found.decision is Decision.NEW
    assert [(apart.case, apart.reason) for apart in found.set_apart] == [
        ("case-ana", "another_person_on_the_same_address")
    ]


def test_a_nameless_call_from_a_shared_telephone_is_at_most_nobodys_suggestion():
    nobody = moment(contact=None, handle_shared_by=frozenset({"ana", "omar"}), topic=LAMP)
    found = assign(nobody, [case()])
    assert found.case is None
    assert found.chosen is None or found.chosen.confidence < JOIN


def test_an_unsure_identity_makes_the_case_unsure():
    sure = assign(moment(topic=LAMP), [case()])
    unsure = assign(moment(topic=LAMP, identity_confidence=0.6), [case()])
    assert sure.decision is Decision.JOIN
    assert unsure.decision is Decision.SUGGEST
    assert unsure.chosen.confidence < sure.chosen.confidence


def test_the_same_person_about_another_service_gets_a_new_case():
    other = moment(topic=topic_words("Wants to enrol her son in the music school"), service="schools")
    assert assign(other, [case(service="lighting")]).decision is Decision.NEW


def test_two_open_matters_that_fit_alike_are_suggested_not_chosen():
    found = assign(moment(topic=LAMP), [case(), case(id="case-ana-2", conversations=frozenset({"mail-2"}))])
    assert found.decision is Decision.SUGGEST
    assert len(found.alternatives) == 1


def test_after_months_a_matter_is_not_taken_up_by_itself():
    late = moment(topic=topic_words("Asks about the music school"), at=MONDAY + timedelta(days=400))
    assert assign(late, [case()]).decision is Decision.NEW


def test_a_duplicate_is_where_the_first_copy_is():
    found = assign(moment(duplicate_of="i1"), [case(interactions=frozenset({"i1"}))])
    assert (found.case, found.chosen.rung, found.chosen.confidence) == ("case-ana", Rung.DUPLICATE, 1.0)


def test_the_channels_own_thread_comes_before_everything_else():
    other = case(id="case-b", references=frozenset({"case:2026-000001"}), conversations=frozenset())
    found = assign(moment(conversation="mail-1", references=frozenset({"case:2026-000001"})), [case(), other])
    assert (found.case, found.chosen.rung) == ("case-ana", Rung.NATIVE)
    assert [option.case for option in found.alternatives] == ["case-b"]


def test_a_participants_token_joins_and_a_strangers_is_only_suggested():
    token = Route("mail-1", Purpose.REPLY_TO, MONDAY + timedelta(days=99), 1)
    mine = assign(moment(token=token), [case()])
    assert (mine.case, mine.chosen.rung, mine.chosen.confidence) == ("case-ana", Rung.TOKEN, 0.99)
    stranger = assign(moment(contact="eve", token=token), [case()])
    assert stranger.decision is Decision.SUGGEST
    assert stranger.chosen.needs_review


def test_a_forged_token_does_nothing():
    found = assign(moment(contact="eve", token=RefusedToken("forged")), [case()])
    assert found.decision is Decision.NEW


def test_an_expired_token_suggests_to_a_participant_only():
    expired = RefusedToken("expired", "mail-1")
    asked = {"topic": frozenset(), "at": MONDAY + timedelta(days=500), "token": expired}
    assert assign(moment(**asked), [case()]).chosen.rung is Rung.TOKEN
    assert assign(moment(contact="eve", **asked), [case()]).chosen is None


def test_a_providers_id_leads_to_our_mail():
    found = assign(moment(aliased_conversations=frozenset({"mail-1"}), contact=None), [case()])
    assert (found.case, found.chosen.rung) == ("case-ana", Rung.ALIAS)


def test_a_case_number_joins_its_own_contact_and_nobody_else():
    numbered = case(references=frozenset({"case:2026-000123"}))
    mine = assign(moment(references=frozenset({"case:2026-000123"})), [numbered])
    assert (mine.case, mine.chosen.rung) == ("case-ana", Rung.REFERENCE)
    stranger = assign(moment(contact="eve", references=frozenset({"case:2026-000123"})), [numbered])
    assert stranger.decision is Decision.SUGGEST
    assert stranger.chosen.needs_review


def test_two_numbers_of_two_cases_are_for_a_person_to_part():
    both = moment(references=frozenset({"case:1111", "case:2222"}))
    found = assign(both, [case(references=frozenset({"case:1111"})), case(id="b", references=frozenset({"case:2222"}))])
    assert found.decision is Decision.SUGGEST


def test_what_mails_show_is_rung_five():
    hint = MailHint("mail-1", 0.91)
    found = assign(moment(conversation="mail-9", contact=None, mail_hints=(hint,)), [case()])
    assert (found.case, found.chosen.rung) == ("case-ana", Rung.MAIL)
    assert found.chosen.depends_on == ("conversation:mail-1",)


def test_answers_to_a_mass_mail_are_a_case_for_each_person():
    answer = moment(conversation="mail-1", contact="omar", answers_mass_mail=True)
    found = assign(answer, [case()])
    assert found.decision is Decision.NEW
    assert found.set_apart[0].reason == "another_recipient_of_our_mass_mail"
    assert assign(replace(answer, contact="ana"), [case()]).case == "case-ana"


def test_a_refused_case_is_never_offered_again():
    found = assign(moment(conversation="mail-1", refused_cases=frozenset({"case-ana"})), [case()])
    assert found.chosen is None
    assert not found.alternatives


@given(st.permutations(["a", "b", "c", "d"]), st.integers(0, 30), st.sampled_from(["email", "sms", "voice", "x"]))
def test_the_order_of_cases_makes_no_difference(order, days, channel):
    cases = {name: case(id=name, last_at=MONDAY + timedelta(days=ord(name) - 97), channel=channel) for name in order}
    incoming = moment(topic=LAMP, at=MONDAY + timedelta(days=days))
    assert assign(incoming, [cases[name] for name in order]) == assign(incoming, [cases[name] for name in "abcd"])


@given(st.floats(0, 1), st.floats(0, 400), st.booleans())
def test_thresholds_hold_whatever_the_facts(identity, days, is_open):
    found = assign(
        moment(identity_confidence=identity, topic=LAMP, at=MONDAY + timedelta(days=days)), [case(is_open=is_open)]
    )
    if found.decision is Decision.JOIN:
        assert found.chosen.confidence >= JOIN
    elif found.decision is Decision.SUGGEST:
        assert found.chosen.confidence >= SUGGEST
    else:
        assert all(option.confidence < SUGGEST for option in found.alternatives)


def test_recency_halves_by_the_slower_channel():
    assert recency("chat?", MONDAY, "chat?", MONDAY) == 1.0
    assert recency("voice", MONDAY + timedelta(hours=72), "sms", MONDAY) == pytest.approx(0.5)
    assert recency("webchat", MONDAY + timedelta(minutes=30), "webchat", MONDAY) == pytest.approx(0.5)
    assert recency("voice", MONDAY + timedelta(days=14), "email", MONDAY) == pytest.approx(0.5)


def test_a_mass_mail_is_known_by_recipients_or_repliers():
    assert is_mass_mail(20, 0)
    assert is_mass_mail(1, 9)
    assert not is_mass_mail(19, 8)


def test_topics_are_what_texts_share_beyond_courtesies():
    assert not topic_words("Dear Sir or Madam, please could you tell me, thank you very much, kind regards") - {"kind"}
    lamp, lamps = topic_words("Straßenlampe in der Hafenstraße"), topic_words("Straßenlampen, Hafenstraße 14")
    assert topic_overlap(lamp, lamps) > 0.9
    assert topic_overlap(topic_words("街灯が壊れています"), topic_words("街灯の修理")) > 0
    assert topic_overlap(frozenset(), LAMP) == 0.0
    assert topic_overlap(topic_words("lamp"), LAMP) < 1.0


def test_a_rare_word_says_more_than_a_common_one():
    seen = {"stree": 90, "lamp": 2, "noise": 2}
    a, b, c = frozenset({"stree", "lamp"}), frozenset({"lamp", "noise"}), frozenset({"stree", "noise"})
    assert topic_overlap(a, b, seen, 100) > topic_overlap(a, c, seen, 100)


def test_case_numbers_are_found_by_their_picture():
    pictures = [ReferencePicture("EXP/##/####", "files"), ReferencePicture("####-######")]
    text = "About exp/26/0042 and 2026-000123, not 12026-000123 or 2026-0001234"
    assert find_references(text, pictures) == {"files:EXP/26/0042", "case:2026-000123"}


@pytest.mark.parametrize("picture", ["", "###", "abc", "#" * 41])
def test_a_picture_that_would_find_ordinary_words_is_refused(picture):
    with pytest.raises(ConfigError):
        ReferencePicture(picture)


def test_nobody_shows_in_a_repr():
    assert "ana" not in repr(moment())
    assert "ana" not in repr(case()).replace("case-ana", "")

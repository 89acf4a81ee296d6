"""Consent: the newest word counts, the strictest persona wins, and only the same start takes a stop back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from omnilink.model.consent import Consent
from omnilink.policy.consent import decide_consent

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
NUMBER, OTHER = "tel:+34910000000", "tel:+34910000001"


def said(state, minute=0, *, persona="p1", purpose="any", sender=NUMBER):
    return Consent(
        persona=persona, purpose=purpose, sender=sender, state=state, evidence="e1", at=NOON + timedelta(minutes=minute)
    )


CONSENTS = st.lists(
    st.builds(
        said,
        st.sampled_from(["granted", "denied", "withdrawn"]),
        st.integers(0, 3),
        persona=st.sampled_from(["p1", "p2", "p3"]),
        purpose=st.sampled_from(["any", "marketing", "statutory"]),
        sender=st.sampled_from(["", NUMBER, OTHER]),
    ),
    max_size=8,
)
PURPOSES = st.sampled_from(["service", "marketing", "statutory"])
SENDERS = st.sampled_from([NUMBER, OTHER, "tel:+34910000002"])


@pytest.mark.parametrize(
    ("consents", "purpose", "allowed"),
    [
        ([], "service", True),
        ([said("withdrawn")], "service", False),
        ([said("denied")], "service", False),
        ([said("withdrawn"), said("granted", 1)], "service", True),
        ([said("granted"), said("withdrawn", 1)], "service", False),
        ([said("granted", persona="p2"), said("withdrawn")], "service", False),
        ([said("withdrawn"), said("granted", 1, persona="p2")], "service", False),
        ([said("withdrawn", sender="")], "service", False),
        ([said("withdrawn", sender=OTHER)], "service", True),
        ([said("withdrawn", sender=""), said("granted", 1)], "service", False),
        ([said("withdrawn", purpose="marketing")], "marketing", False),
        ([said("withdrawn", purpose="marketing")], "statutory", True),
        ([said("withdrawn", purpose="any")], "statutory", False),
        ([said("withdrawn", purpose="any"), said("granted", 1, purpose="marketing")], "marketing", False),
        ([said("granted"), said("withdrawn")], "service", False),  # in one moment: the stricter
        ([said("withdrawn"), said("granted")], "service", False),
    ],
)
def test_decisions(consents, purpose, allowed):
    assert decide_consent(consents, purpose=purpose, sender_key=NUMBER).allowed is allowed


@given(CONSENTS, PURPOSES, SENDERS, st.randoms())
def test_the_order_of_reading_does_not_matter(consents, purpose, sender, random):
    shuffled = consents[:]
    random.shuffle(shuffled)
    decided = [decide_consent(some, purpose=purpose, sender_key=sender).allowed for some in (consents, shuffled)]
    assert decided[0] == decided[1]


@given(CONSENTS, CONSENTS, PURPOSES, SENDERS)
def test_a_merge_never_allows_what_one_of_them_refused(ours, theirs, purpose, sender):
    theirs = [c.model_copy(update={"persona": f"x{c.persona}"}) for c in theirs]
    alone = [decide_consent(some, purpose=purpose, sender_key=sender).allowed for some in (ours, theirs)]
    assert decide_consent(ours + theirs, purpose=purpose, sender_key=sender).allowed == all(alone)


@given(CONSENTS, PURPOSES, SENDERS)
def test_a_refusal_names_a_consent_that_concerns_the_message(consents, purpose, sender):
    decision = decide_consent(consents, purpose=purpose, sender_key=sender)
    assert decision.allowed == (decision.because is None)
    if decision.because is not None:
        assert decision.because in consents
        assert decision.because.state != "granted"
        assert decision.because.purpose in ("any", purpose)
        assert decision.because.sender in ("", sender)


@given(CONSENTS, PURPOSES, SENDERS)
def test_a_later_start_by_all_that_stopped_restores(consents, purpose, sender):
    restored = [c.model_copy(update={"state": "granted", "at": NOON + timedelta(hours=1)}) for c in consents]
    assert decide_consent(consents + restored, purpose=purpose, sender_key=sender).allowed


@given(CONSENTS, PURPOSES, SENDERS)
def test_a_later_stop_of_any_purpose_to_every_sender_refuses(consents, purpose, sender):
    stop = said("withdrawn", 60, sender="")
    assert not decide_consent([*consents, stop], purpose=purpose, sender_key=sender).allowed

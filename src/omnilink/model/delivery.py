"""Delivery and call state: pure folds over sets of receipts, the same in every order."""

from collections.abc import Iterable

from omnilink.model.interaction import Revision, RevisionAction
from omnilink.model.part import Call

LADDER = ("queued", "unknown", "accepted", "sent", "expired", "failed", "delivered", "read")
"""Lowest first: a status never goes back down (architecture §3)."""

WORDS = {
    "queued": "queued", "accepted": "accepted", "scheduled": "queued", "sending": "accepted", "sent": "sent",
    "delivered": "delivered", "read": "read", "played": "read", "seen": "read",
    "failed": "failed", "undelivered": "failed", "canceled": "failed", "deleted": "failed", "warning": "sent",
    "expired": "expired", "bounced": "failed", "resent": "queued",
}  # fmt: skip
"""Vendors' words for a receipt (Twilio MessageStatus, WhatsApp statuses[].status) on our ladder."""

RESENT = "resent"
"""Our own word for: a person has it tried again."""

_ARRIVED = LADDER.index("delivered")

CALL_LADDER = (
    "queued", "initiated", "ringing", "pre_accept", "accepted", "in-progress", "answered",
    "no-answer", "busy", "failed", "canceled", "rejected", "missed", "completed", "ended",
)  # fmt: skip
"""Call states, earliest first (Twilio CallStatus, WhatsApp calls)."""


def fold_delivery(revisions: Iterable[Revision]) -> str | None:
    """The delivery status a set of receipts amounts to, or None where there are none.

    What was sent again is judged by what was heard since: of what was heard before, only that it arrived counts.
    """
    receipts = [r for r in revisions if r.action is RevisionAction.RECEIPT]
    again = max((r.at for r in receipts if r.status == RESENT), default=None)
    ranked = [(LADDER.index(WORDS.get((r.status or "").lower(), "unknown")), r.at) for r in receipts]
    ranks = [rank for rank, at in ranked if again is None or at >= again or rank >= _ARRIVED]
    return LADDER[max(ranks)] if ranks else None


def fold_call(first: Call, revisions: Iterable[Revision]) -> Call:
    """The call as all its callbacks tell it, whatever order they came in.

    The state furthest along wins; digits and speech are joined in the order of `sequence`, then time.
    """
    calls = [first, *(p for r in revisions if r.action is RevisionAction.CALL for p in r.parts if isinstance(p, Call))]
    calls.sort(key=lambda c: (c.sequence if c.sequence is not None else -1, c.at.timestamp() if c.at else 0.0,
                              c.model_dump_json()))  # fmt: skip
    furthest = max(calls, key=lambda c: CALL_LADDER.index(c.status) if c.status in CALL_LADDER else -1)
    newest = list(reversed(calls))
    return Call(
        status=furthest.status,
        sequence=furthest.sequence,
        at=first.at,
        digits=" ".join(c.digits for c in calls if c.digits) or None,
        speech=" ".join(c.speech for c in calls if c.speech) or None,
        duration_s=next((c.duration_s for c in newest if c.duration_s is not None), None),
        recording_ref=next((c.recording_ref for c in newest if c.recording_ref), None),
        transcript=next((c.transcript for c in newest if c.transcript), None),
    )

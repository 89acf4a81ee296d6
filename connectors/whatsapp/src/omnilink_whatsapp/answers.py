"""Answers: what the Cloud API's answer to a call means.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

import json

from omnilink.model import Handle
from omnilink.plugin import (
    Accepted,
    Answer,
    Declined,
    HttpAnswer,
    NotDispatched,
    Outcome,
    Step,
    Throttled,
    Unknown,
    read_outcome,
    retry_after_s,
)

_THROTTLED = frozenset({4, 17, 80007, 130429, 131048, 131056, 133016})
_NOT_DONE = frozenset({1, 2, 131000, 131016})
"""The API says that it failed inside; Meta's page says to try again."""
_DECLINED = {
    0: "not-authorised", 3: "not-authorised", 10: "not-authorised", 190: "not-authorised",
    131047: "window-closed", 131026: "unreachable", 131030: "unreachable", 131062: "unreachable",
    131050: "opted-out", 131051: "not-supported", 131052: "bad-request", 131053: "bad-request",
    131031: "policy", 368: "policy", 130497: "policy", 131049: "policy", 130472: "policy",
}  # fmt: skip


def read_answer(step: Step, answer: Answer) -> Outcome:
    """The outcome of a call, by Meta's codes first."""
    if isinstance(answer, HttpAnswer) and answer.status >= 400 and (code := _error_code(answer)) is not None:
        if code in _THROTTLED:
            return Throttled(retry_after_s(answer), error_code=str(code))
        if code in _NOT_DONE:
            return NotDispatched(f"code-{code}") if answer.status < 500 else Unknown(f"code-{code}")
        if code in _DECLINED or 200 <= code < 300:
            return Declined(_DECLINED.get(code, "not-authorised"), error_code=str(code))
        if answer.status < 500:
            return Declined("bad-request", error_code=str(code))
    return read_outcome(answer, lambda ok: _accepted(step, ok))


def _accepted(step: Step, answer: HttpAnswer) -> Accepted | Unknown:
    told = json.loads(answer.body)
    if not step.delivers:
        media_id = told.get("id")
        return Accepted((str(media_id),)) if media_id else Unknown("answer-without-id")
    ids = tuple(f"wa:{message['id']}" for message in told.get("messages", ()) if message.get("id"))
    contact: dict[str, object] = next(iter(told.get("contacts", ())), {})
    number = contact.get("wa_id")
    learned = Handle.of("wa", str(number)) if number else None
    return Accepted(ids, learned_handle=learned) if ids else Unknown("answer-without-id")


def _error_code(answer: HttpAnswer) -> int | None:
    try:
        code = json.loads(answer.body)["error"]["code"]
        return int(code)
    except (ValueError, TypeError, KeyError):
        return None

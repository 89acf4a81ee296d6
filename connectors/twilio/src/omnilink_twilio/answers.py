"""Answers: what Twilio's answer to a call means. https://www.twilio.com/docs/api/errors"""

import json

from omnilink.plugin import (
    Accepted,
    Answer,
    Declined,
    HttpAnswer,
    Outcome,
    Step,
    Throttled,
    Unknown,
    read_outcome,
    retry_after_s,
)

_THROTTLED = frozenset({20429, 14107, 30001, 30022, 63018})
_DECLINED = {
    20003: "not-authorised", 20404: "not-authorised", 21610: "opted-out", 21211: "bad-address", 21614: "unreachable",
    21612: "unreachable", 21408: "not-authorised", 30003: "unreachable", 30005: "unreachable", 30006: "unreachable",
    63003: "unreachable", 63016: "window-closed", 63024: "bad-address", 21617: "too-large", 21606: "not-authorised",
    21620: "bad-request", 30004: "opted-out", 30007: "policy", 63032: "policy",
}  # fmt: skip


def read_answer(step: Step, answer: Answer) -> Outcome:
    """The outcome of a call, by Twilio's codes first."""
    if isinstance(answer, HttpAnswer) and answer.status >= 400 and (code := _error_code(answer)) is not None:
        if code in _THROTTLED:
            return Throttled(retry_after_s(answer), error_code=str(code))
        if answer.status < 500 and answer.status != 429:
            return Declined(_DECLINED.get(code, "bad-request"), error_code=str(code))
    return read_outcome(answer, _accepted)


def _accepted(answer: HttpAnswer) -> Outcome:
    told = json.loads(answer.body)
    sid = told.get("sid")
    if not isinstance(sid, str) or not sid:
        return Unknown("answer-without-id")
    if told.get("status") in ("failed", "undelivered"):
        code = told.get("error_code")
        return Declined(_DECLINED.get(code, "refused"), error_code=str(code) if code else None)
    return Accepted((f"twilio:{sid}",))


def _error_code(answer: HttpAnswer) -> int | None:
    try:
        return int(json.loads(answer.body)["code"])
    except (ValueError, TypeError, KeyError):
        return None

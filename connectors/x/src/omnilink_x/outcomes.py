"""Outcomes: what X's answer to a call means. https://docs.x.com/x-api/fundamentals/response-codes-and-errors"""

import json
from email.utils import parsedate_to_datetime

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
from omnilink_x.direct import dm_key
from omnilink_x.posts import post_key

_DAYS = ("x-user-limit-24hour", "x-app-limit-24hour")


def read_answer(step: Step, answer: Answer) -> Outcome:
    """The outcome of a call."""
    if isinstance(answer, HttpAnswer):
        if answer.status == 429:
            return Throttled(wait_s(answer), error_code="429")
        if answer.status == 403:
            words = answer.body[:4000].decode("utf-8", "replace").lower()
            reason = "policy" if "reply" in words or "duplicate" in words else "not-authorised"
            if "cannot send messages to this user" in words or "privacy settings" in words:
                reason = "unreachable"
            return Declined(reason, error_code="403")
    return read_outcome(answer, lambda ok: _accepted(step, ok))


def wait_s(answer: HttpAnswer) -> float | None:
    """How long X asks to wait; it tells its own reset, something in between (a proxy) a `Retry-After`."""
    own_s = _reset_in_s(answer) if answer.status == 429 else None
    return retry_after_s(answer) if own_s is None else own_s


def _accepted(step: Step, answer: HttpAnswer) -> Outcome:
    data = json.loads(answer.body)["data"]
    if step.name.startswith("delete"):
        return Accepted()
    if "dm_event_id" in data:
        conversation = data.get("dm_conversation_id")
        threads = (f"x:dm-conversation/{conversation}",) if conversation else ()
        return Accepted((dm_key(str(data["dm_event_id"])),), conversation_keys=threads)
    ident = data.get("id")
    return Accepted((post_key(str(ident)),)) if ident else Unknown("answer-without-id")


def _reset_in_s(answer: HttpAnswer) -> float | None:
    """X tells the moment its limit begins anew, relative to its own clock (`date`); a day's limit apart from others.

    https://docs.x.com/x-api/fundamentals/rate-limits
    """
    day = next((name for name in _DAYS if answer.headers.get(f"{name}-remaining") == "0"), None)
    try:
        reset = float(answer.headers[f"{day}-reset" if day else "x-rate-limit-reset"])
        now = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        return None
    return min(max(reset - now, 1.0), 24 * 3600.0)

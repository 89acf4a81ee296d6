"""The outcome table that most HTTP APIs share; a connector puts its own error codes before it.

Sources: RFC 9110 §15 (status codes), §10.2.3 (Retry-After); RFC 6585 §4 (429).
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from omnilink.plugin.sending import (
    Answer,
    Declined,
    HttpAnswer,
    NotDispatched,
    Outcome,
    Throttled,
    TransportFailed,
    Unknown,
)

LONGEST_RETRY_S = 24 * 3600.0

_DECLINED = {
    400: "bad-request", 401: "not-authorised", 403: "not-authorised", 404: "unreachable", 410: "unreachable",
    413: "too-large", 422: "bad-request",
}  # fmt: skip


def read_outcome(answer: Answer, accepted: Callable[[HttpAnswer], Outcome]) -> Outcome:
    """What an answer means, where the vendor's own codes have not said it.

    Args:
        answer: of the step.
        accepted: reads a 2xx; what it cannot read is `Unknown`, since the provider did take something.
    """
    if isinstance(answer, TransportFailed):
        return Unknown(answer.reason) if answer.dispatched else NotDispatched(answer.reason)
    if 200 <= answer.status < 300:
        try:
            return accepted(answer)
        except Exception:  # a 2xx that cannot be read is no reason to send it twice
            return Unknown("answer-unreadable")
    if answer.status == 429:
        return Throttled(retry_after_s(answer), error_code="429")
    if answer.status == 503 and (wait_s := retry_after_s(answer)) is not None:
        return Throttled(wait_s, error_code="503")
    if answer.status == 408 or answer.status >= 500:
        return Unknown(f"http-{answer.status}")
    return Declined(_DECLINED.get(answer.status, "refused"), error_code=str(answer.status))


def retry_after_s(answer: HttpAnswer, now: datetime | None = None) -> float | None:
    """Seconds to wait by `Retry-After` (a number or a date); None where there is none or it makes no sense."""
    told = answer.headers.get("retry-after", "").strip()
    try:
        wait_s = float(told)
    except ValueError:
        try:
            at = parsedate_to_datetime(told)
        except (ValueError, TypeError):
            return None
        wait_s = (at - (now or datetime.now(UTC))).total_seconds() if at.tzinfo else -1.0
    return min(wait_s, LONGEST_RETRY_S) if math.isfinite(wait_s) and wait_s >= 0 else None

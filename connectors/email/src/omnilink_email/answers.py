"""Answers: what a mail server's reply means (RFC 5321 §4.2, RFC 3463)."""

from omnilink.plugin import (
    Accepted,
    Answer,
    Declined,
    HttpAnswer,
    NotDispatched,
    Outcome,
    Step,
    Throttled,
    TransportFailed,
    Unknown,
)
from omnilink_email.rewriting import rewritten_ids
from omnilink_email.transmit import MailRequest

# RFC 3463 §3 and https://www.iana.org/assignments/smtp-enhanced-status-codes/; the longest beginning counts.
_BY_ENHANCED = {
    "5.1": "unreachable", "5.1.7": "not-authorised", "5.1.8": "not-authorised",
    "5.2": "unreachable", "5.2.3": "too-large",
    "5.3": "refused", "5.3.4": "too-large",
    "5.4": "unreachable",
    "5.5": "bad-request",
    "5.6": "bad-request", "5.6.7": "not-supported",
    "5.7": "policy", "5.7.8": "not-authorised", "5.7.9": "not-authorised", "5.7.13": "not-authorised",
}  # fmt: skip
# RFC 5321 §4.2.2, RFC 7504 (521, 556), RFC 4954 §6 (530, 534, 535, 538).
_BY_CODE = {
    521: "unreachable", 550: "unreachable", 551: "unreachable", 552: "too-large", 553: "unreachable", 554: "policy",
    556: "unreachable", 530: "not-authorised", 534: "not-authorised", 535: "not-authorised", 538: "not-authorised",
}  # fmt: skip
_OF_US = frozenset({"connect", "auth", "mail"})


def read_reply(step: Step, answer: Answer) -> Outcome:
    """The outcome of one transmission.

    A temporary refusal (4xx) of this mail is `Throttled`: nothing was taken, and it may last hours (greylisting).
    One of the line itself is `NotDispatched`, which is given up after some attempts.
    """
    if isinstance(answer, TransportFailed):
        return Unknown(answer.reason) if answer.dispatched else NotDispatched(answer.reason)
    enhanced, stage = answer.headers.get("enhanced"), answer.headers.get("stage", "")
    code = enhanced or str(answer.status)
    if 200 <= answer.status < 300:
        return _accepted(step, answer)
    if 400 <= answer.status < 500:
        if stage in {"connect", "auth"}:
            return NotDispatched(f"smtp-{answer.status}")
        return Throttled(error_code=code)
    if 500 <= answer.status < 600:
        return Declined(_reason(answer.status, enhanced, stage), error_code=code)
    # Neither yes nor no: only after the mail's end can it have been taken.
    return Unknown(f"smtp-{answer.status}") if stage == "end" else NotDispatched(f"smtp-{answer.status}")


def _accepted(step: Step, answer: HttpAnswer) -> Outcome:
    request = step.make({})
    if not isinstance(request, MailRequest):
        return Unknown("no-mail")
    others = rewritten_ids(answer.headers.get("host", ""), answer.body.decode("utf-8", "replace"))
    return Accepted(tuple(f"mail:{id_}" for id_ in (request.message_id, *others)))


def _reason(status: int, enhanced: str | None, stage: str) -> str:
    told = enhanced or ""
    while told:
        if told in _BY_ENHANCED:
            reason = _BY_ENHANCED[told]
            break
        told = told.rpartition(".")[0]
    else:
        reason = _BY_CODE.get(status, "bad-request")
    # What is said before a recipient was named is about us; what is said of the content, about neither.
    if stage in _OF_US and reason in {"unreachable", "policy"}:
        return "not-authorised" if status != 521 else "unreachable"
    return "policy" if stage in {"data", "end"} and reason == "unreachable" else reason

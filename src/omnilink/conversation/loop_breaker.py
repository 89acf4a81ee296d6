"""May an automatic answer go out now? It must not start, or keep up, a conversation of two machines.

RFC 3834 §2: answer a correspondent rarely, to the null path, and say that a machine writes.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from omnilink.conversation.automation import DEFAULT_LOOP_MARK, Automation

_NOT_WORDS = re.compile(r"[\W\d_]+")
_MOST_TEXT = 65_536


@dataclass(frozen=True, slots=True)
class LoopLimits:
    """How much is too much.

    Attributes:
        answer_pause: at most one automatic answer to one contact in one conversation within this time.
        same_text_window: within which arrivals of one text are counted ...
        same_text_arrivals: ... and this many are a loop, whoever they claim to come from.
    """

    answer_pause: timedelta = timedelta(days=1)
    same_text_window: timedelta = timedelta(minutes=10)
    same_text_arrivals: int = 5


@dataclass(frozen=True, slots=True)
class AnswerVerdict:
    """Whether an automatic answer may go out, and what forbids it."""

    allowed: bool
    reason: Literal["", "automated", "unwanted", "answered_lately", "same_text_again"] = ""


def decide_automatic_answer(
    automation: Automation,
    *,
    answered_at: Iterable[datetime],
    same_text_at: Sequence[datetime],
    now: datetime,
    limits: LoopLimits | None = None,
) -> AnswerVerdict:
    """Whether an automatic answer to a mail that just arrived may go out.

    Args:
        automation: what the mail is.
        answered_at: when this contact got automatic answers in this conversation.
        same_text_at: when mails with the same `text_mark` arrived at this account, this one included. Machines change
            their address at each round, so neither contact nor conversation is asked.
        now: the moment.
        limits: the usual ones if not given.
    """
    limits = limits or LoopLimits()
    if automation.kind is not None:
        return AnswerVerdict(False, "automated")
    if not automation.may_answer:
        return AnswerVerdict(False, "unwanted")
    if sum(1 for at in same_text_at if now - limits.same_text_window < at <= now) >= limits.same_text_arrivals:
        return AnswerVerdict(False, "same_text_again")
    if any(now - limits.answer_pause < at for at in answered_at):
        return AnswerVerdict(False, "answered_lately")
    return AnswerVerdict(True)


def text_mark(text: str) -> str:
    """A digest of a text's words, the same whatever numbers, dates and spaces machines change in it.

    Returns:
        32 hexadecimal digits; of a text without any letter, of its characters.
    """
    plain = unicodedata.normalize("NFKC", text[:_MOST_TEXT]).casefold()
    words = _NOT_WORDS.sub(" ", plain).strip() or plain.strip()
    return hashlib.sha256(words.encode("utf-8", "surrogatepass")).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class AutomaticEnvelope:
    """What an automatic mail of ours carries, so that no machine answers it.

    Attributes:
        fields: header fields.
        envelope_sender: the null path.
    """

    fields: tuple[tuple[str, str], ...]
    envelope_sender: str = ""


def automatic_envelope(*, is_answer: bool = True, loop_mark: str = DEFAULT_LOOP_MARK) -> AutomaticEnvelope:
    """The fields and the envelope sender of an automatic mail (RFC 3834 §3.1.7, [MS-OXCMAIL], RFC 5321 §4.5.5).

    Args:
        is_answer: it answers a mail (`auto-replied`), or else tells something by itself (`auto-generated`).
        loop_mark: our word in X-Loop; see `decide_automation`.
    """
    return AutomaticEnvelope(
        (
            ("Auto-Submitted", "auto-replied" if is_answer else "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
            ("X-Loop", loop_mark),
        )
    )

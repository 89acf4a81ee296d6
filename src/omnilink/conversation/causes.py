"""Why a message is in its conversation: the native keys it has and cites. Kept, so that a thread can be taken apart."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, repr=False)
class ThreadCause:
    """The keys one message, or one copy of it, named.

    Attributes:
        interaction: id of the message.
        own: keys that are the message's own.
        cited: other keys it named; of ids of mails, the nearest last.
        answers: message key of what it answers.
        is_whole: that is all it named; False for messages of a time before this was kept.
    """

    interaction: str
    own: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    answers: str | None = None
    is_whole: bool = True

    @property
    def keys(self) -> tuple[str, ...]:
        """Everything it named."""
        return (*self.own, *self.cited)

    def nearest(self) -> Iterable[str]:
        """What it cites, the nearest first. Source of the order: RFC 5322 §3.6.4, References."""
        if self.answers is not None and self.answers not in self.own:
            yield self.answers
        yield from (key for key in reversed(self.cited) if key != self.answers)


def cause_of(
    interaction: str,
    keys: Iterable[str],
    *,
    own: Iterable[str],
    answers: str | None,
    is_mail: bool,
) -> ThreadCause:
    """What a message named, in the order its connector told it.

    Args:
        interaction: id of the message.
        keys: native keys of its thread, its own and cited ones.
        own: keys that are certainly its own.
        answers: message key of what it answers.
        is_mail: what a mail names before what it answers are further ids of its own (a former Message-ID), and of
            one that answers nothing all are; the first it names is its own in any case.
    """
    named = list(dict.fromkeys(keys))
    mine = set(own)
    if is_mail:
        first = next((n for n, key in enumerate(named) if key == answers), len(named) if answers is None else 1)
        mine.update(named[:first])
    return ThreadCause(
        interaction,
        tuple(dict.fromkeys([*own, *(key for key in named if key in mine)])),
        tuple(key for key in named if key not in mine),
        answers,
    )

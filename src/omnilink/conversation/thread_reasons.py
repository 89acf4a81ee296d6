"""Why each message of a conversation is in it, from the keys it named. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from omnilink.conversation.apart import ThreadFamily
from omnilink.conversation.causes import ThreadCause

Reason = Literal["begins", "answers", "same-thread", "split"]


@dataclass(frozen=True, slots=True)
class ThreadReason:
    """Why a message is in its conversation.

    Attributes:
        kind: `begins` it; `answers` a message of it; names the `same-thread` as one of it (the channel's own, or a mail
            that both cite and nobody here has seen); a person made it begin a conversation by a `split`.
        other: the message (id) or split (id) that says so.
    """

    kind: Reason
    other: str | None = None


def thread_reasons(family: ThreadFamily, messages: Iterable[str]) -> Mapping[str, ThreadReason]:
    """The reason for each message of one conversation.

    Args:
        family: all that would be one conversation without splits.
        messages: those of the conversation, oldest first.
    """
    order = list(messages)
    causes: dict[str, list[ThreadCause]] = {message: [] for message in order}
    owner: dict[str, str] = {}
    for cause in family.causes:
        if cause.interaction in causes:
            causes[cause.interaction].append(cause)
            owner |= {key: cause.interaction for key in cause.own if key not in owner}
    named: dict[str, str] = {}
    found: dict[str, ThreadReason] = {}
    heads = {message: cut.id for cut in family.cuts for message in cut.messages}
    for message in order:
        found[message] = _reason(message, causes[message], owner, named, heads)
        for cause in causes[message]:
            for key in cause.keys:
                named.setdefault(key, message)
    return found


def _reason(
    message: str, causes: Iterable[ThreadCause], owner: Mapping[str, str], named: Mapping[str, str],
    heads: Mapping[str, str],
) -> ThreadReason:  # fmt: skip
    if message in heads:
        return ThreadReason("split", heads[message])
    for cause in causes:
        for key in cause.nearest():
            if owner.get(key, message) != message:
                return ThreadReason("answers", owner[key])
    for cause in causes:
        for key in cause.keys:
            if named.get(key, message) != message:
                return ThreadReason("same-thread", named[key])
    return ThreadReason("begins")

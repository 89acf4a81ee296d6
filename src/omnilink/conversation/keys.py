"""Native threads by union-find: every key a message has or cites belongs to one conversation.

Cited but unseen ids are keys like any other ("ghosts"), so two replies to a mail we never saw meet, and the
partition is the same in every order of arrival.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Join:
    """What one message does to conversations.

    Attributes:
        conversation: id of the conversation the message is in; None = a new one is needed.
        merged: ids of other conversations that turn out to be the same.
        new_keys: keys no conversation had.
    """

    conversation: str | None
    merged: tuple[str, ...]
    new_keys: tuple[str, ...]


def join_conversation(keys: Iterable[str], known: Mapping[str, str]) -> Join:
    """Which conversation a message with these keys is in.

    Args:
        keys: all native keys of the message's thread, own and cited.
        known: key → id of the conversation that has it now.

    Returns:
        The oldest conversation found (ids are time-ordered) takes in the others.
    """
    ordered = list(dict.fromkeys(keys))
    found = sorted({known[key] for key in ordered if key in known})
    new = tuple(key for key in ordered if key not in known)
    return Join(found[0] if found else None, tuple(found[1:]), new)


def threads(messages: Iterable[tuple[str, Iterable[str]]]) -> dict[str, str]:
    """Groups whole messages by their keys, without a Hub.

    Args:
        messages: (message id, its own and cited keys).

    Returns:
        Message id → smallest key of its thread, the same for every order of the messages.
    """
    parent: dict[str, str] = {}

    def find(key: str) -> str:
        parent.setdefault(key, key)
        root = key
        while parent[root] != root:
            root = parent[root]
        while parent[key] != root:
            parent[key], key = root, parent[key]
        return root

    first: dict[str, str] = {}
    for message, keys in messages:
        # A message without any key is a thread of its own.
        own = list(keys) or [f"message:{message}"]
        first[message] = own[0]
        for key in own:
            a, b = find(own[0]), find(key)
            parent[max(a, b)] = min(a, b)
    return {message: find(key) for message, key in first.items()}


def copy_key(content_key: str) -> str:
    """How a mail of ours is known by its content: a provider that writes a Message-ID of its own leaves that alone."""
    return f"content:{content_key}"

"""Which conversation each part of a thread is, once people have taken it apart. Pure.

Every id of a conversation ever issued leads for ever to the conversation with the message it began with. A part in
which none began gets an id of its own, made of that of its first message: the same cut made again is the same
conversation, in every copy of the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from omnilink.conversation.apart import ThreadFamily, ThreadPart, part_family


@dataclass(frozen=True, slots=True, repr=False)
class RowPlan:
    """How the parts of a family are to be stored.

    Attributes:
        roots: row → the conversation that holds it: itself, or another one; those to be made as well.
        made: conversation to be made → its first message.
        messages: message → row it is to be in.
        keys: native key → row, for those that messages name.
    """

    roots: Mapping[str, str]
    made: Mapping[str, str]
    messages: Mapping[str, str]
    keys: Mapping[str, str]


def plan_rows(family: ThreadFamily) -> RowPlan:
    """Where everything of a family is to be: the same, however it is stored at the moment."""
    parts = part_family(family)
    begun = _first_messages(family)
    part_of = {message: number for number, part in enumerate(parts) for message in part.messages}
    held: dict[int, list[str]] = {}
    # Of two that are one again, the id that was there before the cut stays.
    made_before = {row for row, first in family.rows.items() if first is None}
    for row in sorted(begun, key=lambda row: (row in made_before, row)):
        if (first := begun[row]) in part_of:
            held.setdefault(part_of[first], []).append(row)
    made: dict[str, str] = {}
    names: list[str] = []
    for number, part in enumerate(parts):
        if number not in held:
            first = _head(part, family)
            made[own_conversation(first)] = first
            held[number] = [own_conversation(first)]
        names.append(held[number][0])
    roots = {row: names[number] for number, of in held.items() for row in of}
    roots |= {row: names[0] for row in family.rows if row not in roots}
    messages = {
        message: recorded if roots[recorded] == names[part_of[message]] else names[part_of[message]]
        for message, recorded in family.messages.items()
    }
    keys = {
        key: family.keys[key] if roots.get(family.keys[key]) == names[number] else names[number]
        for number, part in enumerate(parts)
        for key in part.keys
    }
    return RowPlan(roots, made, messages, keys)


def _first_messages(family: ThreadFamily) -> dict[str, str]:
    """The message each conversation began with."""
    begun = {row: first for row, first in family.rows.items() if first is not None}
    for message in family.messages:
        if (own := own_conversation(message)) in family.rows:
            begun[own] = message
    return begun


def _head(part: ThreadPart, family: ThreadFamily) -> str:
    heads = {message for cut in family.cuts for message in cut.messages}
    return next((message for message in part.messages if message in heads), part.messages[0])


def own_conversation(message: str) -> str:
    """The id of the conversation that begins with a message once it is parted from another.

    The message's UUIDv7 (RFC 9562 §5.7) with its last 48 random bits turned: as old as the message, and no other's.
    """
    return message[:-12] + "".join(f"{15 - int(digit, 16):x}" for digit in message[-12:])

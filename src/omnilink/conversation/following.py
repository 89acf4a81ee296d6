"""New messages that only answer what is there: they are where it is, and move nothing. Pure.

Of a conversation that people took apart everything is worked out anew when something comes to it (`apart`). Most of
what comes answers a message that was seen, and nobody spoke of it before. Then it is under the cuts of what it answers,
nobody else's side changes, and it joins only what is one conversation already. What has to be so besides is told here,
to be looked up.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from omnilink.conversation.causes import ThreadCause


@dataclass(slots=True, repr=False)
class Following:
    """What has to be so that new messages of one conversation follow it.

    Attributes:
        keys: known keys: all of this conversation.
        answered: keys of messages that were seen: each of one message only, of this conversation.
    """

    keys: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)


@dataclass(slots=True, repr=False)
class Followers:
    """What new messages say.

    Attributes:
        places: conversation → what has to be so.
        own: their own keys: nobody before them is called so, or answers one so called.
    """

    places: dict[str, Following] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)


def find_followers(
    causes: Sequence[ThreadCause], places: Mapping[str, str], new_keys: Mapping[str, str]
) -> Followers | None:
    """Whether new messages may only follow conversations that are there.

    Args:
        causes: all of them, in the order in which the messages are recorded.
        places: message → conversation it is recorded in.
        new_keys: key that nobody named before → conversation.

    Returns:
        What has to be looked up; None if all has to be worked out.
    """
    found = Followers()
    named: set[str] = set()
    of_own: dict[str, str] = {}
    messages: set[str] = set()
    for cause in causes:
        place = places[cause.interaction]
        following = found.places.setdefault(place, Following())
        nearest = next(iter(cause.nearest()), None)
        if cause.interaction in messages or not _is_new(cause, named, new_keys) or nearest is None:
            return None
        for key in cause.keys:
            if key not in new_keys:
                following.keys.add(key)
            elif new_keys[key] != place:
                return None
        if of_own.get(nearest, place) != place:
            return None
        if nearest not in of_own:
            following.answered.add(nearest)
        messages.add(cause.interaction)
        named.update(cause.keys, cause.nearest())
        of_own.update(dict.fromkeys(cause.own, place))
    if any(key not in named for key, place in new_keys.items() if place in found.places):
        return None
    found.own = set(of_own)
    return found


def _is_new(cause: ThreadCause, named: Collection[str], new_keys: Mapping[str, str]) -> bool:
    """Nobody named it before, by any of its own keys."""
    return cause.is_whole and all(key in new_keys and key not in named for key in cause.own)

"""Version keys: what a decision was made from, as opaque texts that travel from a `Context` to its `Change`.

A version is the sequence number of the newest change that touched what the key stands for; 0 = nothing there.
"""

from collections.abc import Iterable, Iterator, Mapping

from omnilink.store.base import Lookup


def event_version(account: str, event_key: str) -> str:
    """Names an event key of an account."""
    return f"e{account}\0{event_key}"


def message_version(message_key: str) -> str:
    """Names a message key: its interactions and the events parked for it."""
    return f"m{message_key}"


def persona_version(key: str) -> str:
    """Names a persona key."""
    return f"p{key}"


def match_version(match_key: str) -> str:
    """Names a match key: all personas that have it."""
    return f"k{match_key}"


def conversation_version(key: str) -> str:
    """Names a conversation key and the conversation that has it now."""
    return f"v{key}"


def persona_id_version(persona: str) -> str:
    """Names a persona by id: the contact it is in."""
    return f"i{persona}"


def contact_version(contact: str) -> str:
    """Names a contact: its personas and every link that touches one of them."""
    return f"c{contact}"


def observation_version(key: str) -> str:
    """Names a key of observations: everything that is found by it."""
    return f"o{key}"


DECISIONS = "d"
"""Names the human decisions of the tenant."""
AT_MOST = ("o", "d")
"""Of these a version says that nothing newer was known, not that there was something."""


def keys_of(lookup: Lookup) -> Iterator[str]:
    """The version keys of everything a lookup names, found or not."""
    yield from (event_version(*name) for name in lookup.events)
    yield from map(message_version, lookup.messages)
    yield from map(persona_version, lookup.personas)
    yield from map(match_version, lookup.match_keys)
    yield from map(conversation_version, lookup.conversation_keys)
    yield from map(persona_id_version, lookup.contacts)
    yield from map(observation_version, lookup.observations)
    if lookup.decisions:
        yield DECISIONS


def lookup_of(keys: Iterable[str]) -> Lookup:
    """The lookup that reads the versions of these keys again."""
    found: dict[str, list[str]] = {kind: [] for kind in "empkvicod"}
    for key in keys:
        found[key[0]].append(key[1:])
    events = (key.partition("\0") for key in found["e"])
    return Lookup(
        events=frozenset((account, event_key) for account, _, event_key in events),
        messages=frozenset(found["m"]),
        personas=frozenset(found["p"]),
        match_keys=frozenset(found["k"]),
        conversation_keys=frozenset(found["v"]),
        # A contact that has been joined to another one is found under the other's name: its own version is then 0.
        contacts=frozenset(found["i"]) | frozenset(found["c"]),
        observations=frozenset(found["o"]),
        decisions=bool(found["d"]),
    )


def moved(decided_from: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Whether anything a decision was made from is another version now."""
    return any(
        now.get(key, 0) > version if key.startswith(AT_MOST) else now.get(key, 0) != version
        for key, version in decided_from.items()
    )

"""The context of a decision, read from memory."""

from collections.abc import Iterable
from itertools import chain, count, takewhile

from omnilink.model.interaction import Interaction
from omnilink.model.persona import Attribution, Link, Verdict
from omnilink.store import versions
from omnilink.store.base import ELSEWHERE, Context, EventState, Lookup, MessageRef, Parked
from omnilink.store.memory.observations import decision_seq, observation_seqs
from omnilink.store.memory.state import State


def read_context(state: State, lookup: Lookup) -> Context:
    """Everything the lookup names; see `base.Context`."""
    moved: dict[str, int] = {}
    personas = {key: state.personas[state.persona_keys[key]] for key in lookup.personas if key in state.persona_keys}
    holders = {
        key: tuple(state.personas[p] for p in sorted(state.holders[key]))
        for key in lookup.match_keys
        if key in state.holders
    }
    named = {p: state.personas[p] for p in lookup.contacts if p in state.personas}
    moved |= {versions.persona_version(key): row.seq for key, row in personas.items()}
    moved |= {versions.match_version(key): max(row.seq for row in rows) for key, rows in holders.items()}
    moved |= {versions.persona_id_version(p): row.seq for p, row in named.items()}
    moved |= {versions.observation_version(k): seq for k, seq in observation_seqs(state, lookup.observations).items()}
    if lookup.decisions:
        moved[versions.DECISIONS] = decision_seq(state)
    events = _events(state, lookup, moved)
    messages, parked = _messages(state, lookup, moved)
    keys = {key for refs in messages.values() for ref in refs for _, key in ref.attributed}
    attributed = (state.personas[state.persona_keys[key]] for key in keys)
    holding = (row for rows in holders.values() for row in rows)
    contacts = reach(state, {row.contact for row in (*personas.values(), *holding, *named.values(), *attributed)})
    members = {c: tuple(state.personas[p].ref for p in sorted(state.members[c])) for c in sorted(contacts)}
    moved |= {versions.contact_version(c): _contact_seq(state, state.members[c]) for c in contacts}
    return Context(
        seq=state.seq,
        events=events,
        messages=messages,
        parked=parked,
        personas={key: row.ref for key, row in personas.items()},
        holders={key: tuple(row.ref for row in rows) for key, rows in holders.items()},
        links=links_among(state, [ref.id for refs in members.values() for ref in refs]),
        members=members,
        conversations=_conversations(state, lookup, moved),
        versions=_with_absent(lookup, moved),
    )


def reach(state: State, contacts: set[str]) -> set[str]:
    """These contacts and all that same-links in force lead to, blocked ones included."""
    known: set[str] = set()
    frontier = set(contacts)
    while frontier:
        known |= frontier
        ends = {
            end
            for contact in frontier
            for persona in state.members[contact]
            for link in (state.links[name].link for name in state.links_of.get(persona, ()))
            if link.in_force and link.verdict is Verdict.SAME
            for end in (link.a, link.b)
        }
        frontier = {state.personas[end].contact for end in ends} - known
    return known


def links_among(state: State, personas: Iterable[str]) -> tuple[Link, ...]:
    """Links within a set of personas, revoked ones included, and those at its border that are in force."""
    inside = set(personas)
    touching = {name for persona in inside for name in state.links_of.get(persona, ())}
    rows = (state.links[name].link for name in sorted(touching))
    return tuple(link for link in rows if link.in_force or (link.a in inside and link.b in inside))


def _contact_seq(state: State, personas: tuple[str, ...]) -> int:
    own = [state.personas[p].seq for p in personas]
    linked = [state.links[name].seq for p in personas for name in state.links_of.get(p, ())]
    return max(own + linked)


def _events(state: State, lookup: Lookup, moved: dict[str, int]) -> dict[tuple[str, str], str]:
    events = {}
    for name in lookup.events:
        if (place := state.known.get(name)) is not None:
            row = state.events[place]
            events[name] = row.event.interaction or ""
            moved[versions.event_version(*name)] = row.seq
    return events


def _messages(
    state: State, lookup: Lookup, moved: dict[str, int]
) -> tuple[dict[str, tuple[MessageRef, ...]], dict[str, tuple[Parked, ...]]]:
    messages, parked = {}, {}
    for key in lookup.messages:
        rows = state.named(key)
        waiting = [state.events[place] for place in state.targets.get(key, ())]
        if rows:
            messages[key] = tuple(_message_ref(state, row.interaction, key) for row in rows)
        events = [row.event for row in waiting if row.event.state is EventState.PARKED]
        if events:
            parked[key] = tuple(Parked(e.envelope, e.ordinal, e.account, e.event or "") for e in events)
        if rows or waiting:
            named = state.aliases.get(key, ("", 0))[1]
            seqs = [named, *(row.seq for row in rows), *(row.seq for row in waiting)]
            moved[versions.message_version(key)] = max(seqs)
    return messages, parked


LATE = 20
"""Participants that the later callbacks of a call may name although the first named nobody."""


def attributions_of(state: State, i: Interaction) -> list[Attribution]:
    """Whom an interaction is attributed to, by ordinal."""
    ordinals = chain(range(len(i.participants) + LATE), count(ELSEWHERE))
    later = takewhile(lambda n: n < ELSEWHERE or (i.id, n) in state.attributions, ordinals)
    places = ((i.id, ordinal) for ordinal in later)
    return [state.attributions[place] for place in places if place in state.attributions]


def _message_ref(state: State, i: Interaction, key: str) -> MessageRef:
    attributions = attributions_of(state, i)
    attributed = tuple((a.ordinal, state.personas[a.persona].persona.key) for a in attributions)
    rows = ((n, state.observations[f"{i.id}/{n}"]) for n, _ in attributed if f"{i.id}/{n}" in state.observations)
    seeds = tuple((n, row.observation.seed) for n, row in rows)
    return MessageRef(i.id, key, i.content_key, i.account, i.kind.value, i.direction.value, attributed, seeds)


def _conversations(state: State, lookup: Lookup, moved: dict[str, int]) -> dict[str, str]:
    conversations = {}
    for key in lookup.conversation_keys:
        if key in state.conversation_keys:
            name, seq = state.conversation_keys[key]
            row = state.conversations[name]
            conversations[key] = row.root
            moved[versions.conversation_version(key)] = max(seq, row.seq)
    return conversations


def _with_absent(lookup: Lookup, moved: dict[str, int]) -> dict[str, int]:
    return dict.fromkeys(versions.keys_of(lookup), 0) | moved

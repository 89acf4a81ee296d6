"""Writing a decision into memory: versions first, then everything in the order of `base.Change`."""

from collections.abc import Sequence
from dataclasses import replace

from omnilink.errors import Conflict
from omnilink.model.conversation import Conversation
from omnilink.model.envelope import EnvelopeState
from omnilink.model.interaction import Arrival, Interaction
from omnilink.model.persona import Attribution, Claim, Link, Persona, Revocation
from omnilink.store.base import Change, EventState, SettledEnvelope, SettledEvent
from omnilink.store.memory.case_writing import follow_history
from omnilink.store.memory.context import read_context
from omnilink.store.memory.echoes import add_message_keys, shadow
from omnilink.store.memory.envelopes import forget_event
from omnilink.store.memory.feed import add_entries
from omnilink.store.memory.media import write_media
from omnilink.store.memory.observations import add_decisions, add_observations
from omnilink.store.memory.outbox import write_outbox
from omnilink.store.memory.relations import add_relationships
from omnilink.store.memory.replies import add_reply
from omnilink.store.memory.split_cases import follow_splits
from omnilink.store.memory.splits import add_causes, join_families, part_families, write_splits
from omnilink.store.memory.state import (
    ConversationRow,
    EnvelopeRow,
    EventRow,
    InteractionRow,
    LinkRow,
    PersonaRow,
    State,
    append,
    found,
    remove,
)
from omnilink.store.settlement import KNOWN, KeptEvent, plan_resettlement
from omnilink.store.versions import lookup_of, moved


def commit_change(state: State, change: Change) -> int:
    """Writes a decision into a state nobody else sees yet; see `base.DecisionStore`."""
    if change.seq != state.seq and moved(change.versions, read_context(state, lookup_of(change.versions)).versions):
        raise Conflict("what this was decided from has changed")
    state.seq += 1
    for persona in change.personas:
        _add_persona(state, persona, change.memberships.get(persona.id, persona.id))
    for persona_id, claim in change.claims:
        _add_claim(state, persona_id, claim)
    for persona_id, contact in change.memberships.items():
        _move_persona(state, persona_id, contact)
    for conversation in change.conversations:
        _add_conversation(state, conversation)
    for key, name in change.conversation_keys.items():
        _add_conversation_key(state, key, name)
    for interaction in change.interactions:
        _add_interaction(state, interaction)
    add_causes(state, change.causes)
    for name, arrival in change.arrivals:
        _add_arrival(state, name, arrival)
    for revision in change.revisions:
        state.standing(revision.interaction)
        append(state.revisions, revision.interaction, revision)
    elsewhere = [seat for attribution in change.attributions if (seat := _attribute(state, attribution)) is not None]
    add_observations(state, change.observations)
    add_decisions(state, change.decisions)
    _write_links(state, change)
    add_relationships(state, change.relationships, change.relationships_closed)
    for loser, winner in change.merges:
        _merge(state, loser, winner)
    for consent in change.consents:
        found(state.personas, consent.persona)
        state.consents[len(state.consents)] = consent
    _settle(state, change)
    for reply in change.replies:
        add_reply(state, reply)
    write_outbox(state, change)
    write_media(state, change)
    add_entries(state, change.feed)
    # Last: what this very change says of an echo goes the way of everything else that is said of it.
    shadow(state, change.shadowed)
    add_message_keys(state, change.message_keys.items())
    write_splits(state, change)
    follow_splits(state, change, part_families(state, change))
    follow_history(state, change, elsewhere)
    return state.seq


def _add_persona(state: State, persona: Persona, contact: str) -> None:
    if persona.key in state.persona_keys or persona.id in state.personas:
        raise Conflict("that persona is known already")
    claims = persona.claims
    state.personas[persona.id] = PersonaRow(persona.model_copy(update={"claims": ()}), contact, state.seq)
    state.persona_keys[persona.key] = persona.id
    for key in dict.fromkeys(persona.match_keys):
        append(state.holders, key, persona.id)
    append(state.members, contact, persona.id)
    for claim in claims:
        _add_claim(state, persona.id, claim)


def _add_claim(state: State, persona_id: str, claim: Claim) -> None:
    row = found(state.personas, persona_id)
    claims = list(row.persona.claims)
    same = ((c.field, c.value, c.source) == (claim.field, claim.value, claim.source) for c in claims)
    place = next((n for n, is_same in enumerate(same) if is_same), None)
    if place is None:
        claims.append(claim)
    elif claim.at < claims[place].at:
        claims[place] = claims[place].model_copy(update={"at": claim.at})
    else:
        return
    state.personas[persona_id] = replace(row, persona=row.persona.model_copy(update={"claims": tuple(claims)}))


def _move_persona(state: State, persona_id: str, contact: str) -> None:
    row = found(state.personas, persona_id)
    found(state.personas, contact)
    if row.contact != contact:
        remove(state.members, row.contact, persona_id)
        append(state.members, contact, persona_id)
        state.personas[persona_id] = replace(row, contact=contact, seq=state.seq)
        # The contact that is left has changed too: its version is the newest of its members'.
        state.personas[row.contact] = replace(state.personas[row.contact], seq=state.seq)


def _add_conversation(state: State, conversation: Conversation) -> None:
    if conversation.id in state.conversations:
        raise Conflict("that conversation is known already")
    # Counts and times are the store's own; keys are in their own index.
    kept = {"keys": (), "interactions": 0, "first_at": None, "last_at": None, "merged_into": None}
    row = ConversationRow(conversation.model_copy(update=kept), conversation.id, state.seq)
    state.conversations[conversation.id] = row


def _add_conversation_key(state: State, key: str, name: str) -> None:
    found(state.conversations, name)
    if key in state.conversation_keys:
        raise Conflict("that conversation key is known already")
    state.conversation_keys[key] = (name, state.seq)


def _add_interaction(state: State, interaction: Interaction) -> None:
    content_keys = {row.interaction.content_key or "" for row in state.named(interaction.message_key)}
    if interaction.id in state.interactions or (interaction.content_key or "") in content_keys:
        raise Conflict("that message is known already")
    for arrival in interaction.arrivals:
        _require_envelope(state, arrival)
    state.interactions[interaction.id] = InteractionRow(interaction, state.seq, len(state.interactions))
    append(state.messages, interaction.message_key, interaction.id)
    root = state.root(interaction.conversation)
    _count(state, root, 1, interaction, interaction)


def _count(
    state: State, row: ConversationRow, number: int, first: Interaction | Conversation, last: Interaction | Conversation
) -> None:
    first_at = first.occurred_at if isinstance(first, Interaction) else first.first_at
    last_at = last.occurred_at if isinstance(last, Interaction) else last.last_at
    c = row.conversation
    update = {
        "interactions": c.interactions + number,
        "first_at": min((t for t in (c.first_at, first_at) if t is not None), default=None),
        "last_at": max((t for t in (c.last_at, last_at) if t is not None), default=None),
    }
    state.conversations[c.id] = replace(row, conversation=c.model_copy(update=update))


def _require_envelope(state: State, arrival: Arrival) -> None:
    if arrival.envelope:
        found(state.envelopes, arrival.envelope)


def _add_arrival(state: State, name: str, arrival: Arrival) -> None:
    row = state.standing(name)
    _require_envelope(state, arrival)
    interaction = row.interaction.model_copy(update={"arrivals": (*row.interaction.arrivals, arrival)})
    state.interactions[name] = replace(row, interaction=interaction)


def _attribute(state: State, attribution: Attribution) -> tuple[str, str] | None:
    """Writes an attribution; returns (interaction, persona) if it was somebody else's before."""
    row = state.standing(attribution.interaction)
    found(state.personas, attribution.persona)
    place = (attribution.interaction, attribution.ordinal)
    if (earlier := state.attributions.get(place)) is not None:
        remove(state.attributed, earlier.persona, place)
        append(state.superseded, place, earlier)
    state.attributions[place] = attribution
    append(state.attributed, attribution.persona, place)
    shown = f"{attribution.interaction}/{attribution.ordinal}"
    if (observed := state.observations.get(shown)) is not None:
        state.observations[shown] = replace(observed, seq=state.seq)
    # Who an interaction is attributed to is part of what decisions read of it.
    state.interactions[attribution.interaction] = replace(row, seq=state.seq)
    if earlier is None or earlier.persona == attribution.persona:
        return None
    return attribution.interaction, earlier.persona


def _write_links(state: State, change: Change) -> None:
    for link in change.links:
        name = (link.key_a, link.key_b, link.verdict, link.method, link.basis)
        if name in state.link_keys or link.id in state.links:
            raise Conflict("that link is known already")
        for end in (link.a, link.b):
            found(state.personas, end)
            append(state.links_of, end, link.id)
        state.link_keys[name] = link.id
        state.links[link.id] = LinkRow(link, state.seq)
    for revocation in change.revoked:
        _set_revoked(state, revocation.link, revocation)
    for reinstated in change.reinstated:
        _set_revoked(state, reinstated, None)


def _set_revoked(state: State, name: str, by: Revocation | None) -> None:
    link: Link = found(state.links, name).link
    update = {"revoked_at": by and by.at, "revoked_by": by and by.by, "revoked_reason": by and by.reason}
    state.links[name] = LinkRow(link.model_copy(update=update), state.seq)


def _merge(state: State, loser: str, winner: str) -> None:
    gone, kept = state.root(loser), state.root(winner)
    if gone.root == kept.root or join_families(state, gone.root, kept.root):
        return
    _count(state, kept, gone.conversation.interactions, gone.conversation, gone.conversation)
    for name, row in list(state.conversations.items()):
        if row.root == gone.root:
            state.conversations[name] = replace(row, root=kept.root, seq=state.seq)


def _settle(state: State, change: Change) -> None:
    # Those parked earlier go first, while they have the ordinals they were read with; then those of this change.
    rest = [event for event in change.settled if not _settle_parked(state, event)]
    events: dict[str, list[SettledEvent]] = {}
    for event in change.events:
        found(state.envelopes, event.envelope)
        events.setdefault(event.envelope, []).append(event)
    for envelope in change.envelopes:
        _settle_envelope(state, envelope, events.pop(envelope.id, []))
    for event in (e for others in events.values() for e in others):
        _add_event(state, event)
    if not all(_settle_parked(state, event) for event in rest):
        raise Conflict("an event is parked no longer")


def _settle_envelope(state: State, settled: SettledEnvelope, events: Sequence[SettledEvent]) -> None:
    row = found(state.envelopes, settled.id)
    if row.envelope.state is not EnvelopeState.PENDING:
        raise Conflict("that envelope is pending no longer")
    kept: list[KeptEvent[tuple[str, int]]] = []
    if row.envelope.attempts:
        for ordinal in sorted(state.envelope_events.get(settled.id, ())):
            event = state.events[settled.id, ordinal].event
            if event.state in KNOWN:
                kept.append(KeptEvent((settled.id, ordinal), event.account, event.event_key, event.state))
            else:
                forget_event(state, settled.id, ordinal)
    plan = plan_resettlement(kept, events, settled.parsed)
    _renumber(state, plan.ordinals)
    for event in plan.write:
        _add_event(state, event)
    update = {
        "state": settled.state,
        "parser_version": settled.parser_version,
        "attempts": row.envelope.attempts + 1,
        "reason": settled.reason,
    }
    state.envelopes[settled.id] = EnvelopeRow(row.envelope.model_copy(update=update), plan.parsed)


def _renumber(state: State, ordinals: Sequence[tuple[tuple[str, int], int]]) -> None:
    places = {old: (old[0], ordinal) for old, ordinal in ordinals}
    # All are taken out first: the ordinal one event leaves may be the one another event takes.
    rows = {new: state.events.pop(old) for old, new in places.items()}
    for (envelope, ordinal), row in rows.items():
        event = replace(row.event, ordinal=ordinal)
        state.events[envelope, ordinal] = EventRow(event, state.seq)
        state.known[event.account, event.event_key] = (envelope, ordinal)
        state.envelope_events[envelope] = tuple(n for _, n in rows)
    for key in {row.event.target_key for row in rows.values() if row.event.target_key is not None}:
        state.targets[key] = tuple(places.get(place, place) for place in state.targets[key])


def _add_event(state: State, event: SettledEvent) -> None:
    place, name = (event.envelope, event.ordinal), (event.account, event.event_key)
    if place in state.events or (event.state in KNOWN and name in state.known):
        raise Conflict("that event is known already")
    if event.interaction is not None:
        state.standing(event.interaction)
    state.events[place] = EventRow(event, state.seq)
    append(state.envelope_events, event.envelope, event.ordinal)
    if event.state in KNOWN:
        state.known[name] = place
    if event.target_key is not None:
        append(state.targets, event.target_key, place)


def _settle_parked(state: State, settled: SettledEvent) -> bool:
    """Settles an event that is parked in the store; says whether it was."""
    place = (settled.envelope, settled.ordinal)
    row = state.events.get(place)
    if row is None or row.event.state is not EventState.PARKED or row.event.event_key != settled.event_key:
        return False
    if settled.interaction is not None:
        state.standing(settled.interaction)
    event = replace(
        row.event, state=settled.state, reason=settled.reason, interaction=settled.interaction, event=settled.event
    )
    if settled.state not in KNOWN:
        del state.known[event.account, event.event_key]
    state.events[place] = EventRow(event, state.seq)
    return True

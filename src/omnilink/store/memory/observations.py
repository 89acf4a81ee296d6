"""Observations and human decisions in memory."""

from collections.abc import Iterable, Sequence

from omnilink.model.persona import Decision
from omnilink.store.memory.state import DecisionRow, ObservationRow, State, append, found, remove
from omnilink.store.observations import ONE_HANDLE, ObservationLookup, Observations, StoredObservation


def read_observations(state: State, lookup: ObservationLookup) -> Observations:
    """Everything the lookup names; see `observations.ObservationStore`."""
    signs, ids = set(lookup.signs), []
    for key, most in lookup.keys.items():
        under = sorted(state.signs_of.get(key, ()))
        if len(under) < most:
            signs.update(under)
        else:
            ids += [state.shown[sign][0] for sign in under[:most]]
    for sign in signs:
        ids += state.shown.get(sign, ())[: lookup.most_seen if sign.startswith(ONE_HANDLE) else None]
    ids += [id for id in lookup.ids if id in state.observations]
    places = (place for persona in lookup.personas for place in state.attributed.get(persona, ()))
    ids += [id for interaction, ordinal in places if (id := f"{interaction}/{ordinal}") in state.observations]
    decisions: list[Decision] = []
    if lookup.since is not None:
        ids += [id for id, row in state.observations.items() if row.seq > lookup.since]
    if lookup.decisions_since is not None:
        newer = (row.decision for row in state.decisions.values() if row.seq > lookup.decisions_since)
        decisions = sorted(newer, key=lambda d: d.number)
    rows = (state.observations[id] for id in ids)
    return Observations(state.seq, tuple(_attributed(state, row.observation) for row in rows), tuple(decisions))


def _attributed(state: State, o: StoredObservation) -> StoredObservation:
    attribution = state.attributions.get(o.place) if o.place is not None else None
    persona = state.personas[attribution.persona].persona.key if attribution is not None else ""
    evidence = attribution.evidence if attribution is not None else ()
    reason = evidence[0].kind if evidence else ""
    return StoredObservation(o.id, o.at, o.sign, o.seed, o.doc, o.rank, persona=persona, reason=reason)


def observation_seqs(state: State, keys: Iterable[str]) -> dict[str, int]:
    """The newest change of anything under these keys."""
    return {
        key: max(state.observations[id].seq for sign in state.signs_of[key] for id in state.shown[sign])
        for key in keys
        if key in state.signs_of
    }


def decision_seq(state: State) -> int:
    """The newest change of a human decision."""
    return max((row.seq for row in state.decisions.values()), default=0)


def add_observations(state: State, observations: Sequence[StoredObservation]) -> None:
    """Writes observations, new ones and changed ones."""
    for o in observations:
        if o.place is not None:
            found(state.interactions, o.place[0])
        if (before := state.observations.get(o.id)) is not None:
            remove(state.shown, before.observation.sign, o.id)
        state.observations[o.id] = ObservationRow(o, state.seq)
        append(state.shown, o.sign, o.id)
        if o.replaces is not None and o.replaces[0] not in state.shown:
            for key in o.replaces[1]:
                remove(state.signs_of, key, o.replaces[0])
        for key in o.keys:
            if o.sign not in state.signs_of.get(key, ()):
                append(state.signs_of, key, o.sign)


def add_decisions(state: State, decisions: Sequence[Decision]) -> None:
    """Writes human decisions, new ones and revoked ones."""
    for decision in decisions:
        state.decisions[decision.id] = DecisionRow(decision, state.seq)

"""Writing decisions about cases into memory, and taking guesses back when what they rest on goes."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from omnilink.conversation.case_context import (
    MOST_CASES_OF_PERSONA,
    MOST_OF_UNIT,
    MOST_PERSONAS_OF_CASE,
    CaseChange,
    CaseTouch,
)
from omnilink.conversation.case_context import CaseThread as Thread
from omnilink.errors import Conflict, NotFound
from omnilink.model.case import RULE_CASES, Assignment, SuggestionState
from omnilink.model.event import Direction
from omnilink.store.base import Change
from omnilink.store.cases import calls_told, people_met
from omnilink.store.memory.case_reading import unit
from omnilink.store.memory.state import State, append, found, remove

_NOTHING: frozenset[str] = frozenset()


def commit_cases(state: State, change: CaseChange) -> int:
    """Writes a decision into a state nobody else sees yet; see `cases.CaseStore`."""
    if change.seq != state.case_seq:
        raise Conflict("cases have changed since this was decided")
    state.case_seq += 1
    state.case_upto = state.case_upto if change.upto is None else change.upto
    for cause in change.checked:
        state.rechecks.pop(cause, None)
    recheck(state, change.rechecks)
    for case in change.cases:
        state.cases[case.id] = case
    for gone in change.revoked:
        end(state, gone.assignment, gone.at, gone.by, gone.reason)
    for name in change.reinstated:
        assignment = found(state.assignments, name)
        _require_free(state, assignment)
        update = {"revoked_at": None, "revoked_by": None, "revoked_reason": None}
        state.assignments[name] = assignment.model_copy(update=update)
    for assignment in change.assignments:
        _assign(state, assignment)
    for case_id, conversation in change.forgotten:
        _forget(state, case_id, conversation)
    for touch in change.touches:
        touch_case(state, touch)
    for name, status in change.states.items():
        state.cases[name] = found(state.cases, name).model_copy(update={"state": status})
    for name, into in change.joined.items():
        state.cases[name] = found(state.cases, name).model_copy(update={"joined_into": into})
    for suggestion in change.suggestions:
        mark = (suggestion.interaction, suggestion.case, suggestion.kind)
        if state.suggested.setdefault(mark, suggestion.id) == suggestion.id:
            state.suggestions[suggestion.id] = suggestion
    for answer in change.answers:
        answered = {"state": answer.state, "decided_by": answer.by, "decided_at": answer.at}
        state.suggestions[answer.suggestion] = found(state.suggestions, answer.suggestion).model_copy(update=answered)
    for conversation, case_id in change.refused:
        if case_id not in state.refusals.get(conversation, ()):
            append(state.refusals, conversation, case_id)
    for conversation, case_id in change.allowed:
        remove(state.refusals, conversation, case_id)
    for conversation in change.mass:
        _mark_mass(state, conversation)
    for decision in change.decisions:
        state.case_decisions[decision.id] = decision
    for name, by, at in change.undone:
        decision = found(state.case_decisions, name)
        if decision.undone_at is not None:
            raise NotFound("the store has no such record")
        state.case_decisions[name] = decision.model_copy(update={"undone_at": at, "undone_by": by})
    return state.case_seq


def follow_history(state: State, change: Change, moved: Sequence[tuple[str, str]]) -> None:
    """What a change of the history means for cases: a guess goes with what it rests on.

    Args:
        moved: (interaction, persona) of attributions that are somebody else's now.
    """
    if change.revoked:
        links = [revocation.link for revocation in change.revoked]
        _withdraw(state, links, change.revoked[0].at, "a link of people was revoked")
    if moved:
        at = max(attribution.at for attribution in change.attributions)
        _withdraw(state, [f"attribution:{name}" for name, _ in moved], at, "somebody else was speaking")
        for name, persona in moved:
            _leave(state, name, persona)
        recheck(state, [name for name, _ in moved])
    met = people_met(change)
    people = {p for persona in met for p in state.members[state.personas[persona].contact][:MOST_PERSONAS_OF_CASE]}
    recheck(state, [cause for persona in sorted(people) for cause in _begun_by(state, persona)])
    recheck(state, calls_told(change))


def _begun_by(state: State, persona: str) -> list[str]:
    """What began the latest cases of a persona: whoever turns out to be one person may have one matter."""
    held = sorted(state.cases_of.get(persona, ()), key=lambda place: state.case_personas[place][persona], reverse=True)
    names = (name for case, _ in held for name in state.assigned_in.get(case, ()))
    begun = (a.cause for name in names if (a := state.assignments[name]).in_force and a.decision == "new")
    return list(islice(begun, MOST_CASES_OF_PERSONA))


def _withdraw(state: State, gone: Iterable[str], at: datetime, reason: str) -> None:
    names = dict.fromkeys(name for key in gone for name in state.dependants.get(key, ()))
    for name in names:
        assignment = state.assignments[name]
        if assignment.in_force and not assignment.by_person:
            end(state, name, at, RULE_CASES, reason)
            recheck(state, [assignment.cause])


def recheck(state: State, interactions: Iterable[str]) -> None:
    """More was learned about these: those that were decided about are decided about again."""
    decided = [name for name in interactions if state.interactions[name].number < state.case_upto]
    state.rechecks |= dict.fromkeys(decided, True)
    state.case_seq += bool(decided)


def end(state: State, name: str, at: datetime, by: str, reason: str) -> None:
    """Takes an assignment out of force, and from its case what it knew by it."""
    assignment = found(state.assignments, name)
    if not assignment.in_force:
        raise Conflict("an assignment is in force no longer")
    update = {"revoked_at": at, "revoked_by": by, "revoked_reason": reason}
    state.assignments[name] = assignment.model_copy(update=update)
    case, conversation = assignment.case, assignment.conversation
    names = (other for part in _whole(state, conversation) for other in state.assigned.get(part, ()))
    others = (state.assignments[other] for other in names)
    if any(other.in_force and other.case == case for other in others):
        return
    _forget(state, case, conversation)
    latest(state, case)
    if not any(state.assignments[name].in_force for name in state.assigned_in.get(case, ())):
        _drop_suggestions(state, case)


def latest(state: State, case: str) -> None:
    """A case is as young as the youngest of what is under it."""
    youngest = max(state.case_threads.get(case, {}).values(), key=lambda t: t.last_at, default=None)
    if youngest is not None:
        update = {"last_at": youngest.last_at, "channel": youngest.channel}
        state.cases[case] = state.cases[case].model_copy(update=update)


def forget_conversations(state: State, conversations: Iterable[str]) -> dict[str, set[str]]:
    """Takes from cases what they knew by conversations; returns case → case numbers it knew by them."""
    known: dict[str, set[str]] = {}
    for name in conversations:
        for case in state.threads_of.get(name, ()):
            known.setdefault(case, set()).update(state.case_threads[case][name].references)
            _forget(state, case, name)
    return known


def _whole(state: State, conversation: str) -> list[str]:
    """All conversations that were merged with one."""
    root = state.root(conversation).root
    return [name for name, row in state.conversations.items() if row.root == root]


def _drop_suggestions(state: State, case: str, conversation: str | None = None) -> None:
    """Nothing can join a case that holds nothing, and what has joined need not be suggested."""
    for name, s in list(state.suggestions.items()):
        is_meant = conversation is None or (s.conversation == conversation and s.kind == "join")
        if s.case == case and is_meant and s.state is SuggestionState.PENDING:
            state.suggestions[name] = s.model_copy(update={"state": SuggestionState.GONE})


def _forget(state: State, case: str, conversation: str) -> None:
    for part in _whole(state, conversation):
        thread = state.case_threads.get(case, {}).get(part)
        state.case_threads[case] = {k: t for k, t in state.case_threads.get(case, {}).items() if k != part}
        if thread is not None:
            remove(state.threads_of, part, case)
            for number in thread.references:
                remove(state.numbered, number, (case, part))
        _forget_personas(state, case, part)


def _forget_personas(state: State, case: str, conversation: str) -> None:
    for persona in state.case_personas.pop((case, conversation), {}):
        remove(state.cases_of, persona, (case, conversation))


def _leave(state: State, interaction: str, persona: str) -> None:
    """Who no longer has any part in a conversation has none in its case."""
    root = state.root(state.interactions[interaction].interaction.conversation).root
    rows = {row.interaction.id for row in unit(state, root, len(state.interactions))}
    if any(name in rows for name, _ in state.attributed.get(persona, ())):
        return
    for case, conversation in state.cases_of.get(persona, ()):
        if state.root(conversation).root == root:
            held = state.case_personas[case, conversation]
            state.case_personas[case, conversation] = {p: at for p, at in held.items() if p != persona}
            remove(state.cases_of, persona, (case, conversation))


def _require_free(state: State, assignment: Assignment) -> None:
    if assignment.interaction is None:
        rivals = (state.assignments[name] for name in state.assigned.get(assignment.conversation, ()))
        taken = any(other.in_force and other.interaction is None for other in rivals)
    else:
        taken = any(state.assignments[name].in_force for name in state.own_assigned.get(assignment.interaction, ()))
    if taken:
        raise Conflict("that has an assignment in force")


def _assign(state: State, assignment: Assignment) -> None:
    _require_free(state, assignment)
    found(state.cases, assignment.case)
    found(state.conversations, assignment.conversation)
    found(state.interactions, assignment.cause)
    if any(key in state.links and not state.links[key].link.in_force for key in assignment.depends_on):
        raise Conflict("a link this was decided from has been revoked")
    state.assignments[assignment.id] = assignment
    _drop_suggestions(state, assignment.case, assignment.conversation)
    append(state.assigned, assignment.conversation, assignment.id)
    append(state.assigned_in, assignment.case, assignment.id)
    if assignment.interaction is not None:
        append(state.own_assigned, assignment.interaction, assignment.id)
    for key in dict.fromkeys(assignment.depends_on):
        append(state.dependants, key, assignment.id)


def touch_case(state: State, touch: CaseTouch) -> None:
    """Tells a case of what came under it."""
    case, conversation = touch.case, touch.conversation
    threads = dict(state.case_threads.get(case, {}))
    before = threads.get(conversation)
    if before is None:
        append(state.threads_of, conversation, case)
        before = Thread(conversation, touch.channel, touch.at)
    topic = before.topic if touch.topic is None else touch.topic
    references = before.references if touch.references is None else touch.references
    for number in references - before.references:
        append(state.numbered, number, (case, conversation))
    channel = touch.channel if touch.at >= before.last_at else before.channel
    threads[conversation] = replace(
        before, channel=channel, last_at=max(before.last_at, touch.at), topic=topic or _NOTHING, references=references
    )
    state.case_threads[case] = threads
    held = dict(state.case_personas.get((case, conversation), {}))
    for persona, at in touch.personas.items():
        if persona not in held:
            append(state.cases_of, persona, (case, conversation))
        held[persona] = max(at, held.get(persona, at))
    state.case_personas[case, conversation] = held
    record = found(state.cases, case)
    if touch.at >= record.last_at:
        state.cases[case] = record.model_copy(update={"last_at": touch.at, "channel": touch.channel})


def _mark_mass(state: State, conversation: str) -> None:
    state.mass[conversation] = True
    for case in state.threads_of.get(conversation, ()):
        _forget_personas(state, case, conversation)
        state.case_personas[case, conversation] = {}
    replies = [
        row.interaction.id
        for row in unit(state, state.root(conversation).root, MOST_OF_UNIT)
        if row.interaction.direction is Direction.INBOUND
    ]
    state.rechecks |= dict.fromkeys(replies, True)

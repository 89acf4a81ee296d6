"""What it means for cases that conversations were taken apart, or are together again, in memory."""

from collections.abc import Collection, Sequence
from datetime import datetime

from omnilink.conversation.case_context import CaseLookup, CaseTouch
from omnilink.conversation.case_pages import ONE_CONVERSATION, CasePages
from omnilink.conversation.case_people import CasePeople
from omnilink.conversation.case_telling import tell_case
from omnilink.model.case import RULE_CASES, Assignment, SuggestionState
from omnilink.store.base import Change
from omnilink.store.memory.case_reading import moment_of, read_case_context
from omnilink.store.memory.case_writing import end, forget_conversations, latest, recheck, touch_case
from omnilink.store.memory.splits import Parted
from omnilink.store.memory.state import State, append, remove
from omnilink.store.splits import time_of


def follow_splits(state: State, change: Change, parted: Sequence[Parted]) -> None:
    """Cases learn what is under them now, and what is under none any more is decided about; as in SQLite."""
    for undone in change.splits_undone:
        for conversation, case in state.split_refusals.pop(undone.split, ()):
            remove(state.refusals, conversation, case)
    for each in parted:
        _move_words(state, each.rows)
    _refuse(state, change)
    for split in change.splits:
        _settle_suggestions(state, split.messages, SuggestionState.PENDING, SuggestionState.GONE)
    for undone in change.splits_undone:
        heads = state.splits[undone.split].messages
        _settle_suggestions(state, heads, SuggestionState.GONE, SuggestionState.PENDING)
    roots = {root for each in parted if any(_is_decided(state, name) for name in each.changed) for root in each.roots}
    if not roots:
        return
    rows = [name for name, row in state.conversations.items() if row.root in roots]
    known = forget_conversations(state, rows)
    for root in sorted(roots):
        _tell(state, root, known, time_of(change))
    for case in sorted(known):
        latest(state, case)
    state.case_seq += 1


def _is_decided(state: State, interaction: str) -> bool:
    return state.interactions[interaction].number < state.case_upto


def _move_words(state: State, rows: Collection[str]) -> None:
    """What was said of single interactions is said of them where they are now."""
    for item in [row.interaction for row in state.interactions.values() if row.interaction.conversation in rows]:
        for held in state.own_assigned.get(item.id, ()):
            before = state.assignments[held]
            remove(state.assigned, before.conversation, held)
            append(state.assigned, item.conversation, held)
            state.assignments[held] = before.model_copy(update={"conversation": item.conversation})
        for key, suggestion in state.suggestions.items():
            if suggestion.interaction == item.id:
                state.suggestions[key] = suggestion.model_copy(update={"conversation": item.conversation})


def _settle_suggestions(state: State, messages: Sequence[str], before: SuggestionState, after: SuggestionState) -> None:
    """What a rule suggested to part need not be suggested while it is."""
    for key, suggestion in state.suggestions.items():
        if suggestion.kind == "split" and suggestion.state is before and suggestion.interaction in messages:
            state.suggestions[key] = suggestion.model_copy(update={"state": after})


def _in_force(state: State, root: str) -> tuple[list[Assignment], dict[str, Assignment]]:
    """Assignments of the whole conversation, the one that stays first; and those of single interactions."""
    rows = [name for name, row in state.conversations.items() if row.root == root]
    held = [a for name in rows for key in state.assigned.get(name, ()) if (a := state.assignments[key]).in_force]
    made = list(state.assignments)
    whole = sorted((a for a in held if a.interaction is None), key=lambda a: (not a.by_person, made.index(a.id)))
    return whole, {a.interaction: a for a in held if a.interaction is not None}


def _refuse(state: State, change: Change) -> None:
    for split in change.splits:
        rest = state.root(split.conversation).root
        heads = {state.root(state.interactions[name].interaction.conversation).root for name in split.messages}
        for root in sorted(heads - {rest}):
            for assignment in _in_force(state, rest)[0]:
                if assignment.case not in state.refusals.get(root, ()):
                    append(state.refusals, root, assignment.case)
                    append(state.split_refusals, split.id, (root, assignment.case))


def _tell(state: State, root: str, known: dict[str, set[str]], at: datetime) -> None:
    whole, own = _in_force(state, root)
    for assignment in whole[1:]:
        end(state, assignment.id, at, RULE_CASES, ONE_CONVERSATION)
    rows = [
        row
        for row in state.interactions.values()
        if row.same_as is None and state.root(row.interaction.conversation).root == root
        and _is_decided(state, row.interaction.id)
    ]  # fmt: skip
    rows.sort(key=lambda row: (row.interaction.occurred_at, row.number))
    rest = [row for row in rows if row.interaction.id not in own]
    units = [(own[row.interaction.id].case, [row]) for row in rows if row.interaction.id in own]
    if whole:
        units.append((whole[0].case, rest))
    elif rest:
        recheck(state, [rest[0].interaction.id])
    context = read_case_context(state, CaseLookup(frozenset({root}), cases=frozenset(case for case, _ in units)))
    pages, people = CasePages(context, lambda: "", at), CasePeople(context)
    for case, of in units:
        tell_case(pages, people, case, [moment_of(state, row) for row in of], numbers=known.get(case, ()))
    touches = list(pages.change(0, None, ()).touches)
    if whole and not rest and own:
        # Everything has an assignment of its own; what comes next goes with the conversation again.
        last = max((row.interaction for row in rows), key=lambda each: each.occurred_at)
        touches.append(CaseTouch(whole[0].case, root, last.channel, last.occurred_at))
    for touch in touches:
        touch_case(state, touch)

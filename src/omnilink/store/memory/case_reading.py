"""What deciding about cases reads from memory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import islice

from omnilink.conversation.case_context import (
    MOST_CASES_OF_PERSONA,
    MOST_OF_UNIT,
    MOST_PERSONAS_OF_CASE,
    MOST_SHARERS,
    MOST_THREADS_OF_CASE,
    CaseBacklog,
    CaseContext,
    CaseLookup,
    CaseRow,
    Moment,
    Placed,
    Recheck,
    Seated,
)
from omnilink.model.interaction import RevisionAction
from omnilink.model.persona import Verdict
from omnilink.store.memory.context import attributions_of, links_among
from omnilink.store.memory.state import InteractionRow, State


def read_backlog(state: State, limit: int) -> CaseBacklog:
    """What has not been decided; see `cases.CaseStore`."""
    waiting = islice(state.interactions.values(), state.case_upto, None)
    new = list(islice((row for row in waiting if row.same_as is None), limit))
    upto = new[-1].number + 1 if new else state.case_upto
    rechecks: list[Recheck] = []
    if len(new) < limit:
        causes = sorted((state.interactions[cause] for cause in state.rechecks), key=lambda row: row.number)
        rechecks = [_recheck(state, cause) for cause in causes[: max(1, limit // 10)]]
    return CaseBacklog(state.case_seq, upto, tuple(moment_of(state, row) for row in new), tuple(rechecks))


def _recheck(state: State, cause: InteractionRow) -> Recheck:
    own = state.own_assigned.get(cause.interaction.id, ())
    rows = [] if cause.same_as is not None else [cause]
    if rows and not own:
        rows = unit(state, state.root(cause.interaction.conversation).root, MOST_OF_UNIT)
        rows += [cause] if cause not in rows else []
    has_own = any(state.assignments[name].in_force for name in own)
    return Recheck(cause.interaction.id, tuple(moment_of(state, row) for row in rows), bool(own), has_own)


def unit(state: State, root: str, limit: int) -> list[InteractionRow]:
    """Interactions of a conversation, oldest first."""
    rows = [
        row
        for row in state.interactions.values()
        if row.same_as is None and state.root(row.interaction.conversation).root == root
    ]
    return sorted(rows, key=lambda row: (row.interaction.occurred_at, row.number))[:limit]


def read_moments(
    state: State, conversations: Sequence[str], interactions: Sequence[str], limit: int, newest: bool = False
) -> list[Moment]:
    """Interactions as cases read them; see `cases.CaseStore`."""
    rows = {name: state.interactions[name] for name in interactions if name in state.interactions}
    for name in conversations:
        if name in state.conversations:
            whole = unit(state, state.root(name).root, len(state.interactions))
            rows |= {row.interaction.id: row for row in (whole[-limit:] if newest else whole[:limit])}
    ordered = sorted(rows.values(), key=lambda row: (row.interaction.occurred_at, row.interaction.id))
    return [moment_of(state, row) for row in ordered]


def moment_of(state: State, row: InteractionRow) -> Moment:
    """One interaction with whom it is attributed to."""
    i, root = row.interaction, state.root(row.interaction.conversation)
    seats = attributions_of(state, i)
    revisions = sorted(state.revisions.get(i.id, ()), key=lambda r: (r.at, r.event_key))
    later = tuple(part for r in revisions if r.action is RevisionAction.CALL for part in r.parts)
    return Moment(
        interaction=i,
        conversation=root.root,
        kind=root.conversation.kind,
        seats=tuple(Seated(a.role, a.persona, a.method, a.score) for a in seats),
        later=later,
    )


def read_case_context(state: State, lookup: CaseLookup) -> CaseContext:
    """Everything a batch asks for; see `cases.CaseStore`."""
    roots = {name: state.root(name).root for name in lookup.conversations if name in state.conversations}
    merged = {root: [root] for root in roots.values()}
    for name, row in state.conversations.items():
        if row.root in merged and name != row.root:
            merged[row.root].append(name)
    mass = frozenset(root for root, names in merged.items() if any(name in state.mass for name in names))
    asked = {p: state.personas[p] for p in lookup.personas if p in state.personas}
    sharers = {p: _sharers(state, row.persona.match_keys) for p, row in asked.items()}
    contacts = {row.contact for row in asked.values()} | {c for found in sharers.values() for c in found}
    personas = {p: state.personas[p].ref for contact in contacts for p in state.members[contact]}
    recent = {p: cases for p in personas if (cases := _recent(state, p))}
    placed: dict[str, list[Placed]] = {}
    under: dict[str, list[str]] = {}
    refused: dict[str, list[str]] = {}
    for root, names in merged.items():
        for name in names:
            found = (state.assignments[a] for a in state.assigned.get(name, ()))
            in_force = [a for a in found if a.in_force and a.interaction is None]
            placed.setdefault(root, []).extend(Placed(a.id, a.case, a.by_person) for a in in_force)
            if root not in mass:
                under.setdefault(root, []).extend(state.threads_of.get(name, ()))
            refused.setdefault(root, []).extend(state.refusals.get(name, ()))
        if root in mass:
            under[root] = [p.case for p in placed.get(root, ())]
            for p in personas:
                theirs = [case for case, conversation in state.cases_of.get(p, ()) if conversation in names]
                under[root] += theirs
                if theirs:
                    recent[p] = tuple(dict.fromkeys((*recent.get(p, ()), *theirs)))
    own: dict[str, dict[str, str]] = {}
    for key in lookup.answered:
        for item in state.named(key):
            for a in map(state.assignments.__getitem__, state.own_assigned.get(item.interaction.id, ())):
                if a.in_force and (root := state.root(a.conversation).root) in merged:
                    own.setdefault(root, {})[key] = a.case
    numbered = {n: frozenset(case for case, _ in state.numbered.get(n, ())) for n in lookup.references}
    wanted = {
        *(p.case for of in placed.values() for p in of),
        *(case for of in own.values() for case in of.values()),
        *(case for of in (*under.values(), *refused.values(), *recent.values(), *numbered.values()) for case in of),
        *(case for case in lookup.cases if case in state.cases),
    }
    links = (link for link in links_among(state, personas) if link.in_force and link.verdict is Verdict.SAME)
    return CaseContext(
        roots=roots,
        placed={root: tuple(sorted(of, key=lambda p: (p.case, p.assignment))) for root, of in placed.items() if of},
        under={root: tuple(sorted(set(of))) for root, of in under.items() if of},
        own=own,
        mass=mass,
        personas=personas,
        links=tuple(links),
        sharers={p: found for p, found in sharers.items() if found},
        cases={case: case_row(state, case) for case in wanted},
        recent=recent,
        numbered=numbered,
        refused={root: frozenset(of) for root, of in refused.items() if of},
    )


def _sharers(state: State, match_keys: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for number in (m for m in match_keys if m.startswith("tel:")):
        holders = state.holders.get(number, ())
        if 1 < len(holders) <= MOST_SHARERS:
            found |= {state.personas[p].contact for p in holders}
    return frozenset(found)


def _recent(state: State, persona: str) -> tuple[str, ...]:
    held = [(state.case_personas[place][persona], place[0]) for place in state.cases_of.get(persona, ())]
    return tuple(dict.fromkeys(case for _, case in sorted(held, reverse=True)))[:MOST_CASES_OF_PERSONA]


def case_row(state: State, case: str) -> CaseRow:
    """A case with its latest conversations, and whose matter it is."""
    threads = sorted(state.case_threads.get(case, {}).values(), key=lambda t: (t.last_at, t.conversation), reverse=True)
    personas = dict.fromkeys(p for t in threads for p in state.case_personas.get((case, t.conversation), {}))
    now = tuple(replace(t, conversation=state.root(t.conversation).root) for t in threads[:MOST_THREADS_OF_CASE])
    return CaseRow(state.cases[case], now, frozenset(list(personas)[:MOST_PERSONAS_OF_CASE]))

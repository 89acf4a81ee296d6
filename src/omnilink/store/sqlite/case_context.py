"""The context of a decision about cases, read from SQLite."""

from collections.abc import Iterable

from omnilink.conversation.case_context import (
    MOST_CASES_OF_PERSONA,
    MOST_PERSONAS_OF_CASE,
    MOST_THREADS_OF_CASE,
    CaseContext,
    CaseLookup,
    CaseRow,
    CaseThread,
    Placed,
)
from omnilink.model.case import Case, CaseState
from omnilink.model.ids import from_micros
from omnilink.model.persona import PersonaRef
from omnilink.store.sqlite.case_reading import read_sharers
from omnilink.store.sqlite.context import read_surroundings
from omnilink.store.sqlite.rows import Row, View, link_of, select_in

_MOST_REFERRED = 20
_MOST_ROWS = 4 * MOST_CASES_OF_PERSONA
_ROOTS = """
    SELECT c.uid, c.root, r.uid FROM conversation c INDEXED BY conversation_uid JOIN conversation r ON r.id = c.root
    WHERE c.tenant = ? AND c.uid IN (?*)
"""
_PARTS = "SELECT id, root FROM conversation WHERE root IN (?*)"
_PLACED = """
    SELECT a.conversation, a.uid, a.case_, a.decision FROM assignment a INDEXED BY assignment_conversation
    WHERE a.conversation IN (?*) AND a.interaction IS NULL AND a.revoked_at IS NULL
"""
_OWN = """
    SELECT a.conversation, i.message_key, a.case_ FROM interaction i INDEXED BY interaction_message
    JOIN assignment a INDEXED BY assignment_interaction ON a.interaction = i.id
    WHERE i.tenant = ? AND i.message_key IN (?*) AND i.same_as IS NULL
    AND a.interaction IS NOT NULL AND a.revoked_at IS NULL
"""
_OWN_BY_ALIAS = """
    SELECT a.conversation, m.key, a.case_ FROM message_alias m
    JOIN assignment a INDEXED BY assignment_interaction ON a.interaction = m.interaction
    WHERE m.tenant = ? AND m.key IN (?*) AND a.interaction IS NOT NULL AND a.revoked_at IS NULL
"""
_UNDER = "SELECT conversation, case_ FROM case_thread INDEXED BY case_thread_of WHERE conversation IN (?*)"
_UNDER_MASS = "SELECT conversation, case_ FROM case_persona WHERE persona = ? AND conversation IN (?*)"
_MASS = "SELECT conversation FROM case_mass WHERE conversation IN (?*)"
_REFUSED = "SELECT conversation, case_ FROM case_refusal WHERE conversation IN (?*)"
_CONTACTS = "SELECT contact FROM persona INDEXED BY persona_uid WHERE tenant = ? AND uid IN (?*)"
_CONTACTS_BY_KEY = "SELECT contact FROM persona WHERE id IN (?*)"
_RECENT = """
    SELECT case_ FROM case_persona INDEXED BY case_persona_recent WHERE persona = ?
    ORDER BY last_at DESC, case_ DESC LIMIT ?
"""
_NUMBERED = "SELECT case_ FROM case_reference WHERE tenant = ? AND reference = ? LIMIT ?"
CASE = """
    SELECT c.id, c.uid, c.subject, c.service, c.state, c.channel, c.created_at, c.last_at, c.begun_by_us, j.uid
    FROM case_ c LEFT JOIN case_ j ON j.id = c.joined_into
"""
_BY_UID = "SELECT id FROM case_ INDEXED BY case_uid WHERE tenant = ? AND uid IN (?*)"
_THREADS = """
    SELECT r.uid, t.channel, t.last_at, t.topic, t.refs FROM case_thread t INDEXED BY case_thread_recent
    JOIN conversation c ON c.id = t.conversation JOIN conversation r ON r.id = c.root
    WHERE t.case_ = ? ORDER BY t.last_at DESC, t.conversation DESC LIMIT ?
"""
_PERSONAS = """
    SELECT DISTINCT p.uid FROM case_persona s INDEXED BY case_persona_of JOIN persona p ON p.id = s.persona
    WHERE s.case_ = ? LIMIT ?
"""


def read_case_context(view: View, lookup: CaseLookup) -> CaseContext:
    """Everything a batch asks for; see `cases.CaseStore`."""
    roots: dict[str, tuple[int, str]] = {}
    for uid, root, name in select_in(view.connection, _ROOTS, lookup.conversations, (view.tenant,)):
        roots[uid] = (root, name)
    names = dict(roots.values())
    parts: dict[int, int] = dict(select_in(view.connection, _PARTS, names))
    wanted: dict[int, None] = {}
    placed: dict[str, list[tuple[int, str, str]]] = {}
    for part, uid, case, decision in select_in(view.connection, _PLACED, parts):
        placed.setdefault(names[parts[part]], []).append((case, uid, decision))
        wanted[case] = None
    refused = _by_root(view, _REFUSED, parts, parts, names)
    refs, links, sharers, recent = _people(view, lookup)
    mass = {names[parts[part]] for (part,) in select_in(view.connection, _MASS, parts)}
    of_mass = [part for part, root in parts.items() if names[root] in mass]
    under = _by_root(view, _UNDER, [part for part, root in parts.items() if names[root] not in mass], parts, names)
    for part in of_mass:
        under.setdefault(names[parts[part]], []).extend(case for case, _, _ in placed.get(names[parts[part]], ()))
    for persona in refs if of_mass else ():
        for part, case in select_in(view.connection, _UNDER_MASS, of_mass, (persona,)):
            under[names[parts[part]]].append(case)
            recent.setdefault(persona, []).append(case)
    own: dict[str, dict[str, int]] = {}
    # Where one case holds all of a conversation, whatever has an assignment of its own is under the same one.
    if of_mass or any(len(cases) > 1 for cases in under.values()):
        for sql in (_OWN, _OWN_BY_ALIAS):
            for part, key, case in select_in(view.connection, sql, lookup.answered, (view.tenant,)):
                if part in parts:
                    own.setdefault(names[parts[part]], {})[key] = case
                    wanted[case] = None
    numbered = {
        number: [case for (case,) in view.connection.execute(_NUMBERED, (view.tenant, number, _MOST_REFERRED))]
        for number in lookup.references
    }
    named = [key for (key,) in select_in(view.connection, _BY_UID, lookup.cases, (view.tenant,))]
    for cases in (*under.values(), *refused.values(), *recent.values(), *numbered.values(), named):
        wanted.update(dict.fromkeys(cases))
    rows = read_case_rows(view, wanted)
    uids = {key: row.case.id for key, row in rows.items()}
    return CaseContext(
        roots={uid: name for uid, (_, name) in roots.items()},
        placed={
            name: tuple(Placed(uid, uids[case], decision == "person") for case, uid, decision in sorted(of))
            for name, of in placed.items()
        },
        under={name: tuple(uids[case] for case in sorted(set(cases))) for name, cases in under.items()},
        own={name: {key: uids[case] for key, case in of.items()} for name, of in own.items()},
        mass=frozenset(mass),
        personas={ref.id: ref for ref in refs.values()},
        links=tuple(link_of(row) for row in links),
        sharers={
            refs[key].id: frozenset(refs[other].contact for other in others if other in refs)
            for key, others in sharers.items()
        },
        cases={row.case.id: row for row in rows.values()},
        recent={refs[key].id: tuple(uids[case] for case in dict.fromkeys(cases)) for key, cases in recent.items()},
        numbered={number: frozenset(uids[case] for case in cases) for number, cases in numbered.items()},
        refused={name: frozenset(uids[case] for case in cases) for name, cases in refused.items()},
    )


def _by_root(
    view: View, sql: str, asked: Iterable[int], parts: dict[int, int], names: dict[int, str]
) -> dict[str, list[int]]:
    found: dict[str, dict[int, None]] = {}
    for part, case in select_in(view.connection, sql, asked):
        found.setdefault(names[parts[part]], {})[case] = None
    return {name: list(cases) for name, cases in found.items()}


def _people(
    view: View, lookup: CaseLookup
) -> tuple[dict[int, PersonaRef], list[Row], dict[int, list[int]], dict[int, list[int]]]:
    """Personas asked for with their contacts, their links in force, who shares their telephone, and latest cases."""
    contacts = {contact for (contact,) in select_in(view.connection, _CONTACTS, lookup.personas, (view.tenant,))}
    around = read_surroundings(view, contacts, follow=False)
    asked = {key: ref.match_keys for key, ref in around.refs.items() if ref.id in lookup.personas}
    sharers = read_sharers(view, asked)
    beyond = {other for others in sharers.values() for other in others} - around.refs.keys()
    if beyond:
        further = {contact for (contact,) in select_in(view.connection, _CONTACTS_BY_KEY, beyond)}
        more = read_surroundings(view, further - contacts, follow=False)
        around.refs.update(more.refs)
        around.links.update(more.links)
    links = [row for row in around.links.values() if row[1] is None and row[7] == "same"]
    recent: dict[int, list[int]] = {}
    for key in around.refs:
        cases = dict.fromkeys(case for (case,) in view.connection.execute(_RECENT, (key, _MOST_ROWS)))
        if cases:
            recent[key] = list(cases)[:MOST_CASES_OF_PERSONA]
    return around.refs, links, sharers, recent


def read_case_rows(view: View, keys: Iterable[int]) -> dict[int, CaseRow]:
    """Cases by key, with their latest conversations and whose matter they are."""
    rows = {}
    run = view.connection.execute
    for row in select_in(view.connection, f"{CASE} WHERE c.id IN (?*)", dict.fromkeys(keys)):
        threads = tuple(
            CaseThread(uid, channel, from_micros(at), frozenset(topic.split()), frozenset(refs.splitlines()))
            for uid, channel, at, topic, refs in run(_THREADS, (row[0], MOST_THREADS_OF_CASE))
        )
        personas = frozenset(uid for (uid,) in run(_PERSONAS, (row[0], MOST_PERSONAS_OF_CASE)))
        rows[row[0]] = CaseRow(case_of(row), threads, personas)
    return rows


def case_of(row: Row) -> Case:
    """A row of `CASE` as a record."""
    return Case(
        id=row[1], subject=row[2], service=row[3], state=CaseState(row[4]), channel=row[5],
        created_at=from_micros(row[6]), last_at=from_micros(row[7]), begun_by_us=bool(row[8]), joined_into=row[9],
    )  # fmt: skip

"""What deciding about cases reads from SQLite: a handful of queries a batch, each answered by an index."""

from collections.abc import Container, Iterable, Iterator, Mapping

from omnilink.conversation.case_context import (
    MOST_OF_UNIT,
    MOST_SHARERS,
    CaseBacklog,
    Moment,
    Recheck,
    Seated,
)
from omnilink.model.event import ConversationKind
from omnilink.model.interaction import Interaction, Revision, RevisionAction
from omnilink.model.part import Part
from omnilink.model.participant import Role
from omnilink.model.persona import Method
from omnilink.store.sqlite.rows import Row, View, read_bare, read_docs, select_in

_NEW = """
    SELECT id FROM interaction NOT INDEXED WHERE id > ? AND tenant = ? AND same_as IS NULL ORDER BY id LIMIT ?
"""
_PLACES = """
    SELECT i.id, r.uid, r.kind, i.kind, i.uid FROM interaction i JOIN conversation c ON c.id = i.conversation
    JOIN conversation r ON r.id = c.root WHERE i.id IN (?*)
"""
_SEATS = """
    SELECT t.interaction, t.ordinal, t.role, p.uid, t.method, t.score
    FROM attribution t JOIN persona p ON p.id = t.persona WHERE t.interaction IN (?*)
"""
_LATER = "SELECT interaction, at, event_key, doc FROM revision WHERE interaction IN (?*)"
_RECHECKS = """
    SELECT k.interaction, i.uid, c.root, i.same_as IS NOT NULL,
    (SELECT max(a.revoked_at IS NULL) FROM assignment a INDEXED BY assignment_about WHERE a.interaction = k.interaction)
    FROM case_recheck k JOIN interaction i ON i.id = k.interaction JOIN conversation c ON c.id = i.conversation
    WHERE k.tenant = ? ORDER BY k.interaction LIMIT ?
"""
_OF_PART = """
    SELECT i.occurred_at, i.id FROM interaction i INDEXED BY interaction_conversation
    WHERE i.conversation = ? AND i.same_as IS NULL ORDER BY i.occurred_at LIMIT ?
"""
_NEWEST_OF_PART = _OF_PART.replace("ORDER BY i.occurred_at", "ORDER BY i.occurred_at DESC")
_UIDS = "SELECT id FROM interaction INDEXED BY interaction_uid WHERE tenant = ? AND uid IN (?*)"
_ROOT = "SELECT root FROM conversation INDEXED BY conversation_uid WHERE tenant = ? AND uid IN (?*)"
# One more than is looked at tells that a number is a place's.
_HOLDERS = "SELECT persona FROM match_key WHERE tenant = ? AND match_key = ? LIMIT ?"
_ROLE: dict[str, Role] = {role.value: role for role in Role}
_METHOD: dict[str, Method] = {method.value: method for method in Method}


def read_backlog(view: View, limit: int, known: Mapping[str, Interaction]) -> CaseBacklog:
    """What has not been decided; see `cases.CaseStore`."""
    row = view.connection.execute("SELECT upto, seq FROM case_progress WHERE tenant = ?", (view.tenant,)).fetchone()
    upto, seq = row or (0, 0)
    keys = [key for (key,) in view.connection.execute(_NEW, (upto, view.tenant, limit))]
    moments = load_moments(view, keys, known)
    rechecks = []
    if len(keys) < limit:  # what is new comes first: it may answer what is asked again
        rechecks = list(_rechecks(view, limit))
    return CaseBacklog(seq, keys[-1] if keys else upto, tuple(moments[key] for key in keys), tuple(rechecks))


def _rechecks(view: View, limit: int) -> Iterator[Recheck]:
    rows = view.connection.execute(_RECHECKS, (view.tenant, max(1, limit // 10))).fetchall()
    units: dict[int, list[int]] = {}
    asked: list[list[int]] = []
    for key, _, root, is_echo, own in rows:
        if is_echo:
            asked.append([])
        elif own is not None:
            asked.append([key])
        else:
            if root not in units:
                units[root] = unit_keys(view, root)
            asked.append(units[root] if key in units[root] else [*units[root], key])
    # Of one conversation often many are asked again at once: each moment is read once.
    moments = load_moments(view, dict.fromkeys(key for keys in asked for key in keys), whole={row[0] for row in rows})
    for (_, uid, _, _, own), keys in zip(rows, asked, strict=True):
        yield Recheck(uid, tuple(moments[key] for key in keys), own is not None, bool(own))


def unit_keys(view: View, root: int, limit: int = MOST_OF_UNIT, newest: bool = False) -> list[int]:
    """Interactions of a conversation, oldest first: the oldest so many, or the newest."""
    parts = view.connection.execute("SELECT id FROM conversation WHERE root = ?", (root,)).fetchall()
    found: list[Row] = []
    for (part,) in parts:
        found += view.connection.execute(_NEWEST_OF_PART if newest else _OF_PART, (part, limit)).fetchall()
    ordered = sorted(found)
    return [key for _, key in (ordered[-limit:] if newest else ordered[:limit])]


def read_moments(
    view: View, conversations: Iterable[str], interactions: Iterable[str], limit: int, newest: bool = False
) -> list[Moment]:
    """Moments of conversations or by id; see `cases.CaseStore`."""
    keys = [key for (key,) in select_in(view.connection, _UIDS, dict.fromkeys(interactions), (view.tenant,))]
    for (root,) in list(select_in(view.connection, _ROOT, dict.fromkeys(conversations), (view.tenant,))):
        keys += unit_keys(view, root, limit, newest)
    found = load_moments(view, dict.fromkeys(keys))
    return sorted(found.values(), key=lambda moment: (moment.interaction.occurred_at, moment.interaction.id))


def load_moments(
    view: View,
    keys: Iterable[int],
    known: Mapping[str, Interaction] | None = None,
    whole: Container[int] | None = None,
) -> dict[int, Moment]:
    """Moments by key.

    Args:
        known: interactions, by id, that need not be read.
        whole: those of which it matters what was said; all of them if None.
    """
    keys = list(keys)
    places = {row[0]: row[1:] for row in select_in(view.connection, _PLACES, keys)}
    docs = {key: known[place[3]] for key, place in places.items() if place[3] in known} if known else {}
    unread = [key for key in keys if key not in docs]
    docs |= read_docs(view, [key for key in unread if whole is None or key in whole])
    if whole is not None:
        docs |= read_bare(view, [key for key in unread if key not in whole])
    seats: dict[int, list[Row]] = {}
    for row in select_in(view.connection, _SEATS, keys):
        seats.setdefault(row[0], []).append(row[1:])
    later = _later(view, [key for key, place in places.items() if place[2] == "call"])
    return {
        key: Moment(
            interaction=docs[key],
            conversation=places[key][0],
            kind=ConversationKind(places[key][1]),
            seats=tuple(
                Seated(_ROLE[role], persona, _METHOD[method], score)
                for _, role, persona, method, score in sorted(seats.get(key, ()), key=lambda row: int(row[0]))
            ),
            later=later.get(key, ()),
        )
        for key in keys
    }


def _later(view: View, calls: list[int]) -> dict[int, tuple[Part, ...]]:
    parts: dict[int, tuple[Part, ...]] = {}
    rows = sorted(select_in(view.connection, _LATER, calls), key=lambda row: row[1:3])
    for key, _, _, doc in rows:
        revision = Revision.model_validate_json(doc)
        if revision.action is RevisionAction.CALL:
            parts[key] = (*parts.get(key, ()), *revision.parts)
    return parts


def read_sharers(view: View, personas: dict[int, tuple[str, ...]]) -> dict[int, list[int]]:
    """Persona → everybody who holds one of its telephone numbers, itself among them; none where it is a place's.

    Args:
        personas: key → match keys.
    """
    sharers: dict[int, list[int]] = {}
    of_number: dict[str, list[int]] = {}
    for key, match_keys in personas.items():
        for number in (m for m in match_keys if m.startswith("tel:")):
            if number not in of_number:
                asked = (view.tenant, number, MOST_SHARERS + 1)
                of_number[number] = [p for (p,) in view.connection.execute(_HOLDERS, asked)]
            if 1 < len(of_number[number]) <= MOST_SHARERS:
                sharers.setdefault(key, []).extend(of_number[number])
    return sharers

"""The context of a decision, read from SQLite in a handful of queries whatever the batch's size."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field

from omnilink.model.persona import Link, PersonaRef, Verdict
from omnilink.store import versions
from omnilink.store.base import Context, Lookup, MessageRef, Parked
from omnilink.store.sqlite.observations import decision_seq, observation_seqs
from omnilink.store.sqlite.rows import LINK, Row, View, link_of, select_in

_BY_KEY = "SELECT key, contact, seq, id FROM persona INDEXED BY persona_key WHERE tenant = ? AND key IN (?*)"
_BY_UID = "SELECT uid, contact, seq FROM persona INDEXED BY persona_uid WHERE tenant = ? AND uid IN (?*)"
_MEMBERS = "SELECT id, uid, key, name, match_keys, contact, seq FROM persona WHERE contact IN (?*)"
_HOLDERS = """
    SELECT m.match_key, p.id, p.contact, p.seq FROM match_key m JOIN persona p ON p.id = m.persona
    WHERE m.tenant = ? AND m.match_key IN (?*)
"""
_EVENTS = """
    SELECT v.event_key, v.seq, i.uid
    FROM event v INDEXED BY event_known LEFT JOIN interaction i ON i.id = v.interaction
    WHERE v.account = ? AND v.event_key IN (?*) AND v.state IN ('recorded', 'parked', 'ignored')
"""
_MESSAGES = """
    SELECT i.message_key, i.id, i.uid, i.content_key, a.name, i.kind, i.direction, i.seq
    FROM interaction i INDEXED BY interaction_message JOIN account a ON a.id = i.account
    WHERE i.tenant = ? AND i.message_key IN (?*) AND i.same_as IS NULL
"""
_ALIASES = """
    SELECT m.key, i.id, i.uid, i.content_key, a.name, i.kind, i.direction, max(i.seq, m.seq)
    FROM message_alias m JOIN interaction i ON i.id = m.interaction JOIN account a ON a.id = i.account
    WHERE m.tenant = ? AND m.key IN (?*)
"""
_ATTRIBUTED = """
    SELECT t.interaction, t.ordinal, p.key, p.contact FROM attribution t JOIN persona p ON p.id = t.persona
    WHERE t.interaction IN (?*)
"""
_SEEDS = "SELECT uid, seed FROM observation INDEXED BY observation_uid WHERE tenant = ? AND uid IN (?*)"
_TARGETS = """
    SELECT v.target_key, v.id, v.seq, v.state, e.uid, v.ordinal, a.name, v.body
    FROM event v JOIN envelope e ON e.id = v.envelope JOIN account a ON a.id = v.account
    WHERE v.tenant = ? AND v.target_key IN (?*)
"""
_CONVERSATIONS = """
    SELECT k.key, k.seq, c.seq, r.uid FROM conversation_key k JOIN conversation c ON c.id = k.conversation
    JOIN conversation r ON r.id = c.root WHERE k.tenant = ? AND k.key IN (?*)
"""


@dataclass(slots=True)
class Surroundings:
    """Contacts, whole, with the links that touch them.

    Attributes:
        refs: persona key → persona; `seqs` its last change.
        members: contact key → its persona keys.
        links: link key → its row.
    """

    refs: dict[int, PersonaRef] = field(default_factory=dict)
    seqs: dict[int, int] = field(default_factory=dict)
    members: dict[int, list[int]] = field(default_factory=dict)
    links: dict[int, Row] = field(default_factory=dict)

    def chosen_links(self) -> tuple[Link, ...]:
        """Links within, revoked ones included, and those at the border that are in force."""
        rows = (r for r in self.links.values() if r[1] is None or (r[5] in self.refs and r[6] in self.refs))
        return tuple(sorted((link_of(row) for row in rows), key=lambda link: link.id))


def read_context(view: View, lookup: Lookup) -> Context:
    """Everything the lookup names; see `base.Context`."""
    found = dict.fromkeys(versions.keys_of(lookup), 0)
    start: set[int] = set()
    personas: dict[str, int] = {}
    for key, contact, seq, persona in select_in(view.connection, _BY_KEY, lookup.personas, (view.tenant,)):
        personas[key] = persona
        found[versions.persona_version(key)] = seq
        start.add(contact)
    holders: dict[str, list[int]] = {}
    for key, persona, contact, seq in select_in(view.connection, _HOLDERS, lookup.match_keys, (view.tenant,)):
        holders.setdefault(key, []).append(persona)
        name = versions.match_version(key)
        found[name] = max(found[name], seq)
        start.add(contact)
    for uid, contact, seq in select_in(view.connection, _BY_UID, lookup.contacts, (view.tenant,)):
        found[versions.persona_id_version(uid)] = seq
        start.add(contact)
    for key, seq in observation_seqs(view, lookup.observations).items():
        found[versions.observation_version(key)] = seq
    if lookup.decisions:
        found[versions.DECISIONS] = decision_seq(view)
    messages = _read_messages(view, lookup, found, start)
    around = read_surroundings(view, start)
    _contact_versions(around, found)
    refs = around.refs
    return Context(
        seq=view.seq,
        versions=found,
        events=_read_events(view, lookup, found),
        messages=messages,
        personas={key: refs[persona] for key, persona in personas.items()},
        holders={key: _by_id(refs[p] for p in persons) for key, persons in holders.items()},
        links=around.chosen_links(),
        members={refs[c].id: _by_id(refs[p] for p in ps) for c, ps in sorted(around.members.items())},
        conversations=_read_conversations(view, lookup, found),
        parked=_read_parked(view, lookup, found),
    )


def read_surroundings(view: View, contacts: Iterable[int], *, follow: bool = True) -> Surroundings:
    """Contacts and, if followed, all that same-links in force lead to (blocked ones included)."""
    around = Surroundings()
    frontier = set(contacts)
    while frontier:
        rows = list(select_in(view.connection, _MEMBERS, frontier))
        uids = {row[0]: row[1] for row in rows}
        for key, uid, name, stated, match_keys, contact, seq in rows:
            matches = tuple(json.loads(match_keys)) if match_keys else ()
            around.refs[key] = PersonaRef(uid, name, uids[contact], matches, stated)
            around.seqs[key] = seq
            around.members.setdefault(contact, []).append(key)
        touching = {
            row[4]: row for end in ("a", "b") for row in select_in(view.connection, f"{LINK} WHERE {end} IN (?*)", uids)
        }
        around.links.update(touching)
        if not follow:
            break
        joining = (row for row in touching.values() if row[1] is None and row[7] == Verdict.SAME)
        beyond = {end for row in joining for end in row[5:7]} - around.refs.keys()
        rows = list(select_in(view.connection, "SELECT contact FROM persona WHERE id IN (?*)", beyond))
        frontier = {contact for (contact,) in rows}
    return around


def _contact_versions(around: Surroundings, found: dict[str, int]) -> None:
    newest = dict(around.seqs)
    for row in around.links.values():
        for end in row[5:7]:
            if end in newest:
                newest[end] = max(newest[end], row[8])
    for contact, personas in around.members.items():
        found[versions.contact_version(around.refs[contact].id)] = max(newest[p] for p in personas)


def _by_id(refs: Iterable[PersonaRef]) -> tuple[PersonaRef, ...]:
    return tuple(sorted(refs, key=lambda ref: ref.id))


def _read_events(view: View, lookup: Lookup, found: dict[str, int]) -> dict[tuple[str, str], str]:
    events: dict[tuple[str, str], str] = {}
    keys: dict[str, list[str]] = {}
    for account, key in lookup.events:
        keys.setdefault(account, []).append(key)
    sql = "SELECT name, id FROM account WHERE tenant = ? AND name IN (?*)"
    for account, account_key in select_in(view.connection, sql, keys, (view.tenant,)):
        for key, seq, interaction in select_in(view.connection, _EVENTS, keys[account], (account_key,)):
            events[account, key] = interaction or ""
            found[versions.event_version(account, key)] = seq
    return events


def _read_messages(
    view: View, lookup: Lookup, found: dict[str, int], start: set[int]
) -> dict[str, tuple[MessageRef, ...]]:
    # By key, so that the oldest comes first whatever index answers.
    found_rows = [
        row for sql in (_MESSAGES, _ALIASES) for row in select_in(view.connection, sql, lookup.messages, (view.tenant,))
    ]
    rows = sorted(found_rows, key=lambda row: int(row[1]))
    attributed: dict[int, list[tuple[int, str]]] = {}
    for interaction, ordinal, key, contact in select_in(view.connection, _ATTRIBUTED, [row[1] for row in rows]):
        attributed.setdefault(interaction, []).append((ordinal, key))
        start.add(contact)
    seeds: dict[int, list[tuple[int, str]]] = {}
    shown = {f"{row[2]}/{n}": (row[1], n) for row in rows for n, _ in attributed.get(row[1], ())}
    for uid, seed in select_in(view.connection, _SEEDS, shown, (view.tenant,)):
        interaction, ordinal = shown[uid]
        seeds.setdefault(interaction, []).append((ordinal, seed))
    messages: dict[str, tuple[MessageRef, ...]] = {}
    for message_key, interaction, uid, content_key, account, kind, direction, seq in rows:
        seats = tuple(sorted(attributed.get(interaction, ())))
        own = tuple(sorted(seeds.get(interaction, ())))
        ref = MessageRef(uid, message_key, content_key, account, kind, direction, seats, own)
        messages[message_key] = (*messages.get(message_key, ()), ref)
        name = versions.message_version(message_key)
        found[name] = max(found[name], seq)
    return messages


def _read_parked(view: View, lookup: Lookup, found: dict[str, int]) -> dict[str, tuple[Parked, ...]]:
    parked: dict[str, tuple[Parked, ...]] = {}
    rows = sorted(select_in(view.connection, _TARGETS, lookup.messages, (view.tenant,)), key=lambda row: row[1])
    for target_key, _, seq, state, envelope, ordinal, account, body in rows:
        name = versions.message_version(target_key)
        found[name] = max(found[name], seq)
        if state == "parked":
            waiting = Parked(envelope, ordinal, account, body or "")
            parked[target_key] = (*parked.get(target_key, ()), waiting)
    return parked


def _read_conversations(view: View, lookup: Lookup, found: dict[str, int]) -> dict[str, str]:
    conversations: dict[str, str] = {}
    rows = select_in(view.connection, _CONVERSATIONS, lookup.conversation_keys, (view.tenant,))
    for key, key_seq, seq, root in rows:
        conversations[key] = root
        found[versions.conversation_version(key)] = max(key_seq, seq)
    return conversations

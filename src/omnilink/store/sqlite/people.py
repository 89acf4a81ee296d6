"""Personas, contacts and links, read from SQLite."""

from collections.abc import Iterable, Sequence

from omnilink.errors import NotFound
from omnilink.model.consent import Consent
from omnilink.model.ids import from_micros
from omnilink.model.persona import Claim, Link, Persona
from omnilink.store.base import Component, ContactRow
from omnilink.store.sqlite.context import read_surroundings
from omnilink.store.sqlite.rows import LINK, View, link_of, select_in

_BY_NAME = {
    "uid": "SELECT id FROM persona INDEXED BY persona_uid WHERE tenant = ? AND uid IN (?*)",
    "key": "SELECT p.id FROM persona p INDEXED BY persona_key JOIN persona_doc d ON d.persona = p.id "
    "WHERE p.tenant = ? AND p.key IN (?*) AND p.handle_key IS NULL AND json_type(d.doc, '$.handle') = 'object'",
    "handle_key": "SELECT id FROM persona INDEXED BY persona_handle WHERE tenant = ? AND handle_key IN (?*)",
    "match_key": "SELECT persona FROM match_key WHERE tenant = ? AND match_key IN (?*)",
}
_CLAIMS = "SELECT persona, field, value, source, at, retracted_at, id FROM claim WHERE persona IN (?*)"
_SIZES = "SELECT contact, count(*) FROM persona WHERE contact IN (?*) GROUP BY contact"
# Not those left empty: whoever a name on a handle once told apart, and of whom no interaction is taken to be any more.
_CONTACTS = """
    SELECT c.id, c.uid FROM persona c INDEXED BY persona_uid
    WHERE c.tenant = ? AND c.contact = c.id AND c.uid > ? AND (c.handle_key IS NULL OR EXISTS (
        SELECT 1 FROM persona p WHERE p.contact = c.id
        AND (p.handle_key IS NULL OR EXISTS (SELECT 1 FROM attribution t WHERE t.persona = p.id))
    )) ORDER BY c.uid LIMIT ?
"""
_COUNTS = """
    SELECT p.contact, count(DISTINCT t.interaction), max(t.occurred_at)
    FROM persona p JOIN attribution t ON t.persona = p.id WHERE p.contact IN (?*) AND {seen} GROUP BY p.contact
"""


def read_personas(
    view: View, ids: Sequence[str], handle_keys: Sequence[str], match_keys: Sequence[str]
) -> list[Persona]:
    """Personas by any of their names; see `base.PeopleStore`."""
    asked = {"uid": ids, "key": handle_keys, "handle_key": handle_keys, "match_key": match_keys}
    keys = {
        key
        for name, values in asked.items()
        for (key,) in select_in(view.connection, _BY_NAME[name], dict.fromkeys(values), (view.tenant,))
    }
    return _load(view, keys)


def _load(view: View, keys: Iterable[int]) -> list[Persona]:
    keys = list(keys)
    claims: dict[int, list[Claim]] = {}
    # In the order they were made: fewer to sort here than SQLite would be ready for.
    rows = sorted(select_in(view.connection, _CLAIMS, keys), key=lambda row: int(row[6]))
    for key, name, value, source, at, retracted_at, _ in rows:
        retracted = None if retracted_at is None else from_micros(retracted_at)
        claim = Claim(field=name, value=value, source=source, at=from_micros(at), retracted_at=retracted)
        claims.setdefault(key, []).append(claim)
    personas = []
    for key, doc in select_in(view.connection, "SELECT persona, doc FROM persona_doc WHERE persona IN (?*)", keys):
        persona = Persona.model_validate_json(doc)
        personas.append(persona.model_copy(update={"claims": tuple(claims.get(key, ()))}))
    return sorted(personas, key=lambda persona: persona.id)


def read_component(view: View, persona: str) -> Component:
    """The contact that holds a persona; see `base.PeopleStore`."""
    row = view.connection.execute(
        "SELECT p.contact, c.uid FROM persona p JOIN persona c ON c.id = p.contact WHERE p.tenant = ? AND p.uid = ?",
        (view.tenant, persona),
    ).fetchone()
    if row is None:
        raise NotFound("the store has no such record")
    around = read_surroundings(view, [row[0]], follow=False)
    return Component(row[1], tuple(_load(view, around.refs)), around.chosen_links())


def read_contacts(view: View, after: str | None, limit: int) -> list[ContactRow]:
    """A page of contacts; see `base.PeopleStore`."""
    page = view.connection.execute(_CONTACTS, (view.tenant, after or "", limit)).fetchall()
    keys = [key for key, _ in page]
    sizes: dict[int, int] = dict(select_in(view.connection, _SIZES, keys))
    sql = _COUNTS.replace("{seen}", view.interaction_is_seen("t.interaction"))
    counts = {key: (number, from_micros(last)) for key, number, last in select_in(view.connection, sql, keys)}
    return [ContactRow(uid, sizes[key], *counts.get(key, (0, None))) for key, uid in page]


def read_consents(view: View, personas: Sequence[str]) -> list[Consent]:
    """What personas said about consent; see `base.PeopleStore`."""
    sql = (
        "SELECT p.uid, c.purpose, c.sender, c.state, c.evidence, c.at, c.id FROM persona p INDEXED BY persona_uid "
        "JOIN consent c ON c.persona = p.id WHERE p.tenant = ? AND p.uid IN (?*)"
    )
    rows = list(select_in(view.connection, sql, dict.fromkeys(personas), (view.tenant,)))
    rows.sort(key=lambda row: (int(row[5]), int(row[6])))
    return [
        Consent(persona=row[0], purpose=row[1], sender=row[2], state=row[3], evidence=row[4], at=from_micros(row[5]))
        for row in rows
    ]


def read_link(view: View, link: str) -> Link:
    """One link; see `base.PeopleStore`."""
    row = view.connection.execute(f"{LINK} WHERE tenant = ? AND uid = ?", (view.tenant, link)).fetchone()
    if row is None:
        raise NotFound("the store has no such record")
    return link_of(row)

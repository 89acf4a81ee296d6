"""Relationships in SQLite."""

from collections.abc import Sequence

from omnilink.model.relationship import Relationship, RelationshipClosed
from omnilink.store.sqlite.rows import View, select_in
from omnilink.store.sqlite.transaction import Transaction

_BY_ID = "SELECT id FROM relationship INDEXED BY relationship_uid WHERE tenant = ? AND uid IN (?*)"
_BY_END = """
    SELECT r.id FROM persona p INDEXED BY persona_uid JOIN relationship r ON r.{end} = p.id
    WHERE p.tenant = ? AND p.uid IN (?*)
"""
_DOCS = "SELECT id, doc FROM relationship WHERE id IN (?*)"
_CLOSED = "SELECT relationship, doc, id FROM relationship_closed WHERE relationship IN (?*)"


def add_relationships(
    tx: Transaction, tenant: int, made: Sequence[Relationship], closed: Sequence[RelationshipClosed]
) -> None:
    """Writes new relationships, then how others were closed; see `base.Change`."""
    if made:
        keys = tx.keys("persona", tenant, {end for each in made for end in (each.a, each.b)})
        tx.connection.executemany(
            "INSERT INTO relationship (tenant, uid, kind, a, b, n, doc) VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(tenant, r.id, r.kind, keys[r.a], keys[r.b], r.n, r.model_dump_json(exclude={"closed"})) for r in made],
        )
    if closed:
        keys = tx.keys("relationship", tenant, {each.relationship for each in closed})
        tx.connection.executemany(
            "INSERT INTO relationship_closed (tenant, relationship, how, doc) VALUES (?, ?, ?, ?)",
            [(tenant, keys[each.relationship], each.how, each.model_dump_json()) for each in closed],
        )


def read_relationships(view: View, ids: Sequence[str], personas: Sequence[str]) -> list[Relationship]:
    """Relationships by id or persona; see `relations.RelationStore`."""
    asked = [(_BY_ID, ids), *((_BY_END.replace("{end}", end), personas) for end in ("a", "b"))]
    keys = {key for sql, names in asked for (key,) in select_in(view.connection, sql, set(names), (view.tenant,))}
    return _load(view, keys)


def read_all_relationships(view: View) -> list[Relationship]:
    """Every relationship of the tenant."""
    rows = view.connection.execute("SELECT id FROM relationship WHERE tenant = ?", (view.tenant,))
    return _load(view, {key for (key,) in rows})


def _load(view: View, keys: set[int]) -> list[Relationship]:
    closed: dict[int, list[RelationshipClosed]] = {}
    for key, doc, _ in sorted(select_in(view.connection, _CLOSED, keys), key=lambda row: int(row[2])):
        closed.setdefault(key, []).append(RelationshipClosed.model_validate_json(doc))
    made = {key: Relationship.model_validate_json(doc) for key, doc in select_in(view.connection, _DOCS, keys)}
    return [made[key].model_copy(update={"closed": tuple(closed.get(key, ()))}) for key in sorted(made)]

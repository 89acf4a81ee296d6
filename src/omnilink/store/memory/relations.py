"""Relationships in memory."""

from collections.abc import Sequence

from omnilink.errors import Conflict
from omnilink.model.relationship import Relationship, RelationshipClosed
from omnilink.store.memory.state import State, found


def add_relationships(state: State, made: Sequence[Relationship], closed: Sequence[RelationshipClosed]) -> None:
    """Writes new relationships, then how others were closed; see `base.Change`."""
    for each in made:
        found(state.personas, each.a)
        found(state.personas, each.b)
        name = (each.kind, each.a, each.b, each.n)
        names = ((r.kind, r.a, r.b, r.n) for r in state.relationships.values())
        if each.id in state.relationships or name in names:
            raise Conflict("that relationship is known already")
        state.relationships[each.id] = each.model_copy(update={"closed": ()})
    for closing in closed:
        before = found(state.relationships, closing.relationship)
        if any(each.how is closing.how for each in before.closed):
            raise Conflict("that relationship is closed already")
        update = {"closed": (*before.closed, closing)}
        state.relationships[before.id] = before.model_copy(update=update)


def read_relationships(state: State, ids: Sequence[str], personas: Sequence[str]) -> list[Relationship]:
    """Relationships by id or persona; see `relations.RelationStore`."""
    wanted, of = set(ids), set(personas)
    return [r for r in state.relationships.values() if r.id in wanted or r.a in of or r.b in of]

"""Relationships: written by `Change.relationships` and `Change.relationships_closed`, read by persona or id."""

from collections.abc import Sequence
from typing import Protocol

from omnilink.model.relationship import Relationship
from omnilink.model.scope import Scope


class RelationStore(Protocol):
    """Reading what people are to each other: of the whole tenant."""

    async def read_relationships(
        self, scope: Scope, *, ids: Sequence[str] = (), personas: Sequence[str] = ()
    ) -> list[Relationship]:
        """Relationships by id, or of any of these personas on either side, as they were made, closed ones too."""
        ...

"""Contact: a person as computed, a component of personas under the links in force."""

from typing import ClassVar

from omnilink.model.handle import Handle
from omnilink.model.persona import BY_OTHERS, FAILED_KEY, Link, Persona
from omnilink.model.record import Record, Utc
from omnilink.model.relationship import Relation

NAMES = ("name", "display_name", "caller_name", f"{BY_OTHERS}name")
"""Fields that are names, the best first."""


class ContactField(Record):
    """One thing believed of a contact, with where it comes from.

    Attributes:
        name: the claim's field; of what only somebody else said it begins with `others:`.
    """

    name: str
    value: str
    source: str

    shown: ClassVar[tuple[str, ...]] = ("name", "source")


class Contact(Record):
    """A view, made when asked for.

    Attributes:
        id: the smallest persona id of the component; any persona id of it resolves to it, for ever.
        personas: its members, oldest first.
        links: the links in force that hold it together.
        conflicts: same-links that would join a *different* pair and are therefore blocked.
        relations: what the person is to others, and was; they give nobody a right.
    """

    id: str
    personas: tuple[Persona, ...]
    links: tuple[Link, ...] = ()
    conflicts: tuple[Link, ...] = ()
    fields: tuple[ContactField, ...] = ()
    relations: tuple[Relation, ...] = ()
    last_seen_at: Utc | None = None

    @property
    def handles(self) -> tuple[Handle, ...]:
        """Its handles, each once; `display` is what their holder calls themself there, never what others do."""
        seen = {p.handle.key: p.handle for p in self.personas if p.handle is not None}
        return tuple(seen.values())

    @property
    def check_failed(self) -> bool:
        """The sender's check failed: the handle is what somebody claims to have, and proves nothing."""
        return all(p.key.startswith(FAILED_KEY) for p in self.personas)

    @property
    def name(self) -> str | None:
        """The best known name: stated before displayed ones, their own before what others say."""
        by_name = {field.name: field.value for field in reversed(self.fields)}
        return next((by_name[field] for field in NAMES if field in by_name), None)

"""Citizen view: one person's history and who is who, by any of their handles. The hub is one."""

from datetime import datetime

from omnilink.citizen.explain import Explanation
from omnilink.citizen.find import Finder
from omnilink.citizen.links import LinkDesk
from omnilink.citizen.page import read_page
from omnilink.citizen.people import render_contact
from omnilink.citizen.relations import RelationDesk
from omnilink.model.contact import Contact
from omnilink.model.conversation import Conversation
from omnilink.model.interaction import Interaction
from omnilink.model.persona import Link, Verdict
from omnilink.model.scope import Scope
from omnilink.model.view import TimelinePage
from omnilink.store.base import ContactRow, Store


class CitizenView:
    """What an official reads and says about citizens. `Hub` fills its attributes."""

    store: Store
    scope: Scope
    relations: RelationDesk
    _finder: Finder
    _links: LinkDesk

    async def timeline(
        self, who: str, *, name: str | None = None, limit: int = 100, before: str | None = None
    ) -> TimelinePage:
        """One person's history, newest first.

        Args:
            who: a handle (`tel:+34600111222`, `ana@example.org`) or a contact id.
            name: the stated name, where several people share the handle.
            limit: items a page, at most 1,000.
            before: `next_cursor` of the page before.

        Raises:
            NotFound: nobody with that handle has been seen.
            Ambiguous: several people use it; its `choices` are their contact ids.
        """
        component, asked = await self._finder.find(who, name)
        return await read_page(self.store, self.scope, component, asked, limit=limit, before=before)

    async def contact(self, who: str, *, name: str | None = None) -> Contact:
        """One person as computed from the links in force. Arguments and errors as of `timeline`."""
        component, _ = await self._finder.find(who, name)
        return render_contact(component, relations=await self.relations.of(component))

    async def contacts(self, *, after: str | None = None, limit: int = 50) -> list[ContactRow]:
        """Contacts in the order of their ids, after a given one."""
        return await self.store.read_contacts(self.scope, after=after, limit=limit)

    async def conversations(self, *, before: tuple[datetime, str] | None = None, limit: int = 50) -> list[Conversation]:
        """Conversations, newest activity first."""
        return await self.store.read_conversations(self.scope, before=before, limit=limit)

    async def conversation(self, conversation: str) -> list[Interaction]:
        """A conversation's interactions, oldest first."""
        return await self.store.read_conversation_items(self.scope, conversation)

    # --- links ------------------------------------------------------------------------------------------------------

    async def link(
        self, a: str, b: str, *, different: bool = False, by: str, reason: str = "",
        name_a: str | None = None, name_b: str | None = None,
    ) -> Link:  # fmt: skip
        """A person's word that two handles are the same (or different) person.

        Args:
            a, b: handles or contact ids; `name_a`, `name_b` as `name` of `timeline`.
            by: who says so.

        Raises:
            BadInput, NotFound, Ambiguous: see `timeline`; both are one persona.
        """
        first, second = (await self._finder.find(a, name_a))[1], (await self._finder.find(b, name_b))[1]
        verdict = Verdict.DIFFERENT if different else Verdict.SAME
        return await self._links.add(first, second, verdict=verdict, by=by, reason=reason)

    async def revoke_link(self, link: str, *, by: str, reason: str) -> Link:
        """Undoes a link exactly: the people it joined are again what they would be without it."""
        return await self._links.revoke(link, by=by, reason=reason)

    async def explain(
        self, a: str, b: str, *, name_a: str | None = None, name_b: str | None = None, until: datetime | None = None
    ) -> Explanation:
        """Why two handles are, or are not, one person, from what was stored; `until`: as decided by then."""
        first, second = (await self._finder.find(a, name_a))[1], (await self._finder.find(b, name_b))[1]
        return await self._links.explain(first, second, until=until)

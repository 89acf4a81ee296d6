"""Page: one page of a person's history, read and folded."""

from typing import Protocol

from omnilink.citizen.explain import find_paths
from omnilink.citizen.history import fold_page, parse_cursor, render_cursor
from omnilink.identity.components import partition
from omnilink.model.scope import Scope
from omnilink.model.view import TimelinePage
from omnilink.store.base import Component, HistoryStore, MediaStore, PeopleStore

MOST_ITEMS = 1000


class PageStore(HistoryStore, PeopleStore, MediaStore, Protocol):
    """What a page is read from."""


async def read_page(
    store: PageStore, scope: Scope, component: Component, asked: str, *, limit: int, before: str | None
) -> TimelinePage:
    """A page of a contact's history, newest first.

    Args:
        component: the contact.
        asked: id of the persona that was asked for: the items' reasons start from it.
        limit: items, at most 1,000.
        before: `next_cursor` of the page before.

    Raises:
        BadInput: `before` is no cursor.
    """
    limit = max(1, min(limit, MOST_ITEMS))
    cursor = parse_cursor(before) if before else None
    members = [p.id for p in component.personas]
    rows = await store.read_timeline(scope, members, before=cursor, limit=limit)
    revisions = await store.read_revisions(scope, [row.interaction.id for row in rows])
    media = await store.read_media(scope, interactions=[row.interaction.id for row in rows])
    consents = await store.read_consents(scope, members)
    blocked = partition([p.key for p in component.personas], component.links).conflicts
    items = fold_page(rows, revisions, find_paths(asked, component.links, blocked), media, consents)
    more = render_cursor(rows[-1]) if len(rows) == limit else None
    return TimelinePage(contact=component.contact, items=tuple(items), next_cursor=more)

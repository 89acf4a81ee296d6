"""Accept: bytes become envelopes, committed before anybody is told so (law 2)."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime

from omnilink.model.envelope import Authenticity, Envelope, Received
from omnilink.model.feed import FeedEntry
from omnilink.model.scope import Scope
from omnilink.store.base import Accepted, EnvelopeStore


def make_envelope(
    received: Received, *, account: str, connector: str, new_id: Callable[[], str], now: datetime
) -> Envelope:
    """An envelope of what was received. Of an import, the content itself is the delivery key."""
    digest = hashlib.sha256(received.body).hexdigest()
    key = received.delivery_key
    if key is None and received.authenticity is Authenticity.IMPORTED:
        key = f"sha256:{digest}"
    return Envelope(
        id=new_id(),
        account=account,
        connector=connector,
        received_at=received.received_at or now,
        body=received.body,
        sha256=digest,
        headers=received.headers,
        authenticity=received.authenticity,
        delivery_key=key,
    )


async def accept(
    store: EnvelopeStore,
    scope: Scope,
    received: Sequence[Received],
    *,
    account: str,
    connector: str,
    new_id: Callable[[], str],
    clock: Callable[[], datetime],
    feed: Sequence[FeedEntry] = (),
) -> list[Accepted]:
    """Stores what arrived, and the entries for those who come and fetch; when it returns, all of it is on disk.

    Raises:
        StoreBusy: nothing was stored; the sender must try again.
    """
    scope.require(account)
    now = clock()
    envelopes = [make_envelope(item, account=account, connector=connector, new_id=new_id, now=now) for item in received]
    cursor = next((item.cursor for item in reversed(received) if item.cursor is not None), None)
    place = (account, cursor) if cursor is not None else None
    return await store.commit_envelopes(scope, envelopes, cursor=place, feed=feed)

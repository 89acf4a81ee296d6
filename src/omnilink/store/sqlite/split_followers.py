"""New messages that only follow a conversation of a family that was taken apart, in SQLite: see `following`."""

import json
from collections.abc import Mapping

from omnilink.conversation.following import Followers, Following, find_followers
from omnilink.store.base import Change
from omnilink.store.sqlite.rows import select_in
from omnilink.store.sqlite.transaction import Transaction

_FAMILIES = "SELECT id, root, family FROM conversation WHERE id IN (?*) AND family IS NOT NULL"
_KEYS = """
    SELECT k.key, c.root FROM conversation_key k JOIN conversation c ON c.id = k.conversation
    WHERE k.tenant = ? AND k.key IN (?*)
"""
_CALLED = """
    SELECT i.message_key, i.id, c.root FROM interaction i INDEXED BY interaction_message
    JOIN conversation c ON c.id = i.conversation WHERE i.tenant = ? AND i.message_key IN (?*) AND i.same_as IS NULL
"""
_FURTHER = """
    SELECT m.key, i.id, c.root FROM message_alias m JOIN interaction i ON i.id = m.interaction
    JOIN conversation c ON c.id = i.conversation WHERE m.tenant = ? AND m.key IN (?*)
"""
# ?2: the first new message. One scan of an index and of causes: a fraction of working them out.
_DOUBTFUL = """
    SELECT EXISTS (
        SELECT 1 FROM conversation c INDEXED BY conversation_family
        JOIN interaction i INDEXED BY interaction_conversation ON i.conversation = c.id
        LEFT JOIN thread_cause t ON t.interaction = i.id
        WHERE c.family = ?1 AND i.id < ?2 AND (t.n IS NULL OR t.answers IN (SELECT value FROM json_each(?3)))
    )
"""


def followed_families(tx: Transaction, tenant: int, change: Change) -> set[int]:
    """Families to which the new messages of a change do nothing but follow a conversation: all is as it should be.

    What else a change says about a family, merges for example, is the caller's to know.
    """
    places = {interaction.id: interaction.conversation for interaction in change.interactions}
    rows = tx.keys("conversation", tenant, set(places.values()))
    names = {key: uid for uid, key in rows.items()}
    members: dict[int, dict[str, bool]] = {}
    for key, root, family in select_in(tx.connection, _FAMILIES, names):
        members.setdefault(family, {})[names[key]] = key == root
    return {
        family
        for family, of in members.items()
        if all(of.values()) and _is_followed(tx, tenant, family, change, {i: c for i, c in places.items() if c in of})
    }


def _is_followed(tx: Transaction, tenant: int, family: int, change: Change, places: Mapping[str, str]) -> bool:
    causes = [cause for cause in change.causes if cause.interaction in places]
    followers = find_followers(causes, places, change.conversation_keys)
    if followers is None or len(causes) < len(places):
        return False
    first = min(tx.keys("interaction", tenant, places).values())
    rows = tx.keys("conversation", tenant, followers.places)
    return _is_unheard_of(tx, tenant, family, followers, first) and all(
        _is_there(tx, tenant, following, rows[uid]) for uid, following in followers.places.items()
    )


def _is_unheard_of(tx: Transaction, tenant: int, family: int, followers: Followers, first: int) -> bool:
    for sql in (_CALLED, _FURTHER):
        if any(key < first for _, key, _ in select_in(tx.connection, sql, followers.own, (tenant,))):
            return False
    row = (family, first, json.dumps(sorted(followers.own)))
    return not tx.connection.execute(_DOUBTFUL, row).fetchone()[0]


def _is_there(tx: Transaction, tenant: int, following: Following, root: int) -> bool:
    known: dict[str, int] = dict(select_in(tx.connection, _KEYS, following.keys, (tenant,)))
    if known.keys() != following.keys or set(known.values()) - {root}:
        return False
    called = [
        row for sql in (_CALLED, _FURTHER) for row in select_in(tx.connection, sql, following.answered, (tenant,))
    ]
    return sorted(row[0] for row in called) == sorted(following.answered) and all(row[2] == root for row in called)

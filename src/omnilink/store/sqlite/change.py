"""Writing a decision: versions first, then everything in the order of `base.Change`, in one savepoint."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from omnilink.errors import Conflict, NotFound
from omnilink.model.conversation import Conversation
from omnilink.model.ids import to_micros
from omnilink.model.persona import Claim, Persona
from omnilink.model.scope import Scope
from omnilink.store.base import Change
from omnilink.store.blobs import require_digests
from omnilink.store.sqlite.case_writing import follow_history
from omnilink.store.sqlite.change_events import settle
from omnilink.store.sqlite.change_history import add_arrivals, add_interactions, add_revisions, attribute
from omnilink.store.sqlite.context import read_context
from omnilink.store.sqlite.echoes import add_message_keys, require_standing, shadow
from omnilink.store.sqlite.feed import add_entries
from omnilink.store.sqlite.media import write_media
from omnilink.store.sqlite.observations import add_decisions, add_observations
from omnilink.store.sqlite.outbox import outbox_doc, write_outbox
from omnilink.store.sqlite.relations import add_relationships
from omnilink.store.sqlite.replies import add_replies
from omnilink.store.sqlite.rows import View, interaction_doc, link_doc
from omnilink.store.sqlite.split_cases import follow_splits
from omnilink.store.sqlite.splits import add_causes, join_families, part_families, write_splits
from omnilink.store.sqlite.transaction import Transaction
from omnilink.store.versions import lookup_of, moved


@dataclass(frozen=True, slots=True)
class Encoded:
    """A change and its documents as JSON, made before the write lock is taken."""

    change: Change
    interactions: Sequence[str]
    revisions: Sequence[str]
    personas: Sequence[str]
    links: Sequence[str]
    outbox: Sequence[str] = ()

    @classmethod
    def of(cls, change: Change) -> Self:
        """Encodes a change.

        Raises:
            ValueError: a text is no valid Unicode, or bytes are not those of their digest.
        """
        require_digests(change.blobs)
        try:
            return cls(
                change,
                [interaction_doc(interaction) for interaction in change.interactions],
                [revision.model_dump_json() for revision in change.revisions],
                [persona.model_dump_json(exclude={"claims"}) for persona in change.personas],
                [link_doc(link) for link in change.links],
                [outbox_doc(item) for item in change.outbox],
            )
        except ValueError:
            raise ValueError("a text is no valid Unicode") from None


def commit_change(tx: Transaction, scope: Scope, encoded: Encoded) -> int:
    """Writes a decision; see `base.DecisionStore`."""
    change = encoded.change
    tenant = tx.tenant(scope.tenant)
    current: int = tx.connection.execute("SELECT seq FROM tenant WHERE id = ?", (tenant,)).fetchone()[0]
    if change.seq != current and change.versions:
        now = read_context(View(tx.connection, tenant, current), lookup_of(change.versions))
        if moved(change.versions, now.versions):
            raise Conflict("what this was decided from has changed")
    seq = current + 1
    tx.connection.execute("UPDATE tenant SET seq = ? WHERE id = ?", (seq, tenant))
    _add_personas(tx, tenant, seq, change.personas, encoded.personas)
    _add_claims(tx, tenant, [*_claims_of(change.personas), *change.claims])
    _move_personas(tx, tenant, seq, change)
    _add_conversations(tx, tenant, seq, change.conversations)
    _add_conversation_keys(tx, tenant, seq, change)
    _require_standing(tx, tenant, change)
    add_interactions(tx, tenant, seq, change.interactions, encoded.interactions)
    add_causes(tx, tenant, change)
    add_arrivals(tx, tenant, change.arrivals)
    add_revisions(tx, tenant, change.revisions, encoded.revisions)
    moved_seats = attribute(tx, tenant, seq, change)
    add_observations(tx, tenant, seq, change.observations)
    add_decisions(tx, tenant, seq, change.decisions)
    _add_links(tx, tenant, seq, encoded)
    _revoke_links(tx, tenant, seq, change)
    add_relationships(tx, tenant, change.relationships, change.relationships_closed)
    _merge_conversations(tx, tenant, seq, change.merges)
    _add_consents(tx, tenant, change)
    settle(tx, tenant, seq, change)
    write_outbox(tx, tenant, seq, change, encoded.outbox)
    add_replies(tx, tenant, change.replies)
    write_media(tx, tenant, seq, change)
    add_entries(tx, tenant, change.feed)
    # Last: what this very change says of an echo goes the way of everything else that is said of it.
    shadow(tx, tenant, seq, change.shadowed)
    add_message_keys(tx, tenant, seq, change.message_keys.items())
    write_splits(tx, tenant, change)
    follow_splits(tx, tenant, change, part_families(tx, tenant, seq, change))
    follow_history(tx, tenant, change, moved_seats)
    return seq


def _require_standing(tx: Transaction, tenant: int, change: Change) -> None:
    """Nothing is said any more of an interaction that has turned out to be an echo."""
    names = {name for name, _ in change.arrivals}
    names |= {r.interaction for r in change.revisions} | {a.interaction for a in change.attributions}
    names |= {item.interaction for item in change.outbox}
    names |= {event.interaction for event in (*change.events, *change.settled) if event.interaction is not None}
    names -= {interaction.id for interaction in change.interactions}
    if names:
        require_standing(tx, tx.keys("interaction", tenant, names).values())


# --- people ------------------------------------------------------------------------------------------


def _add_personas(tx: Transaction, tenant: int, seq: int, personas: Sequence[Persona], docs: Sequence[str]) -> None:
    if not personas:
        return
    keys = tx.assign("persona", tenant, (p.id for p in personas))
    rows = []
    for p in personas:
        match_keys = json.dumps(p.match_keys) if p.match_keys else None
        rows.append((keys[p.id], tenant, p.id, p.key, p.shared_handle, p.name, match_keys, keys[p.id], seq))
    tx.connection.executemany(
        "INSERT INTO persona (id, tenant, uid, key, handle_key, name, match_keys, contact, seq) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    tx.connection.executemany(
        "INSERT INTO persona_doc (persona, tenant, doc) VALUES (?, ?, ?)",
        [(keys[p.id], tenant, doc) for p, doc in zip(personas, docs, strict=True)],
    )
    tx.connection.executemany(
        "INSERT INTO match_key (tenant, match_key, persona) VALUES (?, ?, ?)",
        [(tenant, key, keys[p.id]) for p in personas for key in dict.fromkeys(p.match_keys)],
    )


def _claims_of(personas: Iterable[Persona]) -> Iterable[tuple[str, Claim]]:
    return ((persona.id, claim) for persona in personas for claim in persona.claims)


def _add_claims(tx: Transaction, tenant: int, claims: Sequence[tuple[str, Claim]]) -> None:
    if not claims:
        return
    keys = tx.keys("persona", tenant, (persona for persona, _ in claims))
    tx.connection.executemany(
        "INSERT INTO claim (tenant, persona, field, value, source, at, retracted_at) VALUES (?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (persona, field, value, source) DO UPDATE SET at = excluded.at WHERE excluded.at < at",
        [
            (tenant, keys[persona], c.field, c.value, c.source, to_micros(c.at),
             None if c.retracted_at is None else to_micros(c.retracted_at))
            for persona, c in claims
        ],
    )  # fmt: skip


def _move_personas(tx: Transaction, tenant: int, seq: int, change: Change) -> None:
    fresh = {persona.id for persona in change.personas}
    moves = {p: c for p, c in change.memberships.items() if not (p == c and p in fresh)}
    if not moves:
        return
    keys = tx.keys("persona", tenant, [*moves, *moves.values()])
    # The contact that is left has changed too: its version is the newest of its members'.
    tx.connection.executemany(
        "UPDATE persona SET seq = ?1 WHERE id = (SELECT contact FROM persona WHERE id = ?2 AND contact <> ?3)",
        [(seq, keys[persona], keys[contact]) for persona, contact in moves.items()],
    )
    tx.connection.executemany(
        "UPDATE persona SET contact = ?, seq = ? WHERE id = ? AND contact <> ?",
        [(keys[contact], seq, keys[persona], keys[contact]) for persona, contact in moves.items()],
    )


def _add_links(tx: Transaction, tenant: int, seq: int, encoded: Encoded) -> None:
    links = encoded.change.links
    if not links:
        return
    keys = tx.keys("persona", tenant, [end for link in links for end in (link.a, link.b)])
    tx.connection.executemany(
        "INSERT INTO link (tenant, uid, a, b, key_a, key_b, verdict, method, basis, revoked_at, revoked_by, "
        "revoked_reason, seq, doc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (tenant, link.id, keys[link.a], keys[link.b], link.key_a, link.key_b, link.verdict, link.method,
             link.basis, None if link.revoked_at is None else to_micros(link.revoked_at), link.revoked_by,
             link.revoked_reason, seq, doc)
            for link, doc in zip(links, encoded.links, strict=True)
        ],
    )  # fmt: skip


def _revoke_links(tx: Transaction, tenant: int, seq: int, change: Change) -> None:
    rows = [(to_micros(r.at), r.by, r.reason, seq, tenant, r.link) for r in change.revoked]
    rows_back = [(None, None, None, seq, tenant, link) for link in change.reinstated]
    for row in (*rows, *rows_back):
        written = tx.connection.execute(
            "UPDATE link SET revoked_at = ?, revoked_by = ?, revoked_reason = ?, seq = ? WHERE tenant = ? AND uid = ?",
            row,
        )
        if not written.rowcount:
            raise NotFound("the store has no such record")


def _add_consents(tx: Transaction, tenant: int, change: Change) -> None:
    if not change.consents:
        return
    keys = tx.keys("persona", tenant, (c.persona for c in change.consents))
    tx.connection.executemany(
        "INSERT INTO consent (tenant, persona, purpose, sender, state, evidence, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(tenant, keys[c.persona], c.purpose, c.sender, c.state, c.evidence, to_micros(c.at)) for c in change.consents],
    )


# --- conversations ------------------------------------------------------------------------------------------


def _add_conversations(tx: Transaction, tenant: int, seq: int, conversations: Sequence[Conversation]) -> None:
    if not conversations:
        return
    keys = tx.assign("conversation", tenant, (c.id for c in conversations))
    tx.connection.executemany(
        "INSERT INTO conversation (id, tenant, uid, account, root, channel, kind, subject, seq) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (keys[c.id], tenant, c.id, tx.account(tenant, c.account), keys[c.id], c.channel, c.kind, c.subject, seq)
            for c in conversations
        ],
    )


def _add_conversation_keys(tx: Transaction, tenant: int, seq: int, change: Change) -> None:
    if not change.conversation_keys:
        return
    keys = tx.keys("conversation", tenant, change.conversation_keys.values())
    tx.connection.executemany(
        "INSERT INTO conversation_key (tenant, key, conversation, seq) VALUES (?, ?, ?, ?)",
        [(tenant, key, keys[name], seq) for key, name in change.conversation_keys.items()],
    )


def _merge_conversations(tx: Transaction, tenant: int, seq: int, merges: Sequence[tuple[str, str]]) -> None:
    if not merges:
        return
    keys = tx.keys("conversation", tenant, [name for pair in merges for name in pair])
    select = "SELECT root FROM conversation WHERE id = ?"
    for loser, winner in merges:
        gone, kept = (tx.connection.execute(select, (keys[name],)).fetchone()[0] for name in (loser, winner))
        if gone == kept or join_families(tx, gone, kept):
            continue
        number, first, last = tx.connection.execute(
            "SELECT interactions, first_at, last_at FROM conversation WHERE id = ?", (gone,)
        ).fetchone()
        # The aggregate min/max of two values is NULL if one is: hence coalesce both ways.
        tx.connection.execute(
            "UPDATE conversation SET interactions = interactions + ?1, "
            "first_at = min(coalesce(first_at, ?2), coalesce(?2, first_at)), "
            "last_at = max(coalesce(last_at, ?3), coalesce(?3, last_at)) WHERE id = ?4",
            (number, first, last, kept),
        )
        tx.connection.execute("UPDATE conversation SET root = ?, seq = ? WHERE root = ?", (kept, seq, gone))

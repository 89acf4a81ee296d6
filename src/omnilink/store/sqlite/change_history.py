"""Writing a decision's interactions: their documents, arrivals, revisions and attributions."""

from collections.abc import Sequence

from omnilink.errors import Conflict
from omnilink.model.ids import to_micros
from omnilink.model.interaction import Arrival, Interaction, Revision
from omnilink.model.persona import Attribution
from omnilink.store.base import Change
from omnilink.store.sqlite.rows import Row, select_in
from omnilink.store.sqlite.transaction import Transaction

_ATTRIBUTION = """
    INSERT INTO attribution
        (interaction, ordinal, tenant, persona, occurred_at, role, method, score, evidence, asserted_by, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_FURTHER = """
    SELECT m.key, ifnull(i.content_key, '') FROM message_alias m JOIN interaction i ON i.id = m.interaction
    WHERE m.tenant = ? AND m.key IN (?*)
"""
_TIMES = "SELECT id, occurred_at FROM interaction WHERE id IN (?*)"
_BEFORE = """
    SELECT persona, interaction, ordinal, tenant, role, method, score, evidence, asserted_by, at
    FROM attribution WHERE interaction = ? AND ordinal = ?
"""
# Read and written back, not copied by one statement: SQLite keeps what an `INSERT … SELECT` would have to undo in a
# list that it walks from the beginning each time, and in a batch of ten thousand that is most of the work.
_SUPERSEDE = """
    INSERT INTO attribution_superseded
        (persona, interaction, ordinal, tenant, role, method, score, evidence, asserted_by, at, seq)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""


def add_interactions(
    tx: Transaction, tenant: int, seq: int, interactions: Sequence[Interaction], docs: Sequence[str]
) -> None:
    """Writes new interactions and counts them in their conversations."""
    if not interactions:
        return
    _require_new(tx, tenant, interactions)
    conversations = tx.keys("conversation", tenant, {i.conversation for i in interactions})
    keys = tx.assign("interaction", tenant, (i.id for i in interactions))
    rows = []
    spans: dict[int, list[int]] = {}
    for i in interactions:
        conversation, at = conversations[i.conversation], to_micros(i.occurred_at)
        spans.setdefault(conversation, []).append(at)
        account = tx.account(tenant, i.account)
        rows.append(
            (
                keys[i.id],
                tenant,
                i.id,
                account,
                i.kind,
                i.direction,
                i.message_key,
                i.content_key,
                conversation,
                at,
                seq,
            )
        )
    tx.connection.executemany(
        "INSERT INTO interaction (id, tenant, uid, account, kind, direction, message_key, content_key, conversation, "
        "occurred_at, seq) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    tx.connection.executemany(
        "INSERT INTO interaction_doc (interaction, tenant, doc) VALUES (?, ?, ?)",
        [(keys[i.id], tenant, doc) for i, doc in zip(interactions, docs, strict=True)],
    )
    envelopes = _envelope_keys(tx, tenant, [a for i in interactions for a in i.arrivals])
    tx.connection.executemany(
        "INSERT INTO arrival (interaction, n, tenant, account, envelope, event_key) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (keys[i.id], n, tenant, tx.account(tenant, a.account), envelopes.get(a.envelope), a.event_key)
            for i in interactions
            for n, a in enumerate(i.arrivals)
        ],
    )
    tx.connection.executemany(
        "UPDATE conversation SET interactions = interactions + ?1, first_at = min(coalesce(first_at, ?2), ?2), "
        "last_at = max(coalesce(last_at, ?3), ?3) WHERE id = (SELECT root FROM conversation WHERE id = ?4)",
        [(len(times), min(times), max(times), conversation) for conversation, times in spans.items()],
    )


def _require_new(tx: Transaction, tenant: int, interactions: Sequence[Interaction]) -> None:
    """The index of keys sees to it, but not for further names."""
    content_keys: dict[str, str] = dict(
        select_in(tx.connection, _FURTHER, {i.message_key for i in interactions}, (tenant,))
    )
    if any(content_keys.get(i.message_key) == (i.content_key or "") for i in interactions):
        raise Conflict("that message is known already")


def _envelope_keys(tx: Transaction, tenant: int, arrivals: Sequence[Arrival]) -> dict[str, int]:
    # An interaction that somebody wrote down here has no envelope.
    return tx.keys("envelope", tenant, {a.envelope for a in arrivals if a.envelope})


def add_arrivals(tx: Transaction, tenant: int, arrivals: Sequence[tuple[str, Arrival]]) -> None:
    """Adds further arrivals to stored interactions."""
    if not arrivals:
        return
    keys = tx.keys("interaction", tenant, (name for name, _ in arrivals))
    envelopes = _envelope_keys(tx, tenant, [a for _, a in arrivals])
    tx.connection.executemany(
        "INSERT INTO arrival (interaction, n, tenant, account, envelope, event_key) "
        "VALUES (?1, (SELECT coalesce(max(n) + 1, 0) FROM arrival WHERE interaction = ?1), ?2, ?3, ?4, ?5)",
        [
            (keys[name], tenant, tx.account(tenant, a.account), envelopes.get(a.envelope), a.event_key)
            for name, a in arrivals
        ],
    )


def add_revisions(tx: Transaction, tenant: int, revisions: Sequence[Revision], docs: Sequence[str]) -> None:
    """Writes what happened to interactions later."""
    if not revisions:
        return
    keys = tx.keys("interaction", tenant, (r.interaction for r in revisions))
    tx.connection.executemany(
        "INSERT INTO revision (tenant, interaction, account, at, event_key, doc) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (tenant, keys[r.interaction], tx.account(tenant, r.account), to_micros(r.at), r.event_key, doc)
            for r, doc in zip(revisions, docs, strict=True)
        ],
    )


def attribute(tx: Transaction, tenant: int, seq: int, change: Change) -> list[tuple[int, int]]:
    """Writes attributions; one for a place that is taken supersedes what is there.

    Returns:
        (interaction, persona) of those that were somebody else's before.
    """
    if not change.attributions:
        return []
    interactions = tx.keys("interaction", tenant, {a.interaction for a in change.attributions})
    personas = tx.keys("persona", tenant, {a.persona for a in change.attributions})
    fresh = {i.id: to_micros(i.occurred_at) for i in change.interactions}
    stored = [interactions[a.interaction] for a in change.attributions if a.interaction not in fresh]
    times: dict[int, int] = dict(select_in(tx.connection, _TIMES, set(stored)))
    first: list[Row] = []
    later: list[Row] = []
    taken: set[tuple[str, int]] = set()
    for a in change.attributions:
        interaction = interactions[a.interaction]
        at = fresh[a.interaction] if a.interaction in fresh else times[interaction]
        row = (
            interaction, a.ordinal, tenant, personas[a.persona], at, a.role, a.method, a.score, _evidence(a),
            a.asserted_by, to_micros(a.at),
        )  # fmt: skip
        place = (a.interaction, a.ordinal)
        (first if a.interaction in fresh and place not in taken else later).append(row)
        taken.add(place)
    tx.connection.executemany(_ATTRIBUTION, first)
    moved: list[tuple[int, int]] = []
    for row in later:
        before = tx.connection.execute(_BEFORE, row[:2]).fetchone()
        if before is not None:
            if before[0] != row[3]:
                moved.append((row[0], before[0]))
            tx.connection.execute(_SUPERSEDE, (*before, seq))
            tx.connection.execute("DELETE FROM attribution WHERE interaction = ? AND ordinal = ?", row[:2])
        tx.connection.execute(_ATTRIBUTION, row)
    tx.connection.executemany(
        "UPDATE observation SET seq = ? WHERE tenant = ? AND uid = ?",
        [(seq, tenant, f"{interaction}/{ordinal}") for interaction, ordinal in taken if interaction not in fresh],
    )
    # Who an interaction is attributed to is part of what decisions read of it.
    tx.connection.executemany("UPDATE interaction SET seq = ? WHERE id = ?", [(seq, key) for key in set(stored)])
    return moved


def _evidence(attribution: Attribution) -> str | None:
    if not attribution.evidence:
        return None
    return f"[{','.join(e.model_dump_json() for e in attribution.evidence)}]"

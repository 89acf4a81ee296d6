"""Observations and human decisions in SQLite."""

from collections.abc import Iterable, Sequence

from omnilink.model.persona import Decision
from omnilink.store.observations import ONE_HANDLE, ObservationLookup, Observations, StoredObservation
from omnilink.store.sqlite.rows import Row, View, select_in
from omnilink.store.sqlite.transaction import Transaction

_OBSERVATION = """
    SELECT o.uid, o.at, o.sign, o.seed, o.doc, o.rank, p.key, json_extract(t.evidence, '$[0].kind')
    FROM observation o {index}
    LEFT JOIN attribution t ON t.interaction = o.interaction AND t.ordinal = o.ordinal
    LEFT JOIN persona p ON p.id = t.persona
"""
_BY_SIGN = _OBSERVATION.replace("{index}", "INDEXED BY observation_sign")
_BY_UID = _OBSERVATION.replace("{index}", "INDEXED BY observation_uid")
_BY_CHANGE = _OBSERVATION.replace("{index}", "INDEXED BY observation_change")
_BY_PERSONA = """
    SELECT o.uid, o.at, o.sign, o.seed, o.doc, o.rank, p.key, json_extract(t.evidence, '$[0].kind')
    FROM persona p INDEXED BY persona_uid JOIN attribution t ON t.persona = p.id
    JOIN interaction i ON i.id = t.interaction
    JOIN observation o INDEXED BY observation_uid ON o.tenant = p.tenant AND o.uid = i.uid || '/' || t.ordinal
    WHERE p.tenant = ? AND p.uid IN (?*)
"""
_SIGNS = "SELECT sign FROM observation_key WHERE tenant = ? AND key = ? LIMIT ?"
_NEWEST = """
    SELECT k.key, (SELECT max(o.seq) FROM observation o WHERE o.tenant = k.tenant AND o.sign = k.sign)
    FROM observation_key k WHERE k.tenant = ? AND k.key IN (?*)
"""


def read_observations(view: View, lookup: ObservationLookup) -> Observations:
    """Everything the lookup names; see `observations.ObservationStore`."""
    run = view.connection.execute
    signs = set(lookup.signs)
    rows: list[Row] = []
    for key, most in lookup.keys.items():
        found = [sign for (sign,) in run(_SIGNS, (view.tenant, key, most))]
        if len(found) < most:
            signs.update(found)
        else:
            for sign in found:
                rows += run(f"{_BY_SIGN} WHERE o.tenant = ? AND o.sign = ? LIMIT 1", (view.tenant, sign))
    many = {sign for sign in signs if sign.startswith(ONE_HANDLE)}
    for sign in many:
        rows += run(f"{_BY_SIGN} WHERE o.tenant = ? AND o.sign = ? LIMIT ?", (view.tenant, sign, lookup.most_seen))
    listed = f"{_BY_SIGN} WHERE o.tenant = ? AND o.sign IN (?*)"
    rows += select_in(view.connection, listed, signs - many, (view.tenant,))
    rows += select_in(view.connection, f"{_BY_UID} WHERE o.tenant = ? AND o.uid IN (?*)", lookup.ids, (view.tenant,))
    rows += select_in(view.connection, _BY_PERSONA, lookup.personas, (view.tenant,))
    decisions: Iterable[Row] = ()
    if lookup.since is not None:
        rows += run(f"{_BY_CHANGE} WHERE o.tenant = ? AND o.seq > ?", (view.tenant, lookup.since))
    if lookup.decisions_since is not None:
        sql = "SELECT doc FROM human_decision WHERE tenant = ? AND seq > ? ORDER BY number"
        decisions = run(sql, (view.tenant, lookup.decisions_since)).fetchall()
    return Observations(
        view.seq,
        tuple(
            StoredObservation(uid, at, sign, seed, doc, rank, persona=persona or "", reason=reason or "")
            for uid, at, sign, seed, doc, rank, persona, reason in rows
        ),
        tuple(Decision.model_validate_json(doc) for (doc,) in decisions),
    )


def observation_seqs(view: View, keys: Iterable[str]) -> dict[str, int]:
    """The newest change of anything under these keys."""
    newest: dict[str, int] = {}
    for key, seq in select_in(view.connection, _NEWEST, keys, (view.tenant,)):
        newest[key] = max(newest.get(key, 0), seq or 0)
    return newest


def decision_seq(view: View) -> int:
    """The newest change of a human decision."""
    sql = "SELECT coalesce(max(seq), 0) FROM human_decision WHERE tenant = ?"
    return int(view.connection.execute(sql, (view.tenant,)).fetchone()[0])


def add_observations(tx: Transaction, tenant: int, seq: int, observations: Sequence[StoredObservation]) -> None:
    """Writes observations, new ones and changed ones."""
    if not observations:
        return
    places = {o.id: place for o in observations if (place := o.place) is not None}
    keys = tx.keys("interaction", tenant, {interaction for interaction, _ in places.values()})
    rows = []
    for o in observations:
        interaction, ordinal = places.get(o.id, (None, None))
        key = keys[interaction] if interaction is not None else None
        rows.append((tenant, o.id, key, ordinal, o.sign, o.at, o.seed, o.rank, o.doc, seq))
    tx.connection.executemany(
        "INSERT INTO observation (tenant, uid, interaction, ordinal, sign, at, seed, rank, doc, seq) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, uid) DO UPDATE SET "
        "sign = excluded.sign, at = excluded.at, seed = excluded.seed, rank = excluded.rank, doc = excluded.doc, "
        "seq = excluded.seq",
        rows,
    )
    for o in observations:
        if o.replaces is not None:
            sign, left = o.replaces
            tx.connection.executemany(
                "DELETE FROM observation_key WHERE tenant = ?1 AND key = ?3 AND sign = ?2 "
                "AND NOT EXISTS (SELECT 1 FROM observation WHERE tenant = ?1 AND sign = ?2)",
                [(tenant, sign, key) for key in left],
            )
    tx.connection.executemany(
        "INSERT OR IGNORE INTO observation_key (tenant, key, sign) VALUES (?, ?, ?)",
        [(tenant, key, o.sign) for o in observations for key in o.keys],
    )


def add_decisions(tx: Transaction, tenant: int, seq: int, decisions: Sequence[Decision]) -> None:
    """Writes human decisions, new ones and revoked ones."""
    tx.connection.executemany(
        "INSERT INTO human_decision (tenant, uid, number, doc, seq) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (tenant, uid) DO UPDATE SET doc = excluded.doc, seq = excluded.seq",
        [(tenant, d.id, d.number, d.model_dump_json(), seq) for d in decisions],
    )

"""Looks for damage: SQLite's own checks, then what must be true of our rows. Names ids and tables, never content."""

import sqlite3
from collections.abc import Iterator

from omnilink.model.persona import Verdict
from omnilink.store.blobs import is_digest_of
from omnilink.store.partition import partition_problems
from omnilink.store.sqlite.ledger import ledger_of
from omnilink.store.sqlite.rows import View
from omnilink.store.sqlite.splits import is_parted

_MOST_SHOWN = 20
_RULES = {
    # Without an index, so that a damaged index cannot hide it.
    "event keys that are recorded more than once": """
        SELECT count(*) FROM (SELECT 1 FROM event NOT INDEXED WHERE state IN ('recorded', 'parked', 'ignored')
        GROUP BY account, event_key HAVING count(*) > 1)""",
    "contacts that are no persona of themselves": """
        SELECT count(*) FROM persona p LEFT JOIN persona c ON c.id = p.contact
        WHERE c.id IS NULL OR c.contact <> c.id OR c.tenant <> p.tenant""",
    "conversations merged into one that is merged itself": """
        SELECT count(*) FROM conversation c LEFT JOIN conversation r ON r.id = c.root
        WHERE r.id IS NULL OR r.root <> r.id""",
    "conversations whose number of interactions is wrong": """
        SELECT count(*) FROM conversation r WHERE r.root = r.id AND r.interactions <>
        (SELECT count(*) FROM conversation c JOIN interaction i ON i.conversation = c.id
        WHERE c.root = r.id AND i.same_as IS NULL)""",
    "messages with two owners": """
        SELECT count(*) FROM message_alias m JOIN interaction o ON o.id = m.interaction
        JOIN interaction i INDEXED BY interaction_message ON i.tenant = m.tenant AND i.message_key = m.key
        AND ifnull(i.content_key, '') = ifnull(o.content_key, '') AND i.same_as IS NULL""",
    "echoes that stand for nothing or for another echo": """
        SELECT count(*) FROM interaction e LEFT JOIN interaction o ON o.id = e.same_as
        WHERE e.same_as IS NOT NULL AND (o.id IS NULL OR o.same_as IS NOT NULL OR o.tenant <> e.tenant)""",
    "echoes of which something is still said": """
        SELECT count(*) FROM interaction e WHERE e.same_as IS NOT NULL AND (
        EXISTS (SELECT 1 FROM attribution t WHERE t.interaction = e.id)
        OR EXISTS (SELECT 1 FROM arrival r WHERE r.interaction = e.id)
        OR EXISTS (SELECT 1 FROM revision v WHERE v.interaction = e.id)
        OR EXISTS (SELECT 1 FROM event v WHERE v.interaction = e.id)
        OR EXISTS (SELECT 1 FROM media d WHERE d.interaction = e.id)
        OR EXISTS (SELECT 1 FROM outbox o WHERE o.interaction = e.id)
        OR EXISTS (SELECT 1 FROM message_alias m WHERE m.interaction = e.id))""",
    "outbox items without a document": """
        SELECT count(*) FROM outbox o LEFT JOIN outbox_doc d ON d.outbox = o.id WHERE d.outbox IS NULL""",
    "files said to be kept that are not": """
        SELECT count(*) FROM media m LEFT JOIN blob b ON b.tenant = m.tenant AND b.sha256 = m.sha256
        WHERE m.held = 'store' AND b.sha256 IS NULL""",
    "attributions that are out of place in the timeline": """
        SELECT count(*) FROM attribution t JOIN interaction i ON i.id = t.interaction
        WHERE t.occurred_at <> i.occurred_at""",
    "envelopes without a body": """
        SELECT count(*) FROM envelope e LEFT JOIN envelope_body b ON b.envelope = e.id WHERE b.envelope IS NULL""",
    "assignments of which their case knows nothing": """
        SELECT count(*) FROM assignment a JOIN conversation c ON c.id = a.conversation WHERE a.revoked_at IS NULL
        AND NOT EXISTS (SELECT 1 FROM conversation p JOIN case_thread t ON t.conversation = p.id AND t.case_ = a.case_
            WHERE p.root = c.root)""",
    "conversations that a case knows of and does not hold": """
        SELECT count(*) FROM case_thread t JOIN conversation c ON c.id = t.conversation
        WHERE NOT EXISTS (SELECT 1 FROM conversation p JOIN assignment a ON a.conversation = p.id
            WHERE p.root = c.root AND a.case_ = t.case_ AND a.revoked_at IS NULL)""",
    "assignments in force that rest on a revoked link": """
        SELECT count(*) FROM link l JOIN assignment_dependency d ON d.tenant = l.tenant AND d.key = l.uid
        JOIN assignment a ON a.id = d.assignment
        WHERE l.revoked_at IS NOT NULL AND a.revoked_at IS NULL AND a.decision <> 'person'""",
    "interactions that were decided about and are under no case": """
        SELECT count(*) FROM case_progress g JOIN interaction i ON i.tenant = g.tenant AND i.id <= g.upto
        JOIN conversation c ON c.id = i.conversation WHERE i.same_as IS NULL
        AND NOT EXISTS (SELECT 1 FROM conversation p JOIN assignment a ON a.conversation = p.id
            WHERE p.root = c.root AND a.revoked_at IS NULL)
        AND NOT EXISTS (SELECT 1 FROM conversation p JOIN interaction o ON o.conversation = p.id
            JOIN case_recheck k ON k.tenant = o.tenant AND k.interaction = o.id WHERE p.root = c.root)""",
    "relationships between two tenants, or of a persona with itself": """
        SELECT count(*) FROM relationship r JOIN persona a ON a.id = r.a JOIN persona b ON b.id = r.b
        WHERE a.tenant <> r.tenant OR b.tenant <> r.tenant OR r.a = r.b""",
    "relationships that say something else than their document": """
        SELECT count(*) FROM relationship r JOIN persona a ON a.id = r.a JOIN persona b ON b.id = r.b
        WHERE json_extract(r.doc, '$.a') <> a.uid OR json_extract(r.doc, '$.b') <> b.uid
        OR json_extract(r.doc, '$.kind') <> r.kind""",
    "interactions without a document": """
        SELECT count(*) FROM interaction i LEFT JOIN interaction_doc d ON d.interaction = i.id
        WHERE d.interaction IS NULL""",
}


def check(connection: sqlite3.Connection) -> list[str]:
    """Problems found; see `base.LedgerStore`."""
    rules = (_database, _rules, _ledgers, _partitions, _families, _blobs)
    return [problem for rule in rules for problem in rule(connection)]


def _database(connection: sqlite3.Connection) -> Iterator[str]:
    for (line,) in connection.execute(f"PRAGMA integrity_check({_MOST_SHOWN})"):
        if line != "ok":
            yield f"integrity: {line}"
    for number, (table, row, *_) in enumerate(connection.execute("PRAGMA foreign_key_check")):
        if number < _MOST_SHOWN:
            yield f"row {row} of {table} refers to a row that is not there"


def _rules(connection: sqlite3.Connection) -> Iterator[str]:
    for name, sql in _RULES.items():
        if number := connection.execute(sql).fetchone()[0]:
            yield f"{number} {name}"


def _ledgers(connection: sqlite3.Connection) -> Iterator[str]:
    for account, tenant, name in connection.execute("SELECT id, tenant, name FROM account").fetchall():
        if not ledger_of(View(connection, tenant), [account]).balanced:
            yield f"the ledgers of account {name} do not balance"


def _families(connection: sqlite3.Connection) -> Iterator[str]:
    """What people took apart is where their splits say."""
    sql = "SELECT DISTINCT tenant, family FROM conversation WHERE family IS NOT NULL"
    for tenant, family in connection.execute(sql).fetchall():
        if not is_parted(View(connection, tenant), family):
            yield f"the conversations of family {family} are not as they were taken apart"


def _partitions(connection: sqlite3.Connection) -> Iterator[str]:
    for (tenant,) in connection.execute("SELECT id FROM tenant").fetchall():
        contacts = dict(
            connection.execute(
                "SELECT p.uid, c.uid FROM persona p JOIN persona c ON c.id = p.contact WHERE p.tenant = ?", (tenant,)
            )
        )
        ends: dict[str, list[tuple[str, str]]] = {Verdict.SAME: [], Verdict.DIFFERENT: []}
        for verdict, a, b in connection.execute(
            "SELECT l.verdict, a.uid, b.uid FROM link l JOIN persona a ON a.id = l.a JOIN persona b ON b.id = l.b "
            "WHERE l.tenant = ? AND l.revoked_at IS NULL",
            (tenant,),
        ):
            ends[verdict].append((a, b))
        yield from partition_problems(contacts, ends[Verdict.SAME], ends[Verdict.DIFFERENT])


def _blobs(connection: sqlite3.Connection) -> Iterator[str]:
    for row, digest, content in connection.execute("SELECT rowid, sha256, content FROM blob"):
        if not is_digest_of(digest, content):
            yield f"row {row} of blob is not what its digest says"

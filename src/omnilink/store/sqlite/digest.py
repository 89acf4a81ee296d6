"""The canonical digest, streamed out of SQLite."""

from collections.abc import Iterator
from itertools import chain, groupby

from omnilink.model.interaction import Interaction, Revision
from omnilink.model.persona import Decision
from omnilink.store import digest as lines
from omnilink.store.digest import Line
from omnilink.store.sqlite.case_views import read_case_decisions
from omnilink.store.sqlite.outbox import ITEM, item_of
from omnilink.store.sqlite.relations import read_all_relationships
from omnilink.store.sqlite.replies import reply_of
from omnilink.store.sqlite.rows import View, select_in
from omnilink.store.sqlite.splits import read_all_splits

_ENVELOPES = """
    SELECT a.name, e.sha256, e.delivery_key, e.state, e.reason
    FROM envelope e JOIN account a ON a.id = e.account WHERE e.tenant = ?
"""
_EVENTS = """
    SELECT a.name, v.event_key, v.type, v.state FROM event v JOIN account a ON a.id = v.account WHERE v.tenant = ?
"""
_INTERACTIONS = """
    SELECT i.id, d.doc FROM interaction i JOIN interaction_doc d ON d.interaction = i.id
    WHERE i.tenant = ? AND i.same_as IS NULL ORDER BY i.id
"""
_CALLS = """
    SELECT i.id, d.doc FROM interaction i JOIN interaction_doc d ON d.interaction = i.id
    WHERE i.tenant = ? AND i.same_as IS NULL AND i.kind = 'call' ORDER BY i.id
"""
_ARRIVALS = """
    SELECT r.interaction, a.name, r.event_key FROM arrival r JOIN account a ON a.id = r.account
    WHERE r.tenant = ? ORDER BY r.interaction
"""
_CALL_ARRIVALS = """
    SELECT r.interaction, a.name, r.event_key
    FROM arrival r JOIN account a ON a.id = r.account JOIN interaction i ON i.id = r.interaction
    WHERE r.tenant = ? AND i.same_as IS NULL AND i.kind = 'call' ORDER BY r.interaction
"""
_REVISIONS = """
    SELECT i.message_key, i.content_key, v.doc FROM revision v JOIN interaction i ON i.id = v.interaction
    WHERE v.tenant = ?
"""
# What a case or a human once told apart, and nobody is any more: it is kept only for whoever knows its id.
_LEFT = "p.key GLOB '*!*' AND NOT EXISTS (SELECT 1 FROM attribution t WHERE t.persona = p.id)"
_PERSONAS = f"""
    SELECT p.key, c.field, c.value, c.source, c.retracted_at IS NOT NULL
    FROM persona p LEFT JOIN claim c ON c.persona = p.id WHERE p.tenant = ? AND NOT ({_LEFT}) ORDER BY p.id
"""  # noqa: S608
_ATTRIBUTIONS = """
    SELECT i.message_key, i.content_key, t.ordinal, t.role, p.key, t.method
    FROM attribution t JOIN interaction i ON i.id = t.interaction JOIN persona p ON p.id = t.persona
    WHERE t.tenant = ?
"""
_LINKS = """
    SELECT key_a, key_b, verdict, method, basis, revoked_at IS NULL, revoked_by FROM link WHERE tenant = ?
"""
_LEFT_KEYS = f"SELECT p.key FROM persona p WHERE p.tenant = ? AND {_LEFT}"  # noqa: S608
_CONTACTS = f"SELECT p.contact, p.key FROM persona p WHERE p.tenant = ? AND NOT ({_LEFT}) ORDER BY p.contact"  # noqa: S608
_DECISIONS = "SELECT doc FROM human_decision WHERE tenant = ?"
_HEADS = """
    SELECT message_key, content_key FROM interaction INDEXED BY interaction_uid WHERE tenant = ? AND uid IN (?*)
"""
_ROOTS = "SELECT id FROM conversation WHERE tenant = ? AND root = id ORDER BY id"
_CONVERSATION_KEYS = """
    SELECT c.root, k.key FROM conversation c JOIN conversation_key k ON k.conversation = c.id
    WHERE c.tenant = ? ORDER BY c.root
"""
_CONVERSATION_ITEMS = """
    SELECT c.root, i.message_key, ifnull(i.content_key, '')
    FROM conversation c JOIN interaction i ON i.conversation = c.id
    WHERE c.tenant = ? AND i.same_as IS NULL ORDER BY c.root
"""
_CONSENTS = """
    SELECT p.key, c.purpose, c.sender, c.state, c.evidence FROM consent c JOIN persona p ON p.id = c.persona
    WHERE c.tenant = ?
"""
_MESSAGE_KEYS = """
    SELECT m.key, i.message_key, i.content_key FROM message_alias m JOIN interaction i ON i.id = m.interaction
    WHERE m.tenant = ?
"""
_MEDIA = """
    SELECT i.message_key, i.content_key, m.ref, m.filename, m.declared_type, m.state, m.held, m.sha256
    FROM media m JOIN interaction i ON i.id = m.interaction WHERE m.tenant = ?
"""
_FEEDS = "SELECT a.name, f.feed, f.n FROM feed_entry f JOIN account a ON a.id = f.account WHERE f.tenant = ?"
_OUTBOX = f"{ITEM} WHERE o.tenant = ? ORDER BY o.id"
_REPLIES = """
    SELECT a.name, r.key, r.status, r.content_type, r.body, r.at FROM reply r JOIN account a ON a.id = r.account
    WHERE r.tenant = ?
"""
_OUTBOX_NAMES = """
    SELECT o.id, i.message_key, i.content_key FROM outbox o JOIN interaction i ON i.id = o.interaction
    WHERE o.tenant = ? ORDER BY o.id
"""

_PLACED = """
    SELECT i.message_key, i.content_key, a.interaction IS NOT NULL, json_extract(a.doc, '$.asserted_by')
    FROM assignment a JOIN interaction i ON i.id = a.cause
    WHERE a.tenant = ? AND a.decision = 'person' AND a.revoked_at IS NULL
"""


def read_digest(view: View) -> str:
    """The canonical digest; see `base.LedgerStore`. The lines are those of `omnilink.store.digest`."""
    digest = lines.Digest()
    digest.add("envelopes", _rows(view, _ENVELOPES))
    digest.add("events", _rows(view, _EVENTS))
    digest.add("interactions", _interactions(view))
    digest.add("revisions", chain(_revisions(view), _first_callbacks(view)))
    digest.add("personas", _personas(view))
    digest.add("attributions", ((row[:2], *row[2:]) for row in _rows(view, _ATTRIBUTIONS)))
    digest.add("links", _links(view))
    digest.add("decisions", _decisions(view))
    digest.add("relationships", map(lines.relationship_line, read_all_relationships(view)))
    contacts = groupby(_rows(view, _CONTACTS), key=lambda row: row[0])
    digest.add("contacts", (sorted(str(key) for _, key in rows) for _, rows in contacts))
    digest.add("conversations", _conversations(view))
    digest.add("splits", _splits(view))
    digest.add("consents", _rows(view, _CONSENTS))
    digest.add("message keys", _rows(view, _MESSAGE_KEYS))
    digest.add("outbox", _outbox(view))
    digest.add("replies", _replies(view))
    digest.add("media", ((row[:2], *row[2:]) for row in _rows(view, _MEDIA)))
    digest.add("cases by people", _rows(view, _PLACED))
    digest.add("case decisions", _case_decisions(view))
    digest.add("feeds", _rows(view, _FEEDS))
    return digest.hex()


def _rows(view: View, sql: str) -> Iterator[Line]:
    yield from view.connection.execute(sql, (view.tenant,))


class _Sorted:
    """Rows sorted by their first column, taken group by group along with another sorted scan."""

    def __init__(self, rows: Iterator[Line]) -> None:
        self._groups = groupby(rows, key=lambda row: row[0])
        self._next = next(self._groups, None)

    def take(self, key: object) -> list[Line]:
        """The rest of the rows of that key; keys must be asked for in order."""
        if self._next is None or self._next[0] != key:
            return []
        rows = [row[1:] for row in self._next[1]]
        self._next = next(self._groups, None)
        return rows


def _interactions(view: View) -> Iterator[Line]:
    for interaction, arrivals in _arrived(view, _INTERACTIONS, _ARRIVALS):
        yield lines.interaction_line(interaction, arrivals)


def _first_callbacks(view: View) -> Iterator[Line]:
    for interaction, arrivals in _arrived(view, _CALLS, _CALL_ARRIVALS):
        yield from lines.first_callback_lines(interaction, arrivals)


def _arrived(view: View, interactions: str, arrivals_of: str) -> Iterator[tuple[Interaction, list[tuple[str, str]]]]:
    """Interactions, each with its arrivals (account, event_key)."""
    arrivals = _Sorted(_rows(view, arrivals_of))
    for key, doc in view.connection.execute(interactions, (view.tenant,)):
        told = [(str(account), str(event_key)) for account, event_key in arrivals.take(key)]
        yield Interaction.model_validate_json(f'{doc[:-1]},"arrivals":[]}}'), told


def _revisions(view: View) -> Iterator[Line]:
    for message_key, content_key, doc in view.connection.execute(_REVISIONS, (view.tenant,)):
        yield lines.revision_line((message_key, content_key), Revision.model_validate_json(doc))


def _personas(view: View) -> Iterator[Line]:
    for key, rows in groupby(_rows(view, _PERSONAS), key=lambda row: row[0]):
        claims = [(str(f), str(v), str(s), bool(gone)) for _, f, v, s, gone in rows if f is not None]
        yield lines.persona_line(str(key), claims)


def _links(view: View) -> Iterator[Line]:
    left = {key for (key,) in view.connection.execute(_LEFT_KEYS, (view.tenant,))}
    for *named, in_force, revoked_by in view.connection.execute(_LINKS, (view.tenant,)):
        if lines.holds(in_force=bool(in_force), revoked_by=revoked_by) and not left & {*named[:2]}:
            yield lines.link_line(*named, in_force=bool(in_force), revoked_by=revoked_by)


def _decisions(view: View) -> Iterator[Line]:
    for (doc,) in view.connection.execute(_DECISIONS, (view.tenant,)):
        yield lines.decision_line(Decision.model_validate_json(doc))


def _conversations(view: View) -> Iterator[Line]:
    keys, items = _Sorted(_rows(view, _CONVERSATION_KEYS)), _Sorted(_rows(view, _CONVERSATION_ITEMS))
    for (root,) in view.connection.execute(_ROOTS, (view.tenant,)):
        named = sorted(str(key) for (key,) in keys.take(root))
        yield (named, sorted((str(message), str(content)) for message, content in items.take(root)))


def _splits(view: View) -> Iterator[Line]:
    for split in read_all_splits(view):
        heads = select_in(view.connection, _HEADS, split.messages, (view.tenant,))
        yield lines.split_line(split, [(str(message), content) for message, content in heads])


def _outbox(view: View) -> Iterator[Line]:
    names = _Sorted(_rows(view, _OUTBOX_NAMES))
    for row in view.connection.execute(_OUTBOX, (view.tenant,)):
        (name,) = names.take(row[0])
        yield lines.outbox_line(name, item_of(row))


def _replies(view: View) -> Iterator[Line]:
    for row in view.connection.execute(_REPLIES, (view.tenant,)):
        yield lines.reply_line(reply_of(row))


def _case_decisions(view: View) -> Iterator[Line]:
    (count,) = view.connection.execute("SELECT count(*) FROM case_decision WHERE tenant = ?", (view.tenant,)).fetchone()
    for decision in read_case_decisions(view, (), count):
        yield lines.case_decision_line(decision)

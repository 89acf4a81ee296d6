"""The digest: a canonical projection of a tenant's records, without generated ids and clocks. Both stores use it.

Every line is hashed on its own and the hashes of a section are sorted, so the order of storage does not matter
and a section costs 32 bytes a line.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence

from omnilink.model.case import CaseDecision
from omnilink.model.conversation import ConversationSplit
from omnilink.model.event import InteractionKind
from omnilink.model.interaction import Interaction, Revision, RevisionAction
from omnilink.model.media import MediaItem
from omnilink.model.outgoing import OutboxItem
from omnilink.model.part import Part
from omnilink.model.persona import Decision
from omnilink.model.record import Record
from omnilink.model.relationship import Relationship
from omnilink.store.replies import Reply

Line = Sequence[object]


class Digest:
    """Collects sections of lines."""

    def __init__(self) -> None:
        self._whole = hashlib.sha256()

    def add(self, section: str, lines: Iterable[Line]) -> None:
        """Adds one section; its lines count as a multiset."""
        hashes = sorted(hashlib.sha256(canonical(line)).digest() for line in lines)
        self._whole.update(f"{section} {len(hashes)}\n".encode())
        for each in hashes:
            self._whole.update(each)

    def hex(self) -> str:
        """The digest of all sections so far."""
        return self._whole.hexdigest()


def canonical(value: object) -> bytes:
    """JSON in one spelling. Text that is no Unicode is escaped, so it cannot fail on odd input."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode()


def _dump(records: Iterable[Record]) -> list[object]:
    return [record.model_dump(mode="json") for record in records]


def interaction_line(interaction: Interaction, arrivals: Iterable[tuple[str, str]]) -> Line:
    """An interaction, named by its arrivals (account, event_key) and keys.

    The account it arrived at first depends on the order of arrival and is left out; so is a time that is ours. Of a
    call only its name is here: which of its callbacks came first, and made it, decides nothing. All of them are lines
    of their own (`first_callback_lines`, `revision_line`), and who took part is in the attributions.
    """
    i = interaction
    if i.kind is InteractionKind.CALL:
        return (i.message_key, i.content_key, i.kind, i.channel)
    occurred_at = None if i.occurred_at == i.received_at else i.occurred_at.isoformat()
    return (
        sorted(arrivals),
        i.message_key, i.content_key, i.kind, i.direction, i.channel, occurred_at, i.in_reply_to, i.subject,
        i.language, i.automated, _dump(i.parts), _dump(i.participants),
    )  # fmt: skip


def first_callback_lines(interaction: Interaction, arrivals: Iterable[tuple[str, str]]) -> Iterator[Line]:
    """What the callback that made a call told: the same line as if it had come later. Nothing for what is no call."""
    i = interaction
    if i.kind is InteractionKind.CALL:
        for account, event_key in arrivals:
            yield _callback_line((i.message_key, i.content_key), account, event_key, i.parts)


def revision_line(name: Line, revision: Revision) -> Line:
    """A revision; its time may be that of the envelope, so it is left out."""
    r = revision
    if r.action is RevisionAction.CALL:
        return _callback_line(name, r.account, r.event_key, r.parts)
    actor = None if r.actor is None else r.actor.model_dump(mode="json")
    return (
        name, r.action, r.account, r.event_key, actor, _dump(r.parts), r.subject, r.added, r.removed, r.status,
        r.error_code,
    )  # fmt: skip


def _callback_line(name: Line, account: str, event_key: str, parts: Iterable[Part]) -> Line:
    return (name, RevisionAction.CALL, account, event_key, _dump(parts))


def persona_line(key: str, claims: Iterable[tuple[str, str, str, bool]]) -> Line:
    """A persona with what is claimed of it: field, value, source, retracted."""
    return (key, sorted(claims))


def link_line(
    key_a: str, key_b: str, verdict: str, method: str, basis: str, *, in_force: bool, revoked_by: str | None
) -> Line:
    """A link and whether it is in force."""
    return (key_a, key_b, verdict, method, basis, "in force" if in_force else ("revoked", revoked_by))


def decision_line(decision: Decision) -> Line:
    """What a person decided about who is who, and whether it is in force."""
    d = decision
    return (d.number, d.kind, d.same, d.by, "in force" if d.in_force else ("revoked", d.revoked_by))


def split_line(split: ConversationSplit, heads: Iterable[tuple[str, str | None]]) -> Line:
    """A conversation taken apart, named by the keys of the messages that begin the new one."""
    undone = (split.undone.by, split.undone.reason) if split.undone else None
    return (sorted((message, content or "") for message, content in heads), split.by, split.reason, undone)


def relationship_line(relationship: Relationship) -> Line:
    """What two personas are to each other, as said, and how it was closed."""
    r = relationship
    days = (r.valid_from and r.valid_from.isoformat(), r.valid_until and r.valid_until.isoformat())
    closed = sorted((c.how, c.until and c.until.isoformat(), c.by, c.reason) for c in r.closed)
    return (r.kind, r.key_a, r.key_b, r.n, days, r.asserted_by, r.reason, closed)


def holds(*, in_force: bool, revoked_by: str | None) -> bool:
    """Whether a link counts. What a rule made and took back is how a decision came about, not what it came to:
    that depends on the order in which things were told.
    """
    return in_force or not (revoked_by or "").startswith("rule:")


def outbox_line(name: Line, item: OutboxItem) -> Line:
    """What is owed and how it ended. How often it was tried, and when, is the machine's affair."""
    recipient = None if item.recipient is None else item.recipient.key
    done = sorted((step, list(ids)) for step, ids in item.done.items())
    return (
        name, item.account, recipient, item.message.action, item.purpose, item.idempotency_key, item.state, item.reason,
        item.error_code, done,
    )  # fmt: skip


def reply_line(reply: Reply) -> Line:
    """What a request was told; when is the machine's affair."""
    body = hashlib.sha256(reply.body).hexdigest()
    return (reply.account, reply.key, reply.status, reply.content_type, body)


def media_line(name: Line, item: MediaItem) -> Line:
    """A file of an interaction and what came of it; where it was told first, and how often tried, is left out."""
    return (name, item.ref, item.filename, item.declared_type, item.state, item.held, item.sha256)


def case_decision_line(decision: CaseDecision) -> Line:
    """What a person decided about cases. What rules decided can be decided again, and is left out like our ids."""
    d = decision
    return (d.action, d.by, d.reason, len(d.made), len(d.ended), d.undone_by)

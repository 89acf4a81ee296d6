"""A mail's bytes to events. Pure and total: whatever the bytes are, at least one event comes out."""

import hashlib
import re
from datetime import datetime

from omnilink.model import (
    Attestation,
    ConversationKind,
    DeliveryUpdated,
    Direction,
    Event,
    Handle,
    MessageReceived,
    Native,
    NativeRefs,
    Part,
    Role,
    Unparsed,
)
from omnilink_email.attestation import attest, is_really_ours
from omnilink_email.automation import find_automation
from omnilink_email.body import read_parts
from omnilink_email.charsets import clean, is_readable
from omnilink_email.dates import parse_date
from omnilink_email.headers import Headers
from omnilink_email.limits import MAX_IDS, MAX_MAIL_BYTES, Budget
from omnilink_email.message_ids import FORMER_IDS, choose_conversation_keys, make_content_key, make_raw_key, read_ids
from omnilink_email.mime import read_tree
from omnilink_email.people import Author, find_author, read_mailboxes, read_participants
from omnilink_email.reports import DeliveryReport, parse_delivery_report
from omnilink_email.settings import EmailSettings
from omnilink_email.signs import find_signs
from omnilink_email.words import decode_words

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,3}")
_LONGEST_NATIVE_CHARS = 2_000


def _unparsed(raw: bytes, reason: str) -> list[Event]:
    key = make_raw_key(raw)
    return [Unparsed(event_key=f"{key}|unparsed", lane_key=key, reason=reason)]


def parse_mail(raw: bytes, settings: EmailSettings | None = None) -> list[Event]:
    """Reads one mail.

    Args:
        raw: the mail as it came, with or without an mbox `From ` line.
        settings: of the account.

    Returns:
        One `MessageReceived`, and for a delivery status notification one `DeliveryUpdated` a recipient, if the mail
        it is about is named. `Unparsed` with a reason: `empty`, `too_large`, `no_headers` (neither a header nor text),
        `unreadable`.
    """
    if len(raw) > MAX_MAIL_BYTES:
        return _unparsed(raw, "too_large")
    if not raw or raw.isspace():
        return _unparsed(raw, "empty")
    try:
        return _parse(raw, settings or EmailSettings())
    except Exception:  # parsing is total by contract: what we did not foresee is quarantined, not raised
        return _unparsed(raw, "unreadable")


def _subject(headers: Headers) -> str | None:
    value = headers.first("subject")
    return clean(decode_words(value)).strip() or None if value is not None else None


def _occurred_at(headers: Headers) -> datetime | None:
    """The Date field, else when the first server of ours received it (its Received stands on top)."""
    if (moment := parse_date(headers.first("date"))) is not None:
        return moment
    for value in headers.all("received")[:1]:
        return parse_date(value.rpartition(";")[2].strip()) if ";" in value else None
    return None


def _native_parts(headers: Headers, author: Author, budget: Budget) -> list[Part]:
    """What only mail has: other addresses, and what a limit cut off."""
    data: dict[str, object] = {}
    if reply_to := [m.address for m in read_mailboxes(headers, "reply-to", budget) if m.address]:
        data["reply_to"] = reply_to
    senders = [m.address for m in read_mailboxes(headers, "sender", budget) if m.address]
    if senders and senders != [author.address]:
        data["sender"] = senders
    if not author.is_clear:
        data["from"] = [text[:_LONGEST_NATIVE_CHARS] for text in headers.all("from")[:10]]
    for name in ("list-id", "thread-index"):
        if value := headers.first(name):
            data[name.replace("-", "_")] = value[:_LONGEST_NATIVE_CHARS]
    parts: list[Part] = [Native(name="mail_headers", data=data)] if data else []
    if budget.cut:
        parts.append(Native(name="mail_cut", data={"limits": sorted(budget.cut)}))
    return parts


def _language(headers: Headers) -> str | None:
    value = headers.first("content-language")
    match = _LANGUAGE.match(value) if value else None
    return match[0] if match else None


def _read_updates(message: MessageReceived, report: DeliveryReport | None) -> list[Event]:
    """The receipts in a delivery report, if it says which mail they are about."""
    if report is None or report.original_id is None:
        return []
    updates: list[Event] = []
    for status in report.statuses:
        said = "\n".join((report.original_id, status.recipient or "", status.action, status.code or ""))
        updates.append(
            DeliveryUpdated(
                event_key=f"{message.event_key}|status|{hashlib.sha256(said.encode()).hexdigest()[:32]}",
                lane_key=message.lane_key,
                occurred_at=message.occurred_at,
                refs=NativeRefs(
                    message_id=report.original_id,
                    target_message_id=report.original_id,
                    recipient_id=status.recipient,
                ),
                target_key=f"mail:{report.original_id}",
                status=status.action,
                recipient=Handle.of("mailto", status.recipient) if status.recipient else None,
                error_code=status.code,
            )
        )
    return updates


def _parse(raw: bytes, settings: EmailSettings) -> list[Event]:
    if b"\n" not in raw and b"\r" in raw:
        raw_lines = raw.replace(b"\r", b"\n")  # line ends of old Macintosh programs
    else:
        raw_lines = raw
    budget = Budget()
    root = read_tree(raw_lines, budget)
    headers = root.headers
    # Text that has lost its header is still something somebody said; anything else is no mail.
    if not headers.is_header and not is_readable(raw):
        return _unparsed(raw, "no_headers")

    author = find_author(headers, budget)
    attestation = attest(headers, settings.authserv_ids, author.address, settings.border)
    if (author.address or "").lower() in settings.own and not is_really_ours(headers, attestation, settings):
        attestation = Attestation.FAILED
    participants = read_participants(headers, author, attestation, settings.own, budget)
    people = {p.handle.value.lower() for p in participants if p.handle is not None}
    own_ids = read_ids(headers, "message-id")
    # Old programs wrote `In-Reply-To: Message from Ana <ana@example.org>`: that is a person, no mail.
    answered = [i for i in read_ids(headers, "in-reply-to") if i.lower() not in people]
    references = [i for i in read_ids(headers, "references") if i.lower() not in people]
    report = parse_delivery_report(root, raw_lines)
    if report is not None and report.original_id is not None and report.original_id not in answered:
        answered.append(report.original_id)

    message_key = f"mail:{own_ids[0]}" if own_ids else make_raw_key(raw)
    content_key = make_content_key(raw_lines, headers, root.start, is_forged=attestation is Attestation.FAILED)
    former = [i for name in FORMER_IDS for i in read_ids(headers, name) if i.lower() not in people]
    conversation_keys = choose_conversation_keys([*own_ids, *former], answered, references)
    # The thread's root, as far as this mail knows it.
    lane = f"mail:{(references or answered or own_ids)[0]}" if references or answered or own_ids else message_key
    recipients = [p.handle.raw for p in participants if p.role is Role.TO and p.handle is not None]
    is_ours = any(p.own for p in participants if p.role is Role.AUTHOR)
    occurred_at = _occurred_at(headers)
    message = MessageReceived(
        event_key=f"{message_key}|{content_key}",
        lane_key=lane,
        occurred_at=occurred_at,
        refs=NativeRefs(
            message_id=own_ids[0] if own_ids else None,
            reply_to=next(iter(read_ids(headers, "in-reply-to")), None),
            sender_id=author.address,
            recipient_id=recipients[0] if len(recipients) == 1 else None,
        ),
        message_key=message_key,
        conversation_keys=conversation_keys if own_ids else (message_key, *conversation_keys[: MAX_IDS - 1]),
        conversation_kind=ConversationKind.MAIL,
        reply_to_key=f"mail:{answered[0]}" if answered else (f"mail:{references[-1]}" if references else None),
        content_key=content_key,
        direction=Direction.OUTBOUND if is_ours else Direction.INBOUND,
        participants=participants,
        parts=(*read_parts(raw_lines, root, budget), *_native_parts(headers, author, budget)),
        subject=_subject(headers),
        language=_language(headers),
        automated=find_automation(root),
        signs=find_signs(root, author.address),
    )
    return [message, *_read_updates(message, report)]

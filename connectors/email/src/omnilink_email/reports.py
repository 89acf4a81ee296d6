"""Reports about mails we sent: delivery status notifications (RFC 3464, RFC 6533)."""

from dataclasses import dataclass

from omnilink_email.addresses import parse_addresses
from omnilink_email.body import decode_leaf
from omnilink_email.comments import strip_comments
from omnilink_email.headers import Headers, read_headers
from omnilink_email.limits import MAX_RECIPIENT_REPORTS, Budget
from omnilink_email.message_ids import read_ids
from omnilink_email.mime import Entity

STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED_TYPES = frozenset({
    "message/rfc822", "message/global", "message/global-headers", "message/rfc822-headers",
    "text/rfc822-headers", "text/rfc822",
})  # fmt: skip
_STATUS_BYTES = 4 * 1024 * 1024
_MOST_RETURNED = 10
_RETURNED_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    """What happened for one recipient.

    Attributes:
        recipient: the bare address, if it is one.
        action: `failed`, `delayed`, `delivered`, `relayed` or `expanded`, as written.
        code: the Status field (`5.1.1`), if told.
    """

    recipient: str | None
    action: str
    code: str | None


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A delivery status notification.

    Attributes:
        original_id: Message-ID of the mail it is about, without brackets, if told.
    """

    original_id: str | None
    statuses: tuple[RecipientStatus, ...]


def is_report(root: Entity) -> bool:
    """Is the mail a report of any kind?"""
    return root.media_type == "multipart/report"


def _report_type(root: Entity) -> str:
    return root.parameters.get("report-type", "").strip().lower()


def is_bounce(root: Entity) -> bool:
    """Is it a delivery status notification, about a delay as well as about a failure?"""
    return is_report(root) and (
        _report_type(root) == "delivery-status" or any(leaf.media_type in STATUS_TYPES for leaf in root.leaves())
    )


def is_receipt(root: Entity) -> bool:
    """Is it a disposition notification ("has been read", RFC 8098)?"""
    return is_report(root) and _report_type(root) == "disposition-notification"


def _read_blocks(raw: bytes) -> list[Headers]:
    """The groups of fields of a delivery-status body (RFC 3464 §2.1): the message's, then one a recipient."""
    blocks: list[Headers] = []
    position = 0
    for _ in range(2 * MAX_RECIPIENT_REPORTS):
        if position >= len(raw):
            break
        # A budget of its own: what is cut off here is not the mail's header.
        headers, after = read_headers(raw, position, len(raw), Budget())
        if headers.fields:
            blocks.append(headers)
        if after <= position:  # a line that is no field
            line_end = raw.find(b"\n", position)
            after = line_end + 1 if line_end >= 0 else len(raw)
        position = after
    return blocks


def _typed_address(value: str | None) -> str | None:
    """The address of `rfc822; ana@example.org`."""
    if value is None:
        return None
    kind, separator, address = value.partition(";")
    if separator and kind.strip().lower() not in {"rfc822", "utf-8"}:
        return None
    found = parse_addresses(address if separator else value)
    return found[0].address if len(found) == 1 else None


def _read_status(headers: Headers) -> RecipientStatus | None:
    action = strip_comments(headers.first("action") or "").strip()
    recipient = _typed_address(headers.first("final-recipient")) or _typed_address(headers.first("original-recipient"))
    if not action or len(action) > 100:
        return None
    code = strip_comments(headers.first("status") or "").strip().split(" ")[0][:100]
    return RecipientStatus(recipient, action, code or None)


def _find_original_id(root: Entity, raw: bytes, blocks: list[Headers]) -> str | None:
    returned_leaves = [leaf for leaf in root.leaves() if leaf.media_type in _RETURNED_TYPES]
    for leaf in returned_leaves[:_MOST_RETURNED]:
        returned = decode_leaf(raw, leaf, _RETURNED_BYTES)
        headers, _ = read_headers(returned, 0, len(returned), Budget(), is_top=True)
        if ids := read_ids(headers, "message-id"):
            return ids[0]
    for name in ("original-message-id", "x-original-message-id"):
        for headers in [*blocks, root.headers]:
            if ids := read_ids(headers, name):
                return ids[0]
    # Ours say the Message-ID in the envelope as well (ENVID), which a server must give back (RFC 3464 §2.2.1).
    for headers in blocks:
        if ids := read_ids(headers, "original-envelope-id"):
            return ids[0]
    # Some servers return nothing and answer the mail instead.
    answered = read_ids(root.headers, "in-reply-to")
    return answered[0] if len(answered) == 1 else None


def parse_delivery_report(root: Entity, raw: bytes) -> DeliveryReport | None:
    """Reads a delivery status notification; None if the mail is none."""
    if not is_bounce(root):
        return None
    blocks: list[Headers] = []
    for leaf in [leaf for leaf in root.leaves() if leaf.media_type in STATUS_TYPES][:_MOST_RETURNED]:
        if len(blocks) < MAX_RECIPIENT_REPORTS:
            blocks.extend(_read_blocks(decode_leaf(raw, leaf, _STATUS_BYTES)))
    statuses = [status for block in blocks[:MAX_RECIPIENT_REPORTS] if (status := _read_status(block)) is not None]
    return DeliveryReport(_find_original_id(root, raw, blocks), tuple(dict.fromkeys(statuses)))

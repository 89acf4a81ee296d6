"""Who took part in a mail: author, recipients, and what their own words say about them."""

from dataclasses import dataclass

from omnilink.model import Attestation, Handle, Participant, Role, StatedClaim
from omnilink_email.addresses import Mailbox, parse_addresses
from omnilink_email.headers import Headers
from omnilink_email.limits import MAX_ADDRESSES, MAX_FIELD_BYTES, Budget

RECIPIENT_FIELDS = (("to", Role.TO), ("cc", Role.CC), ("bcc", Role.BCC))


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote it, as far as the mail says so without contradiction.

    Attributes:
        address: bare, as written; None where From names nobody, several people, or is ambiguous.
        display: the name shown.
        is_clear: From names at most one mailbox; otherwise what it says is kept beside the mail.
    """

    address: str | None
    display: str | None
    is_clear: bool


def read_mailboxes(headers: Headers, name: str, budget: Budget) -> list[Mailbox]:
    """The mailboxes of all fields of that name, in order."""
    found: list[Mailbox] = []
    size = 0
    for raw in headers.raw(name):
        size += len(raw)
        if len(found) >= MAX_ADDRESSES or size > MAX_FIELD_BYTES:
            budget.cut.add("addresses")
            break
        text, is_certain = headers.decode(raw)
        found.extend(parse_addresses(text, is_certain=is_certain))
    return found[:MAX_ADDRESSES]


def find_author(headers: Headers, budget: Budget) -> Author:
    """The one author of the mail (RFC 5322 §3.6.2).

    Several From mailboxes have an author only if Sender names one of them. A name cut by an unquoted comma
    (`Garcia, Ana <ana@example.org>`) is put together again. Two From fields have none: servers check one of them and
    people see the other.
    """
    mailboxes = read_mailboxes(headers, "from", budget)
    if len(headers.raw("from")) > 1:
        return Author(None, None, is_clear=False)
    addressed = [m for m in mailboxes if m.address is not None]
    if any(m.is_suspect for m in mailboxes) or not addressed:
        display = mailboxes[0].display if len(mailboxes) == 1 else None
        return Author(None, display, is_clear=not mailboxes or (len(mailboxes) == 1 and not mailboxes[0].is_suspect))
    if len(addressed) == 1:
        names = [m.display for m in mailboxes if m.display]
        return Author(addressed[0].address, ", ".join(names) or None, is_clear=True)
    senders = {(m.address or "").lower() for m in read_mailboxes(headers, "sender", budget)}
    named = [m for m in addressed if (m.address or "").lower() in senders]
    if len(senders) == 1 and len({(m.address or "").lower() for m in named}) == 1:
        return Author(named[0].address, named[0].display, is_clear=False)
    return Author(None, None, is_clear=False)


def _claims(display: str | None, address: str | None) -> tuple[StatedClaim, ...]:
    if not display or (address is not None and display.strip("'\" ").lower() == address.lower()):
        return ()
    return (StatedClaim(field="display_name", value=display),)


def _participant(
    role: Role, address: str | None, display: str | None, attestation: Attestation, *, own: bool
) -> Participant:
    claims = _claims(display, address)
    handle = None
    if address is not None:
        handle = Handle.of("mailto", address, display=display if claims else None)
    return Participant(role=role, handle=handle, claims=claims, attestation=attestation, own=own)


def read_participants(
    headers: Headers, author: Author, attestation: Attestation, own: frozenset[str], budget: Budget
) -> tuple[Participant, ...]:
    """Author and recipients; each address once a role. Resent- fields tell of transport, not of who took part."""
    people: list[Participant] = []
    if headers.raw("from"):
        # A forged own address is nobody's, least of all ours.
        is_own = attestation is not Attestation.FAILED and (author.address or "").lower() in own
        people.append(_participant(Role.AUTHOR, author.address, author.display, attestation, own=is_own))
    for name, role in RECIPIENT_FIELDS:
        seen: set[str] = set()
        for mailbox in read_mailboxes(headers, name, budget):
            address = mailbox.address
            if address is None or address.lower() in seen:
                continue
            seen.add(address.lower())
            people.append(_participant(role, address, mailbox.display, Attestation.NONE, own=address.lower() in own))
    return tuple(people)

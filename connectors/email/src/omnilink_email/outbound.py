"""Outbound: a message as one mail (RFC 5322, RFC 6532 where an address needs it). Pure, and the same every time."""

from dataclasses import dataclass, field
from email.utils import format_datetime
from html import escape

from omnilink.errors import SendRefused
from omnilink.model import Action, ContactCard, Handle, Location, Loss, Media, Offer, Outgoing, Quoted, Template, Text
from omnilink.plugin import MediaFile, RenderPlan, SendContext, Step
from omnilink.plugin.formatting import parse_markdown, plain, render
from omnilink_email.addresses import parse_addresses
from omnilink_email.attestation import canonical_domain
from omnilink_email.cards import write_card
from omnilink_email.compose import compose_body
from omnilink_email.control import has_control, without_control
from omnilink_email.header_fields import is_id, make_field, write_ids, write_mailbox, write_text
from omnilink_email.limits import MAX_SENT_BYTES, MAX_SUBJECT_CHARS, Budget
from omnilink_email.message_ids import choose_conversation_keys, make_content_key
from omnilink_email.mime import read_tree
from omnilink_email.rewriting import is_rewriting
from omnilink_email.servers import Servers
from omnilink_email.style import HTML, whole_page
from omnilink_email.transmit import MailRequest

MOST_REFERENCES = 20
LOOP_MARK = "omnilink"
_MAIL = "mail:"


def render_mail(message: Outgoing, context: SendContext, servers: Servers) -> RenderPlan:
    """A message as one mail to one recipient.

    Raises:
        SendRefused: `no-account`, `bad-address`, `not-supported`, `too-large` or `empty`.
    """
    if servers.smtp is None:
        raise _refused("no-account", "sending needs a mail server", hint="write smtp_host in the account's settings")
    if message.action is not Action.SEND:
        raise _refused("not-supported", "a mail that was sent cannot be changed")
    recipient = _sendable(context.recipient, "that is no mail address")
    sender = _sendable(context.sender, "a mail needs an address of our own", reason="no-account",
                       hint="write own_handles in the account's settings")  # fmt: skip
    content = _Content(context)
    for part in message.parts:
        content.add(part)
    if not content.texts and not content.files:
        raise _refused("empty", "there is nothing to send")

    tokens = message.tokens
    own_id = f"{context.item}{f'.{tokens.message_id}' if tokens else ''}@{sender.rpartition('@')[2]}"
    answered, references, others = _thread(message.quoted)
    if message.quoted is not None and not answered:
        content.losses.append(Loss(what="reply", how="dropped", detail="what is answered has no Message-ID"))
    head = _head(message, context, servers, sender, recipient, own_id, answered, references, content)
    text = "\n\n".join(content.texts) + "\n"
    html = whole_page("\n".join(content.html)) if content.is_formatted else None
    raw = head + compose_body(text, html, content.files, boundary=f"omnilink-{context.item}")
    if len(raw) > MAX_SENT_BYTES:
        raise _refused("too-large", "mail servers take no mail of that size", hint="send a link instead")
    root = read_tree(raw, Budget())
    # RFC 3834 §3.3: an automatic answer goes out with the null path, so that no machine tells us of it.
    is_answer = message.automated and message.quoted is not None
    request = MailRequest(
        sender="" if is_answer else _return_path(message, servers, sender), recipient=recipient, content=raw,
        message_id=own_id, is_international=not (sender + recipient).isascii(),
    )  # fmt: skip
    return RenderPlan(
        steps=(Step("mail", lambda done: request),),
        losses=tuple(content.losses),
        message_key=_MAIL + own_id,
        content_key=make_content_key(raw, root.headers, root.start, is_forged=False),
        conversation_keys=(*choose_conversation_keys([own_id], answered, references), *others),
    )


def _with_token(token: str, mailbox: str) -> str:
    """RFC 5233: what stands behind the plus is a detail of the same mailbox."""
    local, _, domain = mailbox.rpartition("@")
    return f"{local}+{token}@{domain}"


def _return_path(message: Outgoing, servers: Servers, sender: str) -> str:
    """Bounces come to an address that tells where they belong, if it is of the sender's domain (SPF)."""
    mailbox = servers.writing.reply_address
    if message.tokens is None or mailbox is None or mailbox.rpartition("@")[2] != sender.rpartition("@")[2]:
        return sender
    return _with_token(message.tokens.envelope_sender, mailbox)


def _refused(reason: str, text: str, hint: str | None = None) -> SendRefused:
    return SendRefused(text, reason=reason, hint=hint, connector="email")


def _sendable(handle: Handle | None, problem: str, reason: str = "bad-address", hint: str | None = None) -> str:
    """The address with its domain in ASCII (RFC 5891), so that only a local part can need SMTPUTF8 (RFC 6531)."""
    if handle is None or handle.scheme != "mailto":
        raise _refused(reason, problem, hint)
    written = handle.raw.strip()
    found = parse_addresses(written)
    if has_control(written) or len(found) != 1 or found[0].address is None or found[0].address != written:
        raise _refused("bad-address", problem)
    local, _, domain = written.rpartition("@")
    domain = canonical_domain(domain)
    # RFC 5321 §4.5.3.1: 64 octets before the @, 255 after it.
    if not domain.isascii() or len(domain) > 255 or len(local.encode()) > 64 or any(c in local for c in "<>, "):
        raise _refused("bad-address", problem)
    return f"{local}@{domain}"


def _thread(quoted: Quoted | None) -> tuple[list[str], list[str], tuple[str, ...]]:
    """The id that is answered, the ids to cite (RFC 5322 §3.6.4: the thread's, the answered one last), other keys."""
    if quoted is None:
        return [], [], ()
    answered = [key for key in _ids(quoted.message_keys) if is_id(key)][-1:]
    others = tuple(key for key in quoted.message_keys if key.startswith("mail-sha:"))
    if not answered:
        return [], [], others
    near = [*_ids([quoted.in_reply_to] if quoted.in_reply_to else ()), *answered]
    far = [key for key in _ids(quoted.conversation_keys) if key not in near]
    room = MOST_REFERENCES - len(near)
    if len(far) > room:
        far = [*far[: room // 2], *far[len(far) - (room - room // 2) :]]
    return answered, [key for key in dict.fromkeys([*far, *near]) if is_id(key)], others


def _ids(keys: object) -> list[str]:
    assert isinstance(keys, list | tuple)  # noqa: S101 - both callers give one
    return [key.removeprefix(_MAIL) for key in keys if key.startswith(_MAIL)]


def _subject(message: Outgoing, content: "_Content") -> str | None:
    """The official's, else that of what is answered with `Re: ` before it (RFC 5322 §3.6.5)."""
    subject = message.subject
    if subject is None and message.quoted is not None and message.quoted.subject:
        subject = without_control(message.quoted.subject)
        subject = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    if not subject:
        return None
    if has_control(subject):
        raise _refused("not-supported", "a subject is one line of text")
    if len(subject) > MAX_SUBJECT_CHARS:
        content.losses.append(Loss(what="subject", how="shortened"))
        subject = subject[: MAX_SUBJECT_CHARS - 1] + "…"
    return subject


def _head(
    message: Outgoing, context: SendContext, servers: Servers, sender: str, recipient: str, own_id: str,
    answered: list[str], references: list[str], content: "_Content",
) -> bytes:  # fmt: skip
    writing = servers.writing
    fields = [
        ("From", write_mailbox("From", sender, writing.from_name)),
        ("To", write_mailbox("To", recipient)),
    ]
    answers_to = writing.reply_to
    if message.tokens is not None and writing.reply_address:
        answers_to = _with_token(message.tokens.reply_to, writing.reply_address)
    if answers_to:
        reply_to = _sendable(Handle.of("mailto", answers_to), "reply_to is no mail address")
        fields.append(("Reply-To", write_mailbox("Reply-To", reply_to)))
    if subject := _subject(message, content):
        fields.append(("Subject", write_text("Subject", subject)))
    fields += [("Date", format_datetime(context.now)), ("Message-ID", f"<{own_id}>")]
    if answered:
        fields.append(("In-Reply-To", write_ids(answered)))
    if servers.smtp is not None and is_rewriting(servers.smtp.host):
        # Our own id survives there. Citing oneself makes no loop: an id that a mail has and cites is one.
        references = [*references, own_id]
    if references:
        fields.append(("References", write_ids(references)))
    if message.automated:
        # RFC 3834 §3.1.7, [MS-OXCMAIL]; X-Loop is what comes back to us in a loop.
        fields.append(("Auto-Submitted", "auto-replied" if message.quoted else "auto-generated"))
        fields += [("X-Auto-Response-Suppress", "All"), ("X-Loop", LOOP_MARK)]
    if writing.list_id:
        fields.append(("List-Id", f"<{writing.list_id}>"))
    if writing.list_unsubscribe:
        fields.append(("List-Unsubscribe", f"<{writing.list_unsubscribe}>"))
    return b"".join(make_field(name, value) for name, value in fields)


@dataclass(slots=True)
class _Content:
    """Collects what is said, as plain text and as HTML."""

    context: SendContext
    texts: list[str] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[MediaFile] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    is_formatted: bool = False

    def add(self, part: object) -> None:
        match part:
            case Text():
                self._text(part)
            case Media():
                self._media(part)
            case Location():
                self._location(part)
            case ContactCard():
                self.files.append(write_card(part))
            case Offer():
                self._offer(part)
            case Template():
                raise _refused("not-supported", "mail has no templates")

    def say(self, text: str, *, is_markdown: bool) -> None:
        """Words, in both forms."""
        if "\x00" in text or any("\ud800" <= char <= "\udfff" for char in text):
            raise _refused("not-supported", "a text holds a character that no mail may hold")
        if not text.strip():
            return
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if is_markdown:
            blocks = list(parse_markdown(text))
            self.texts.append(plain(blocks))
            self.html.append(render(blocks, HTML))
            self.is_formatted = True
        else:
            self.texts.append(text.rstrip("\n"))
            self.html.append(f"<p>{escape(text.strip()).replace(chr(10), '<br>' + chr(10))}</p>")

    def _text(self, part: Text) -> None:
        if part.format == "html":
            raise _refused("not-supported", "HTML is not sent as it is", hint="write Markdown")
        self.say(part.text, is_markdown=part.format == "markdown")

    def _media(self, part: Media) -> None:
        if part.caption:
            self.say(part.caption, is_markdown=True)
        file = self.context.media.get(part.ref or "")
        if file is not None:
            self.files.append(file)
        elif (part.ref or "").startswith("https://"):
            self.say(f"{part.filename}: {part.ref}" if part.filename else str(part.ref), is_markdown=False)
            self.losses.append(Loss(what="media", how="degraded", detail="a link to it is sent"))
        else:
            raise _refused("not-supported", "a file to send has no bytes and no https address")

    def _location(self, part: Location) -> None:
        lines = [line for line in (part.name, part.address) if line]
        # RFC 5870: a place as an address that map programs open.
        lines.append(f"geo:{part.latitude:.6f},{part.longitude:.6f}")
        self.say("\n".join(lines), is_markdown=False)
        self.losses.append(Loss(what="location", how="degraded", detail="as text"))

    def _offer(self, part: Offer) -> None:
        lines = [f"{n}. {o.label}" + (f" – {o.description}" if o.description else "")
                 for n, o in enumerate(part.options, 1)]  # fmt: skip
        self.say("\n".join([part.title, *lines] if part.title else lines), is_markdown=False)
        self.losses.append(Loss(what="offer", how="degraded", detail="shown as a numbered list"))

"""Outbound: a message as calls of Twilio's Messages resource. Pure.

https://www.twilio.com/docs/messaging/api/message-resource#create-a-message-resource
"""

import json
from urllib.parse import urlencode

from omnilink.errors import SendRefused
from omnilink.model import Action, Handle, Loss, Media, Outgoing, Template, Text
from omnilink.plugin import HttpRequest, RenderPlan, SendContext, Step
from omnilink.plugin.formatting import Style, between, defuse, listed, lost_looks, say_in_words, say_texts
from omnilink_twilio.manifest import CAPABILITIES
from omnilink_twilio.settings import TwilioSettings

TEXT_CHARS, MOST_MEDIA = CAPABILITIES.limit("text_chars"), CAPABILITIES.limit("media_files")
PLAIN = Style()
CHAT = Style(
    escape=defuse("*_~`"), bold=between("*"), italic=between("_"), strike=between("~"), code=between("`"),
    heading=lambda text, level: text if text.startswith("*") else f"*{text}*", items=listed("- "), chat_markers=True,
)  # fmt: skip
"""WhatsApp's markers, which go through Twilio unchanged."""


def render_message(message: Outgoing, context: SendContext, settings: TwilioSettings) -> RenderPlan:
    """A message as calls, one a text piece; files go with the last one.

    Raises:
        SendRefused: it cannot be said here.
    """
    if message.action is not Action.SEND:
        raise SendRefused("an SMS can be neither edited, deleted nor reacted to", reason="not-supported",
                          connector="twilio")  # fmt: skip
    if not settings.account_sid:
        raise SendRefused("sending needs account_sid", reason="no-account", connector="twilio",
                          hint="write account_sid in the account's settings")  # fmt: skip
    to = _address(context.recipient)
    chat = to.startswith("whatsapp:")
    fields = [("To", to), *_sender(context, settings, chat)]
    if settings.public_url:
        fields.append(("StatusCallback", settings.public_url))
    losses: list[Loss] = []
    if message.subject:
        losses.append(Loss(what="subject", how="dropped"))
    if message.quoted is not None:
        losses.append(Loss(what="reply", how="degraded", detail="it is shown as a message of its own"))
    texts, media, template = _content(message, chat, losses)
    calls = [[("Body", text)] for text in texts]
    if template is not None:
        calls.append(template)
    if media:
        calls = [*calls[:-1], [*(calls[-1] if calls else []), *(("MediaUrl", url) for url in media)]]
    if not calls:
        raise SendRefused("there is nothing to send", reason="empty", connector="twilio")
    if len(texts) > 1:
        losses.append(Loss(what="text", how="split", count=len(texts)))
    url = f"{settings.api_url}/2010-04-01/Accounts/{settings.account_sid}/Messages.json"
    steps = tuple(_step(f"message-{n}", _request(url, [*fields, *call])) for n, call in enumerate(calls))
    return RenderPlan(steps, tuple(losses))


def _step(name: str, request: HttpRequest) -> Step:
    return Step(name, lambda done: request)


def _request(url: str, fields: list[tuple[str, str]]) -> HttpRequest:
    body = urlencode(fields).encode()
    return HttpRequest("POST", url, {"content-type": "application/x-www-form-urlencoded"}, body)


def _address(recipient: Handle | None) -> str:
    """The recipient as Twilio writes it.

    Raises:
        SendRefused: it is no address of Twilio's.
    """
    if recipient is not None and recipient.scheme == "tel" and recipient.value.startswith("+"):
        return recipient.value
    if recipient is not None and recipient.scheme == "wa":
        return f"whatsapp:{recipient.value}"
    raise SendRefused("that is no telephone number in international form", reason="bad-address", connector="twilio")


def _sender(context: SendContext, settings: TwilioSettings, chat: bool) -> list[tuple[str, str]]:
    """Where it comes from: a messaging service, or our own number of that kind.

    Raises:
        SendRefused: the account has none.
    """
    if settings.messaging_service_sid and not chat:
        return [("MessagingServiceSid", settings.messaging_service_sid)]
    wanted = ("wa", "tel") if chat else ("tel",)
    own = [h for scheme in wanted for h in (context.sender, *settings.own) if h is not None and h.scheme == scheme]
    if not own:
        raise SendRefused("the account has no number of its own to send from", reason="no-account", connector="twilio",
                          hint="write own_handles or messaging_service_sid")  # fmt: skip
    return [("From", f"whatsapp:{own[0].value}" if chat else own[0].value)]


def _content(
    message: Outgoing, chat: bool, losses: list[Loss]
) -> tuple[list[str], list[str], list[tuple[str, str]] | None]:
    """Texts, addresses of files, and the fields of a template."""
    style = CHAT if chat else PLAIN
    texts: list[str] = []
    media: list[str] = []
    template: list[tuple[str, str]] | None = None
    for part in message.parts:
        if isinstance(part, Text):
            texts += say_texts([part], style, limit=TEXT_CHARS)
            losses += lost_looks([part], style)
        elif isinstance(part, Media):
            if not (part.ref or "").startswith("https://"):
                raise SendRefused(
                    "Twilio fetches files itself: it needs an https address", reason="not-supported",
                    connector="twilio", hint="publish the file and send its address",
                )  # fmt: skip
            media.append(part.ref or "")
            if part.caption:
                caption = Text(text=part.caption, format="markdown")
                texts += say_texts([caption], style, limit=TEXT_CHARS)
                losses += lost_looks([caption], style)
        elif isinstance(part, Template):
            values = {str(n): value for n, value in enumerate(part.parameters, 1)}
            template = [("ContentSid", part.name), ("ContentVariables", json.dumps(values, sort_keys=True))]
        else:
            texts.append(say_in_words(part))
            losses.append(Loss(what=part.type, how="degraded", detail="said in words"))
    if len(media) > MOST_MEDIA:
        raise SendRefused(f"Twilio takes at most {MOST_MEDIA} files a message", reason="too-large", connector="twilio")
    return [text for text in texts if text], media, template

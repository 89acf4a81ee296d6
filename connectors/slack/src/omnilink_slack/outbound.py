"""Outbound: a message as calls of Slack's Web API. Pure. https://docs.slack.dev/reference/methods"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from omnilink.errors import SendRefused
from omnilink.model import Action, ContactCard, Location, Loss, Media, Offer, Outgoing, Quoted, Template
from omnilink.plugin import HttpRequest, MediaFile, RenderPlan, SendContext, Step
from omnilink.plugin.formatting import say_caption, say_in_words, say_texts, shorten, shortened
from omnilink_slack.emoji import emoji_name
from omnilink_slack.manifest import CAPABILITIES
from omnilink_slack.settings import SlackSettings
from omnilink_slack.style import SLACK

TEXT_CHARS, SECTION_CHARS = CAPABILITIES.limit("text_chars"), CAPABILITIES.limit("section_chars")
LABEL_CHARS, VALUE_CHARS = CAPABILITIES.limit("choice_label_chars"), CAPABILITIES.limit("choice_value_chars")
MOST_BUTTONS, LARGEST_BYTES = CAPABILITIES.limit("choices"), CAPABILITIES.limit("media_bytes")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call goes: an installation, a channel (a user id opens the direct one), a message, a thread."""

    home: str
    channel: str
    ts: str | None = None
    thread: str | None = None


def find_place(quoted: Quoted) -> Place:
    """The channel, message and thread an earlier interaction is.

    Raises:
        SendRefused: Slack has not told its time stamp (yet).
    """
    for key in reversed(quoted.message_keys):
        parts = key.removeprefix("slack:").split("/")
        if key.startswith("slack:") and len(parts) == 3 and "." in parts[2]:
            home, channel, ts = parts
            threads = [k.split("/")[2] for k in quoted.conversation_keys if k.startswith(f"slack:{home}/{channel}/")]
            # In a direct message only what is in a thread already is answered there.
            thread = min(threads, default=None) or (None if channel.startswith("D") else ts)
            return Place(home, channel, ts, thread)
    raise SendRefused("Slack has given that message no time stamp yet", reason="not-supported", connector="slack")


def find_posts(quoted: Quoted) -> list[str]:
    """The time stamps of every message an earlier interaction is: a long one left in pieces."""
    names = [key.split("/") for key in quoted.message_keys if key.startswith("slack:")]
    return [name[2] for name in names if len(name) == 3 and name[1] != "file" and "." in name[2]]


def find_files(quoted: Quoted) -> list[str]:
    """The ids of the files an earlier interaction of ours is."""
    names = [key.split("/") for key in quoted.message_keys if key.startswith("slack:")]
    return [name[2] for name in names if len(name) == 3 and name[1] == "file"]


def render_message(message: Outgoing, context: SendContext, settings: SlackSettings) -> RenderPlan:
    """A message as calls.

    Raises:
        SendRefused: it cannot be said here.
    """
    recipient = context.recipient
    if message.target is not None:
        gone = message.action is Action.DELETE and find_files(message.target)
        place = Place("", "") if gone and not find_posts(message.target) else find_place(message.target)
    elif recipient is not None and recipient.scheme == "slack":
        place = Place(recipient.scope, recipient.raw)
    else:
        raise SendRefused("that is no Slack user", reason="bad-address", connector="slack")
    writer = _Writer(context, settings, place)
    if message.action is Action.SEND:
        writer.write(message)
    else:
        writer.change(message)
    return writer.plan()


@dataclass(slots=True)
class _Writer:
    """Collects the calls of one message."""

    context: SendContext
    settings: SlackSettings
    place: Place
    steps: list[Step] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)

    def change(self, message: Outgoing) -> None:
        """An edit, a deletion or a reaction."""
        at = {"channel": self.place.channel}
        pieces_sent = find_posts(message.target) if message.target else []
        files = find_files(message.target) if message.target else []
        if message.action is Action.DELETE:
            for ts in pieces_sent:
                self._call("chat.delete", {**at, "ts": ts}, delivers=False)
            for file in files:
                self._call("files.delete", {"file": file}, delivers=False)
        elif message.action is Action.EDIT and len(pieces_sent) > 1:
            raise SendRefused("a message that left in pieces cannot be edited", reason="not-supported",
                              connector="slack", hint="delete it and send it anew")  # fmt: skip
        elif message.action is Action.REACT:
            name = emoji_name(message.reaction) if message.reaction else None
            if name is None:
                raise SendRefused("Slack has no name for that reaction", reason="not-supported", connector="slack")
            self._call("reactions.add", {**at, "timestamp": self.place.ts, "name": name}, delivers=False)
        else:
            pieces = say_texts(message.parts, SLACK, limit=TEXT_CHARS)
            if len(pieces) != 1:
                raise SendRefused("an edit is one text", reason="too-large", connector="slack")
            self._call("chat.update", {**at, "ts": self.place.ts, "text": pieces[0]}, delivers=False)

    def write(self, message: Outgoing) -> None:
        """Something new."""
        if message.quoted is not None:
            try:
                self.place = find_place(message.quoted)
            except SendRefused:
                self.losses.append(Loss(what="reply", how="dropped", detail="the quoted message has no Slack id"))
        if message.subject:
            self.losses.append(Loss(what="subject", how="dropped"))
        offer = next((p for p in message.parts if isinstance(p, Offer)), None)
        # A section, which buttons stand below, is shorter than a text.
        pieces = say_texts(message.parts, SLACK, limit=SECTION_CHARS if offer else TEXT_CHARS)
        if offer is not None:
            pieces = pieces or [SLACK.escape(offer.title or "…")]
            self.losses += shortened("offer", (o.label for o in offer.options), LABEL_CHARS, "a button's label is cut")
            if any(option.description for option in offer.options):
                self.losses.append(Loss(what="offer", how="degraded", detail="descriptions are not shown"))
        if len(pieces) > 1:
            self.losses.append(Loss(what="text", how="split", count=len(pieces)))
        for n, piece in enumerate(pieces):
            last = offer is not None and n == len(pieces) - 1
            self._post({"text": piece, **(_blocks(piece, offer) if last and offer else {})})
        for part in message.parts:
            if isinstance(part, Media):
                self._media(part)
            elif isinstance(part, Location | ContactCard):
                self._post({"text": SLACK.escape(say_in_words(part))})
                self.losses.append(Loss(what=part.type, how="degraded", detail="said in words"))
            elif isinstance(part, Template):
                raise SendRefused("Slack has no templates", reason="not-supported", connector="slack")
        if not self.steps:
            raise SendRefused("there is nothing to send", reason="empty", connector="slack")

    def plan(self) -> RenderPlan:
        """Everything collected, and the thread it will be in."""
        place = self.place
        keys: tuple[str, ...] = ()
        if place.thread:
            keys = (f"slack:{place.home}/{place.channel}/{place.thread}",)
        if place.channel.startswith("D"):
            keys = (f"slack:{place.home}/{place.channel}", *keys)
        return RenderPlan(tuple(self.steps), tuple(self.losses), conversation_keys=keys)

    def _post(self, content: Mapping[str, Any]) -> None:
        thread = {"thread_ts": self.place.thread} if self.place.thread else {}
        # client_msg_id would let Slack recognise a repetition, but only for users' own clients.
        self._call("chat.postMessage", {"channel": self.place.channel, **thread, "unfurl_links": False, **content})

    def _call(self, method: str, fields: Mapping[str, Any], *, delivers: bool = True) -> None:
        request = _json_request(f"{self.settings.api_url}/{method}", fields)
        self.steps.append(Step(self._name(method), lambda done: request, delivers=delivers))

    def _name(self, method: str) -> str:
        # An answer does not tell the installation, which is part of every key: the step's name does.
        return f"{len(self.steps)}:{method}:{self.place.home}"

    def _media(self, part: Media) -> None:
        """https://docs.slack.dev/messaging/working-with-files#upload"""
        file = self.context.media.get(part.ref or "")
        caption, cut = say_caption(part.caption, SLACK, limit=TEXT_CHARS)
        self.losses += cut
        if file is None:
            if not (part.ref or "").startswith("https://"):
                raise SendRefused("a file to send has no bytes and no https address", reason="not-supported",
                                  connector="slack")  # fmt: skip
            self._post({"text": f"{caption}\n<{SLACK.escape_url(part.ref or '')}>".strip()})
            self.losses.append(Loss(what="media", how="degraded", detail="sent as a link"))
            return
        if len(file.content) > LARGEST_BYTES:
            raise SendRefused("Slack takes no file of that size", reason="too-large", connector="slack")
        self._upload(file, caption)

    def _upload(self, file: MediaFile, caption: str) -> None:
        asked = _form_request(
            f"{self.settings.api_url}/files.getUploadURLExternal",
            {"filename": file.filename, "length": str(len(file.content))},
        )
        first = self._name("files.getUploadURLExternal")
        self.steps.append(Step(first, lambda done: asked, delivers=False, repeatable=True))

        def put(done: Mapping[str, str]) -> HttpRequest:
            url = done[first].partition(" ")[2]
            return HttpRequest("POST", url, {"content-type": "application/octet-stream"}, file.content)

        self.steps.append(Step(self._name("upload"), put, delivers=False, repeatable=True))
        place = self.place

        def complete(done: Mapping[str, str]) -> HttpRequest:
            fields: dict[str, Any] = {
                "files": [{"id": done[first].partition(" ")[0], "title": file.filename}], "channel_id": place.channel,
            }  # fmt: skip
            if caption:
                fields["initial_comment"] = caption
            if place.thread:
                fields["thread_ts"] = place.thread
            return _json_request(f"{self.settings.api_url}/files.completeUploadExternal", fields)

        self.steps.append(Step(self._name("files.completeUploadExternal"), complete))


def _json_request(url: str, fields: Mapping[str, Any]) -> HttpRequest:
    return HttpRequest("POST", url, {"content-type": "application/json; charset=utf-8"}, json.dumps(fields).encode())


def _form_request(url: str, fields: Mapping[str, str]) -> HttpRequest:
    return HttpRequest("POST", url, {"content-type": "application/x-www-form-urlencoded"}, urlencode(fields).encode())


def _blocks(text: str, offer: Offer) -> dict[str, Any]:
    """The text with buttons below it."""
    if len(offer.options) > MOST_BUTTONS or any(len(o.value) > VALUE_CHARS for o in offer.options):
        raise SendRefused(
            f"Slack takes at most {MOST_BUTTONS} choices, each value of {VALUE_CHARS} characters",
            reason="too-large", connector="slack",
        )  # fmt: skip
    buttons = [
        {"type": "button", "action_id": f"choice-{n}", "value": o.value,
         "text": {"type": "plain_text", "text": shorten(o.label, LABEL_CHARS), "emoji": True}}
        for n, o in enumerate(offer.options)
    ]  # fmt: skip
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return {"blocks": [section, {"type": "actions", "elements": buttons}]}

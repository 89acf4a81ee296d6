"""Town SMS, an (invented) gateway. It signs webhooks: X-TownSms-Signature = HMAC-SHA256(key, timestamp.body)."""

import hmac
import json

from pydantic import AwareDatetime, BaseModel, Field

from omnilink import errors, model, plugin
from omnilink.plugin.formatting import PLAIN, lost, parse_markdown, plain, split_text

API, WINDOW_S, TEXT_CHARS, FULL = "https://api.townsms.example/", 300, 1600, plugin.Level.FULL


class Item(BaseModel):  # what the gateway posts
    type: str
    id: str
    sender: str = Field(alias="from")
    to: str
    at: AwareDatetime
    text: str | None = None
    status: str | None = None


class TownSms:
    manifest = plugin.Manifest(
        name="townsms", title="Town SMS gateway", channels=("sms",), version="1", schemes=("tel",),
        settings=(plugin.Setting("key", "Signs and sends.", secret=True, required=True, example="env:TOWNSMS_KEY"),),
    )  # fmt: skip
    capabilities = plugin.Capabilities(
        receive={"text": FULL, "receipt": FULL}, send={"text": FULL}, reaches=("tel",),
        limits={"text_chars": TEXT_CHARS}, redelivers=True, opt_out_keywords=True,
    )  # fmt: skip

    def __init__(self, settings: plugin.ConnectorSettings) -> None: ...

    def handshake(self, request, secrets, now) -> None: ...

    def verify(self, request, secrets, now, keys) -> plugin.Verified | plugin.Rejected:
        given, at = request.header("x-townsms-signature"), request.header("x-townsms-timestamp")
        if not (given and at and at.isascii() and at.isdigit() and abs(now.timestamp() - int(at[:11])) <= WINDOW_S):
            return plugin.Rejected("unsigned-or-old")
        for key in (secret.reveal().encode() for secret in secrets.get("key", ())):
            right = hmac.new(key, f"{at}.".encode() + request.body, "sha256").hexdigest()
            if key.strip() and hmac.compare_digest(right.encode(), given.encode("utf-8", "replace")):
                return plugin.Verified(replay_key=given)
        return plugin.Rejected("wrong-signature")

    def parse(self, envelope: model.Envelope) -> list[model.Event]:
        try:
            item = Item.model_validate_json(envelope.body)
            town, writer = model.Handle.of("tel", item.to), model.Handle.of("tel", item.sender)
            key, lane = f"{item.type}:{item.id}:{item.status}", f"townsms:{item.to}/{item.sender}"
            same = {"event_key": key, "lane_key": lane, "occurred_at": item.at}
            if item.type == "text":
                seats = {model.Role.AUTHOR: writer, model.Role.TO: town}
                people = tuple(model.Participant(role=r, handle=h, own=h is town) for r, h in seats.items())
                same |= {"message_key": f"townsms:{item.id}", "conversation_keys": (lane,)}
                return [model.MessageReceived(**same, participants=people, parts=(model.Text(text=item.text),))]
            if item.type == "receipt":
                return [model.DeliveryUpdated(**same, target_key=f"townsms:{item.id}", status=item.status)]
            if item.type == "stop":
                return [model.OptOutReceived(**same, handle=writer, sender=town, keyword=item.text)]
            return [model.Ignored(**same, reason="unknown-type", what="unsupported")]
        except ValueError:  # it waits in quarantine; the reason is a code, never content
            return [model.Unparsed(event_key=envelope.sha256, lane_key=envelope.sha256, reason="unreadable")]

    def render(self, message: model.Outgoing, context: plugin.SendContext) -> plugin.RenderPlan:
        texts = [part for part in message.parts if isinstance(part, model.Text)]
        blocks = {part.text: parse_markdown(part.text) for part in texts if part.format == "markdown"}
        pieces = split_text("\n\n".join(plain(blocks.get(p.text, ())) or p.text for p in texts), TEXT_CHARS)
        if message.action is not model.Action.SEND or not pieces or context.recipient is None:
            raise errors.SendRefused("the gateway sends texts and nothing else", reason="not-supported")
        gone = ["subject"] * bool(message.subject) + ["reply"] * bool(message.quoted)
        gone += [p.type for p in message.parts if p not in texts] + [x for b in blocks.values() for x in lost(b, PLAIN)]
        losses, steps = [model.Loss(what=what, how="dropped") for what in gone], ()
        losses += [model.Loss(what="text", how="split")] * (len(pieces) > 1)
        for n, piece in enumerate(pieces):  # `ref` makes a repetition harmless: the gateway sends each one once
            body = json.dumps({"to": context.recipient.raw, "ref": f"{context.item}/{n}", "text": piece}).encode()
            request = plugin.HttpRequest("POST", f"{API}v1/texts", {"content-type": "application/json"}, body)
            steps += (plugin.Step(f"text-{n}", lambda _, request=request: request, repeatable=True),)
        return plugin.RenderPlan(steps, tuple(losses))

    def outcome(self, step: plugin.Step, answer: plugin.Answer) -> plugin.Outcome:
        if isinstance(answer, plugin.HttpAnswer) and answer.status == 403 and b'"stopped"' in answer.body:
            return plugin.Declined("opted-out", "stopped")
        return plugin.read_outcome(answer, lambda a: plugin.Accepted((f"townsms:{json.loads(a.body)['id'] + ''}",)))

    def authorise(self, request: plugin.HttpRequest, secrets: plugin.Secrets, now) -> plugin.HttpRequest:
        if not request.url.startswith(API):
            raise errors.ConfigError("the key is for the gateway alone", connector="townsms")
        headers = {**request.headers, "authorization": f"Bearer {secrets['key'][0].reveal()}"}
        return plugin.HttpRequest(request.method, request.url, headers, request.body)

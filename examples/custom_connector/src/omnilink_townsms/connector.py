"""Town SMS: texts and receipts of an (invented) SMS gateway.

The gateway posts JSON, signed: X-TownSms-Signature = hex HMAC-SHA256(key, timestamp + "." + body).
"""

import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import ClassVar

from omnilink import model, plugin

WINDOW_S = 300


class TownSms:
    """One account at the gateway."""

    manifest: ClassVar[plugin.Manifest] = plugin.Manifest(
        name="townsms",
        title="Town SMS gateway",
        channels=("sms",),
        version="1",
        settings=(plugin.Setting("key", "Signs webhooks.", secret=True, required=True, example="env:TOWNSMS_KEY"),),
        schemes=("tel",),
    )
    capabilities: ClassVar[plugin.Capabilities] = plugin.Capabilities(
        receive={"text": plugin.Level.FULL, "receipt": plugin.Level.FULL}, redelivers=True
    )

    def __init__(self, settings: plugin.ConnectorSettings) -> None:
        self._account = settings.account

    def handshake(
        self, request: plugin.RawRequest, secrets: plugin.Secrets, now: datetime
    ) -> plugin.WebhookResponse | None:
        return None  # this gateway asks no set-up question

    def verify(
        self, request: plugin.RawRequest, secrets: plugin.Secrets, now: datetime, keys: plugin.Keys
    ) -> plugin.Verified | plugin.Rejected:
        given, sent_at = request.header("x-townsms-signature"), request.header("x-townsms-timestamp")
        if not given or not sent_at or not (sent_at.isascii() and sent_at.isdigit() and len(sent_at) <= 10):
            return plugin.Rejected("unsigned")
        if abs(now.timestamp() - int(sent_at)) > WINDOW_S:
            return plugin.Rejected("too-old")
        for secret in secrets.get("key", ()):
            signed = hmac.new(secret.reveal().encode(), f"{sent_at}.".encode() + request.body, hashlib.sha256)
            if hmac.compare_digest(signed.hexdigest().encode(), given.encode("utf-8", "replace")):
                return plugin.Verified(replay_key=given)
        return plugin.Rejected("wrong-signature")

    def parse(self, envelope: model.Envelope) -> list[model.Event]:
        try:
            return [_read(json.loads(envelope.body))]
        except (ValueError, OverflowError, RecursionError):  # pydantic's errors are ValueErrors
            # What cannot be read waits in quarantine. The reason is a code, never content.
            key = f"unreadable:{envelope.sha256}"
            return [model.Unparsed(event_key=key, lane_key=key, reason="unreadable")]


def _read(item: object) -> model.Event:
    kind, message_id, sender, recipient = (_text(item, name) for name in ("type", "id", "from", "to"))
    at = datetime.fromisoformat(_text(item, "at")).astimezone(UTC)
    refs = model.NativeRefs(message_id=message_id, sender_id=sender, recipient_id=recipient)
    key, lane, message_key = f"{kind}:{message_id}", f"{recipient}/{sender}", f"townsms:{message_id}"
    if kind == "text":
        author = model.Participant(role=model.Role.AUTHOR, handle=model.Handle.of("tel", sender))
        town = model.Participant(role=model.Role.TO, handle=model.Handle.of("tel", recipient), own=True)
        return model.MessageReceived(
            event_key=key, lane_key=lane, occurred_at=at, refs=refs, message_key=message_key,
            conversation_keys=(f"townsms:{lane}",), participants=(author, town),
            parts=(model.Text(text=_text(item, "text")),),
        )  # fmt: skip
    if kind == "receipt":
        status = _text(item, "status")
        return model.DeliveryUpdated(
            event_key=f"{key}:{status}", lane_key=lane, occurred_at=at, refs=refs, target_key=message_key, status=status
        )
    return model.Ignored(event_key=key, lane_key=lane, occurred_at=at, refs=refs, reason="type", what="unsupported")


def _text(item: object, name: str) -> str:
    value = item.get(name) if isinstance(item, dict) else None
    if not isinstance(value, str):
        raise ValueError("not a text")
    return value.replace("\x00", "")

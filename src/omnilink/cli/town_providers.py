"""The demo town's providers: they make and sign webhooks as Twilio, Meta and Slack do, from their documentation.

Written apart from the connectors on purpose: what a connector accepts here was not signed by itself.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from random import Random
from urllib.parse import urlencode

from omnilink.plugin.webhook import RawRequest


def _post(url: str, content_type: str, body: bytes, headers: Mapping[str, str]) -> RawRequest:
    return RawRequest.of("POST", url, {"Content-Type": content_type, **headers}, body)


class Twilio:
    """Sends form posts signed over URL and fields (https://www.twilio.com/docs/usage/security).

    Args:
        url: the webhook's public URL.
        auth_token: the account's.
        number: the town's number.
        random: where Sids come from.
    """

    def __init__(self, url: str, auth_token: str, number: str, random: Random) -> None:
        self._url, self._token, self._number, self._random = url, auth_token, number, random
        self._account = self.new_sid("AC")

    def new_sid(self, prefix: str) -> str:
        """A Sid: two letters and 32 hex digits."""
        return f"{prefix}{self._random.getrandbits(128):032x}"

    def post(self, fields: Mapping[str, str]) -> RawRequest:
        """A signed request with these fields."""
        fields = {"AccountSid": self._account, **fields}
        signed = self._url + "".join(name + fields[name] for name in sorted(fields))
        mac = hmac.new(self._token.encode(), signed.encode(), hashlib.sha1)
        signature = base64.b64encode(mac.digest()).decode()
        body = urlencode(fields).encode()
        return _post(self._url, "application/x-www-form-urlencoded", body, {"X-Twilio-Signature": signature})

    def sms(self, sender: str, text: str) -> RawRequest:
        """A text message to the town."""
        sid = self.new_sid("SM")
        to = self._number
        return self.post({"MessageSid": sid, "SmsStatus": "received", "From": sender, "To": to, "Body": text})

    def call(self, sid: str, caller: str, status: str, **fields: str) -> RawRequest:
        """One callback about a call to the town; `StatedName` is what the town's own call flow passes on."""
        return self.post(
            {"CallSid": sid, "From": caller, "To": self._number, "Direction": "inbound", "CallStatus": status, **fields}
        )


class WhatsApp:
    """Sends JSON signed with the app secret (https://developers.facebook.com/docs/graph-api/webhooks/getting-started).

    Args:
        url: the webhook's public URL.
        app_secret: the Meta app's.
        number: the town's WhatsApp number.
        random: where message ids come from.
    """

    business, number_id = "100200300400500", "100200300400501"

    def __init__(self, url: str, app_secret: str, number: str, random: Random) -> None:
        self._url, self._secret, self._number, self._random = url, app_secret, number, random

    def new_id(self) -> str:
        """A message id."""
        return f"wamid.{base64.b64encode(self._random.randbytes(24)).decode()}"

    def post_bytes(self, body: bytes) -> RawRequest:
        """A signed request with exactly this body."""
        signature = hmac.new(self._secret.encode(), body, hashlib.sha256).hexdigest()
        return _post(self._url, "application/json", body, {"X-Hub-Signature-256": f"sha256={signature}"})

    def post(self, field: str, **value: object) -> RawRequest:
        """A signed request with one change."""
        metadata = {"display_phone_number": self._number.removeprefix("+"), "phone_number_id": self.number_id}
        change = {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
        payload = {"object": "whatsapp_business_account", "entry": [{"id": self.business, "changes": [change]}]}
        return self.post_bytes(json.dumps(payload).encode())

    def message(
        self, at: datetime, message_id: str, *, user_id: str, name: str, number: str | None = None, **content: object
    ) -> RawRequest:
        """Something a citizen wrote or did; without `number`, as from a user who hides it behind a username."""
        contact: dict[str, object] = {"profile": {"name": name}, "user_id": user_id}
        message: dict[str, object] = {"id": message_id, "timestamp": _seconds(at), "from_user_id": user_id, **content}
        if number is not None:
            contact["wa_id"] = message["from"] = number.removeprefix("+")
        return self.post("messages", contacts=[contact], messages=[message])

    def echo(self, at: datetime, message_id: str, to: str, text: str) -> RawRequest:
        """What an official wrote in the WhatsApp Business app."""
        message = {
            "id": message_id, "timestamp": _seconds(at), "from": self._number.removeprefix("+"),
            "to": to.removeprefix("+"), "type": "text", "text": {"body": text},
        }  # fmt: skip
        return self.post("smb_message_echoes", message_echoes=[message])

    def receipt(self, at: datetime, message_id: str, to: str, status: str) -> RawRequest:
        """What became of a message of the town's."""
        receipt = {"id": message_id, "timestamp": _seconds(at), "recipient_id": to.removeprefix("+"), "status": status}
        return self.post("messages", statuses=[receipt])


class Slack:
    """Sends events signed with the signing secret (https://docs.slack.dev/authentication/verifying-requests-from-slack).

    Args:
        url: the webhook's public URL.
        signing_secret: the app's.
    """

    team, bot, app, channel = "T0RIBERA", "U0TOWNBOT", "A0TOWNAPP", "C0LIGHTS"

    def __init__(self, url: str, signing_secret: str) -> None:
        self._url, self._secret = url, signing_secret

    def post(self, at: datetime, event_id: str, event: Mapping[str, object]) -> RawRequest:
        """A signed request with one event."""
        payload = {
            "type": "event_callback", "team_id": self.team, "api_app_id": self.app, "event_id": event_id,
            "event_time": int(at.timestamp()), "event": {"channel": self.channel, "channel_type": "channel", **event},
            "authorizations": [{"team_id": self.team, "user_id": self.bot, "is_bot": True}],
        }  # fmt: skip
        body, timestamp = json.dumps(payload).encode(), _seconds(at)
        mac = hmac.new(self._secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
        headers = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={mac.hexdigest()}"}
        return _post(self._url, "application/json", body, headers)


def _seconds(at: datetime) -> str:
    return str(int(at.timestamp()))

"""A WhatsApp Cloud API in this process: takes messages and media, tells receipts by signed webhooks.

https://developers.facebook.com/docs/whatsapp/cloud-api/reference/messages
"""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from omnilink.plugin.sending import HttpAnswer, HttpRequest
from omnilink.plugin.webhook import RawRequest
from omnilink.testing.fakes.descriptions import ApiDescription
from omnilink.testing.fakes.provider import FakeProvider, json_answer, route


class _CloudApi(ApiDescription):
    """Meta's description. Of an upload it says that the file is text, which no file in a form is."""

    def check_request(self, request: HttpRequest) -> str:
        """What is wrong with a request; empty when it fits."""
        problem = super().check_request(request)
        return "" if problem == "file: type" and request.url.endswith("/media") else problem


class FakeWhatsApp(FakeProvider):
    """One business number.

    Args:
        app_secret: signs the webhooks.
        number_id: its `phone_number_id`; `waba_id` the business account's.
        url: the webhook's public address.
        options: as of `FakeProvider`.

    Attributes:
        sent: the messages taken, as JSON, by wamid.
        statuses: what is told of each message taken, in this order.
    """

    hosts: ClassVar = frozenset({"graph.facebook.com"})
    file_hosts: ClassVar = frozenset({"lookaside.fbsbx.com"})
    description: ClassVar = "whatsapp/business-messaging-api_v23.0.yaml"

    def __init__(
        self, *, app_secret: str, number_id: str = "106540352242922", waba_id: str = "102290129340398",
        url: str = "https://hooks.town.example/hooks/chat", **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(**options)
        self._secret, self._number_id, self._waba_id, self._url = app_secret.encode(), number_id, waba_id, url
        self.sent: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self._types: dict[str, str] = {}
        self.statuses = ["sent", "delivered", "read"]

    def read_description(self, specs: Path) -> ApiDescription:
        """Meta's description of the Cloud API."""
        return _CloudApi.read(specs / self.description)

    @route("POST", "/v23.0/{number}/messages")
    def take_message(self, request: HttpRequest, number: str) -> HttpAnswer:
        """A message, or an error as the API words it."""
        if number != self._number_id or not request.headers.get("authorization", "").startswith("Bearer "):
            return _error(401, 190, "Invalid OAuth access token")
        message = json.loads(request.body)
        wamid = f"wamid.FAKE{len(self.sent) + 1:04}"
        self.sent[wamid] = message
        to = message.get("to") or message.get("recipient")
        for status in self.statuses:
            self.tell(statuses=[self._status(wamid, status, to)])
        contact = {"input": to, **({"wa_id": to} if "to" in message else {"user_id": to})}
        return json_answer(
            200, {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": wamid}]}
        )  # fmt: skip

    @route("POST", "/v23.0/{number}/media")
    def take_media(self, request: HttpRequest, number: str) -> HttpAnswer:
        """A file; it is kept under its id."""
        media_id = f"{1000 + len(self.files)}"
        self.files[media_id] = request.body
        return json_answer(200, {"id": media_id})

    def keep_file(self, content: bytes, mime_type: str) -> str:
        """A file of a message: its id."""
        media_id = f"{1000 + len(self.files)}"
        self.files[media_id] = content
        self._types[media_id] = mime_type
        return media_id

    @route("GET", "/v23.0/{media}")
    def give_address(self, request: HttpRequest, media: str) -> HttpAnswer:
        """Where a file lies."""
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return _error(401, 190, "Invalid OAuth access token")
        if media not in self._types:
            return _error(400, 100, "Unsupported get request")
        content = self.files[media]
        address = f"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid={media}&ext=1700000300&hash=x"
        return json_answer(
            200,
            {
                "messaging_product": "whatsapp", "url": address, "mime_type": self._types[media],
                "sha256": hashlib.sha256(content).hexdigest(), "file_size": f"{len(content)}", "id": media,
            },
        )  # fmt: skip

    @route("GET", "/whatsapp_business/attachments/")
    def give_bytes(self, request: HttpRequest) -> HttpAnswer:
        """A file, to who shows the token once more."""
        if not request.headers.get("authorization", "").startswith("Bearer "):
            return HttpAnswer(401)
        media = dict(parse_qsl(urlsplit(request.url).query)).get("mid", "")
        return HttpAnswer(200, {"content-type": self._types[media]}, self.files[media])

    def say(self, text: str, *, who: str = "34600111222", name: str = "Ana", message_id: str | None = None) -> None:
        """Somebody writes to the number."""
        message = {
            "from": who, "id": message_id or f"wamid.IN{len(self.webhooks) + len(self.sent)}",
            "timestamp": f"{int(self.clock().timestamp())}", "type": "text", "text": {"body": text},
        }  # fmt: skip
        self.tell(contacts=[{"profile": {"name": name}, "wa_id": who}], messages=[message])

    def tell(self, **value: Any) -> None:
        """Queues one webhook, signed."""
        metadata = {"display_phone_number": "15550783881", "phone_number_id": self._number_id}
        change = {"field": "messages", "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
        entry = {"id": self._waba_id, "changes": [change]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        signature = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        self.emit(RawRequest.of("POST", self._url, {"X-Hub-Signature-256": f"sha256={signature}"}, body))

    def _status(self, wamid: str, status: str, to: str) -> dict[str, Any]:
        return {
            "id": wamid, "status": status, "timestamp": f"{int(self.clock().timestamp())}", "recipient_id": to,
        }  # fmt: skip


def _error(status: int, code: int, message: str) -> HttpAnswer:
    return json_answer(status, {"error": {"message": message, "type": "OAuthException", "code": code}})

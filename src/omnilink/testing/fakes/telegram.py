"""A Telegram Bot API in this process: one bot, its chats and messages. https://core.telegram.org/bots/api"""

import hmac
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from omnilink.plugin.sending import HttpAnswer, HttpRequest
from omnilink.plugin.webhook import RawRequest
from omnilink.testing.fakes.provider import FakeProvider, json_answer, route

_FIELD = re.compile(
    rb'form-data; name="([^"]+)"(?:; filename="[^"]*"\r\nContent-Type: [^\r]+)?\r\n\r\n(.*?)\r\n--', re.S
)


class BotMethods:
    """The methods of the Bot API, read from a JSON description: which there are and what each needs.

    Args:
        methods: name → its fields, each with `name` and `required`.
    """

    def __init__(self, methods: Mapping[str, Any]) -> None:
        self._methods = methods

    def check_request(self, request: HttpRequest) -> str:
        """What is wrong with a request; empty when it fits."""
        name = urlsplit(request.url).path.rpartition("/")[2]
        if name not in self._methods:
            return f"no such method: {name}"
        known = {field["name"]: field["required"] for field in self._methods[name].get("fields", ())}
        given = set(read_fields(request))
        wrong = [f"unknown field {field}" for field in sorted(given - set(known))]
        missing = [f"missing field {field}" for field, required in known.items() if required and field not in given]
        return "; ".join(wrong + missing)

    def check_answer(self, request: HttpRequest, answer: HttpAnswer) -> str:
        """Every answer says whether it is `ok`."""
        return "" if "ok" in json.loads(answer.body) else "no `ok`"


def read_fields(request: HttpRequest) -> dict[str, Any]:
    """The fields of a call: JSON, a form, or a query."""
    if request.method == "GET":
        return dict(parse_qsl(urlsplit(request.url).query))
    if request.headers.get("content-type", "").startswith("multipart/"):
        return {name.decode(): value for name, value in _FIELD.findall(request.body)}
    fields: dict[str, Any] = json.loads(request.body)
    return fields


class FakeTelegram(FakeProvider):
    """One bot.

    Args:
        token: the bot's; `secret_token` comes with every webhook.
        url: the webhook's public address.
        options: as of `FakeProvider`.

    Attributes:
        sent: (method, fields) of every call that was done.
        updates: what `getUpdates` hands out, while nobody has confirmed it.
    """

    hosts: ClassVar = frozenset({"api.telegram.org"})

    def __init__(
        self, *, token: str, secret_token: str = "", url: str = "https://hooks.town.example/hooks/bot", **options: Any
    ) -> None:
        super().__init__(**options)
        self._token, self._secret, self._url = token, secret_token, url
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.updates: list[dict[str, Any]] = []
        self._files: dict[str, HttpAnswer] = {}
        self._ids = 100

    def read_description(self, specs: Path) -> Any:
        """The methods of the description in JSON."""
        return BotMethods(json.loads((specs / "telegram/api.json").read_text(encoding="utf-8"))["methods"])

    @route("POST", "/bot{token}/{method}")
    def call(self, request: HttpRequest, token: str, method: str) -> HttpAnswer:
        """Any method."""
        if not hmac.compare_digest(token, self._token):
            return json_answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        fields = read_fields(request)
        if method == "getUpdates":
            self.updates = [u for u in self.updates if u["update_id"] >= fields.get("offset", 0)]
            return json_answer(200, {"ok": True, "result": self.updates})
        self.sent.append((method, fields))
        if method in ("deleteMessage", "setMessageReaction"):
            return json_answer(200, {"ok": True, "result": True})
        self._ids += 1
        number = fields.get("message_id", self._ids)
        chat = int(fields["chat_id"])
        kind = "private" if chat > 0 else "supergroup"
        result = {
            "message_id": number, "date": int(self.clock().timestamp()), "chat": {"id": chat, "type": kind},
            "text": "" if isinstance(fields.get("text"), bytes) else fields.get("text", ""),
        }  # fmt: skip
        return json_answer(200, {"ok": True, "result": result})

    def is_described(self, request: HttpRequest) -> bool:
        """The files themselves are not."""
        return super().is_described(request) and not urlsplit(request.url).path.startswith("/file/")

    def keep_file(self, content: bytes, mime_type: str) -> str:
        """A file of a message: its `file_id`."""
        ident = f"AgACAgQ{len(self._files):04}"
        self._files[ident] = HttpAnswer(200, {"content-type": mime_type}, content)
        return ident

    @route("GET", "/bot{token}/getFile")
    def tell_file(self, request: HttpRequest, token: str) -> HttpAnswer:
        """Where a file lies."""
        ident = read_fields(request).get("file_id", "")
        if not hmac.compare_digest(token, self._token):
            return json_answer(401, {"ok": False, "error_code": 401, "description": "Unauthorized"})
        if ident not in self._files:
            return json_answer(400, {"ok": False, "error_code": 400, "description": "Bad Request: invalid file_id"})
        result = {"file_id": ident, "file_unique_id": ident, "file_path": f"photos/{ident}.png"}
        return json_answer(200, {"ok": True, "result": result})

    @route("GET", "/file/bot{token}/photos/{name}")
    def give_bytes(self, request: HttpRequest, token: str, name: str) -> HttpAnswer:
        """A file."""
        known = hmac.compare_digest(token, self._token)
        return self._files.get(name.removesuffix(".png"), HttpAnswer(404)) if known else HttpAnswer(404)

    def say(self, text: str, *, who: int = 4242, name: str = "Ana", poll: bool = False) -> None:
        """Somebody writes to the bot; told by webhook, or kept for `getUpdates`."""
        self._ids += 1
        user = {"id": who, "is_bot": False, "first_name": name}
        message = {
            "message_id": self._ids, "date": int(self.clock().timestamp()), "from": user,
            "chat": {"id": who, "type": "private", "first_name": name}, "text": text,
        }  # fmt: skip
        update = {"update_id": 9000 + self._ids, "message": message}
        if poll:
            self.updates.append(update)
        else:
            headers = {"X-Telegram-Bot-Api-Secret-Token": self._secret, "Content-Type": "application/json"}
            self.emit(RawRequest.of("POST", self._url, headers, json.dumps(update).encode()))

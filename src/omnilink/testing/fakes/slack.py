"""A Slack workspace in this process: the Web API's posting, changing, reacting and uploading, and signed events.

https://docs.slack.dev/reference/methods
"""

import hashlib
import hmac
import json
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from omnilink.plugin.sending import HttpAnswer, HttpRequest
from omnilink.plugin.webhook import RawRequest
from omnilink.testing.fakes.provider import FakeProvider, json_answer, route

BOT_USER = "U0BOT"


class WebMethods:
    """The names of the Web API's methods, read from Slack's Swagger file: which there are.

    Slack describes GET with a query where clients POST JSON, so only the path is checked.
    """

    def __init__(self, paths: set[str]) -> None:
        self._paths = paths

    def check_request(self, request: HttpRequest) -> str:
        """What is wrong with a request; empty when it fits."""
        name = urlsplit(request.url).path.rpartition("/api")[2]
        newer = name in (
            "/files.getUploadURLExternal", "/files.completeUploadExternal", "/apps.connections.open",
        )  # fmt: skip
        known = name in self._paths or newer or "files.slack.com" in request.url
        return "" if known else f"no such method: {name}"

    def check_answer(self, request: HttpRequest, answer: HttpAnswer) -> str:
        """Every JSON answer says whether it is `ok`."""
        return "" if answer.body == b"OK" or "ok" in json.loads(answer.body) else "no `ok`"


class FakeSlack(FakeProvider):
    """One workspace with one app.

    Args:
        bot_token: the app's token; `signing_secret` signs its events.
        url: the events' public address.
        team: the workspace's id.
        options: as of `FakeProvider`.

    Attributes:
        sent: (method, fields) of every call that was done.
        files: uploaded bytes by file id.
    """

    hosts: ClassVar = frozenset({"slack.com", "files.slack.com"})

    def __init__(
        self, *, bot_token: str, signing_secret: str, url: str = "https://hooks.town.example/hooks/team",
        team: str = "T061EG9R6", **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(**options)
        self._token, self._secret, self._url, self._team = bot_token, signing_secret, url, team
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.files: dict[str, bytes] = {}
        self._posts: list[dict[str, Any]] = []
        self._kept: dict[str, HttpAnswer] = {}
        self._count = 0

    def read_description(self, specs: Path) -> Any:
        """The methods of Slack's description."""
        text = (specs / "slack/slack_web_openapi_v2_without_examples.json").read_text(encoding="utf-8")
        return WebMethods(set(json.loads(text)["paths"]))

    @route("POST", "/upload/v1/{ident}")
    def take_bytes(self, request: HttpRequest, ident: str) -> HttpAnswer:
        """The bytes of a file."""
        self.files[ident] = request.body
        return HttpAnswer(200, {"content-type": "text/plain"}, b"OK")

    @route("POST", "/api/{method}")
    def call(self, request: HttpRequest, method: str) -> HttpAnswer:
        """Any method."""
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return json_answer(200, {"ok": False, "error": "invalid_auth"})
        is_json = request.headers.get("content-type", "").startswith("application/json")
        fields: dict[str, Any] = json.loads(request.body) if is_json else dict(parse_qsl(request.body.decode()))
        self.sent.append((method, fields))
        self._count += 1
        if method == "files.getUploadURLExternal":
            ident = f"F{self._count:08}"
            return json_answer(
                200, {"ok": True, "upload_url": f"https://files.slack.com/upload/v1/{ident}", "file_id": ident}
            )
        if method == "chat.postMessage":
            channel = f"D{fields['channel'][1:]}" if fields["channel"].startswith("U") else fields["channel"]
            ts = f"1700000001.{self._count:06}"
            message = {"text": fields.get("text", ""), "ts": ts, "team": self._team}
            if "thread_ts" in fields:
                message["thread_ts"] = fields["thread_ts"]
            self._posts.append({**message, "channel": channel, "app_id": "A1"})
            return json_answer(200, {"ok": True, "channel": channel, "ts": ts, "message": message})
        if method == "files.completeUploadExternal":
            channel = fields["channel_id"]
            post = {
                "channel": f"D{channel[1:]}" if channel.startswith("U") else channel, "team": self._team,
                "ts": f"1700000001.{self._count:06}", "subtype": "file_share", "files": fields["files"],
                "text": fields.get("initial_comment", ""),
            }  # fmt: skip
            if "thread_ts" in fields:
                post["thread_ts"] = fields["thread_ts"]
            self._posts.append(post)
            return json_answer(200, {"ok": True, "files": fields["files"]})
        return json_answer(200, {"ok": True})

    def echo(self) -> None:
        """Tells the app of everything it has posted since the last time, as the Events API does."""
        for post in self._posts:
            kind = "im" if post["channel"].startswith("D") else "channel"
            event = {"type": "message", "channel_type": kind, "user": BOT_USER, "bot_id": "B1", "event_ts": post["ts"],
                     **post}  # fmt: skip
            self._tell(event)
        self._posts.clear()

    def is_described(self, request: HttpRequest) -> bool:
        """The files themselves are not."""
        return super().is_described(request) and "/files-pri/" not in request.url

    def keep_file(self, content: bytes, mime_type: str) -> str:
        """A file of a message: its id, as of a file Slack says nothing more about."""
        ident = f"F{len(self._kept) + 1:08}"
        self._kept[ident] = HttpAnswer(200, {"content-type": mime_type}, content)
        return ident

    @route("GET", "/api/files.info")
    def tell_file(self, request: HttpRequest) -> HttpAnswer:
        """Where a file lies."""
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return json_answer(200, {"ok": False, "error": "invalid_auth"})
        ident = dict(parse_qsl(urlsplit(request.url).query)).get("file", "")
        if ident not in self._kept:
            return json_answer(200, {"ok": False, "error": "file_not_found"})
        address = f"https://files.slack.com/files-pri/{self._team}-{ident}/download/file"
        return json_answer(200, {"ok": True, "file": {"id": ident, "url_private_download": address}})

    @route("GET", "/files-pri/{name}/download/file")
    def give_bytes(self, request: HttpRequest, name: str) -> HttpAnswer:
        """A file; the sign-in page to who shows no token."""
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return HttpAnswer(200, {"content-type": "text/html"}, b"<!DOCTYPE html><title>Sign in</title>")
        return self._kept.get(name.rpartition("-")[2], HttpAnswer(404))

    def say(self, text: str, *, who: str = "U2147483697", channel: str = "D2147483697", ts: str | None = None) -> None:
        """Somebody writes to the app, or in a channel it is in."""
        self._count += 1
        ts = ts or f"1700000000.{self._count:06}"
        kind = "im" if channel.startswith("D") else "channel"
        event = {
            "type": "message", "channel": channel, "channel_type": kind, "user": who, "text": text, "ts": ts,
            "event_ts": ts, "team": self._team,
        }  # fmt: skip
        self._tell(event)

    def _tell(self, event: dict[str, Any]) -> None:
        payload = {
            "type": "event_callback", "team_id": self._team, "api_app_id": "A1", "event_id": f"Ev{event['ts']}",
            "event_time": 1700000000, "event": event,
            "authorizations": [{"team_id": self._team, "user_id": BOT_USER, "is_bot": True}],
        }  # fmt: skip
        body, now = json.dumps(payload).encode(), f"{int(self.clock().timestamp())}"
        mac = hmac.new(self._secret.encode(), f"v0:{now}:".encode() + body, hashlib.sha256).hexdigest()
        headers = {
            "X-Slack-Request-Timestamp": now,
            "X-Slack-Signature": f"v0={mac}",
            "Content-Type": "application/json",
        }
        self.emit(RawRequest.of("POST", self._url, headers, body))

"""X's API in this process: posts and direct messages of one account. https://docs.x.com/x-api"""

import hashlib
import hmac
import json
from base64 import b64encode
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from omnilink.plugin.sending import HttpAnswer, HttpRequest
from omnilink.plugin.webhook import RawRequest
from omnilink.testing.fakes.provider import FakeProvider, json_answer, route

_SAID_MS = "1772442000000"


class FakeX(FakeProvider):
    """One account.

    Args:
        access_token: of its user.
        consumer_secret: signs what the Activity API's webhook is told (direct messages, and that they were read);
            without it nothing is told.
        url: the webhook's public address; `user` the account's id.
        options: as of `FakeProvider`.

    Attributes:
        posts: id → the post as it was asked for.
        messages: (participant, text) of every direct message.
        mentions: posts that mention the account, oldest first (see `mention`).
    """

    hosts: ClassVar = frozenset({"api.x.com"})
    file_hosts: ClassVar = frozenset({"pbs.twimg.com"})
    description: ClassVar = "x/openapi.json"

    def __init__(
        self, *, access_token: str, consumer_secret: str | None = None, url: str = "https://hooks.town.example/hooks/x",
        user: str = "1111", **options: Any,
    ) -> None:  # fmt: skip
        super().__init__(**options)
        self._token, self._secret, self._url, self._user = access_token, consumer_secret, url, user
        self.posts: dict[str, dict[str, Any]] = {}
        self.messages: list[tuple[str, str]] = []
        self._files: dict[str, HttpAnswer] = {}
        self.mentions: list[dict[str, Any]] = []

    @route("POST", "/2/tweets")
    def post(self, request: HttpRequest) -> HttpAnswer:
        """A post, or an answer to one."""
        if (refused := self._refusal(request)) is not None:
            return refused
        post = json.loads(request.body)
        ident = f"{1_900_000_000_000_000_000 + len(self.posts)}"
        self.posts[ident] = post
        return json_answer(201, {"data": {"id": ident, "text": post["text"]}})

    @route("DELETE", "/2/tweets/{ident}")
    def delete(self, request: HttpRequest, ident: str) -> HttpAnswer:
        """A post goes."""
        if (refused := self._refusal(request)) is not None:
            return refused
        self.posts.pop(ident, None)
        return json_answer(200, {"data": {"deleted": True}})

    @route("POST", "/2/dm_conversations/with/{user}/messages")
    def message(self, request: HttpRequest, user: str) -> HttpAnswer:
        """A direct message."""
        if (refused := self._refusal(request)) is not None:
            return refused
        self.messages.append((user, json.loads(request.body)["text"]))
        ident = f"{1_800_000_000_000_000_000 + len(self.messages)}"
        self._tell("dm.sent", "direct_message_events", self._message(ident, self._user, user, self.messages[-1][1]))
        read = {"created_timestamp": _SAID_MS, "sender_id": user, "target": {"recipient_id": self._user},
                "last_read_event_id": ident}  # fmt: skip
        self._tell("dm.read", "direct_message_mark_read_events", read)
        return json_answer(201, {"data": {"dm_conversation_id": f"{user}-{self._user}", "dm_event_id": ident}})

    def say(self, text: str, *, who: str = "4242") -> None:
        """Somebody writes the account a direct message."""
        ident = f"{1_700_000_000_000_000_000 + len(self.webhooks)}"
        self._tell("dm.received", "direct_message_events", self._message(ident, who, self._user, text))

    def _message(self, ident: str, sender: str, recipient: str, text: str) -> dict[str, Any]:
        said = {"target": {"recipient_id": recipient}, "sender_id": sender, "message_data": {"text": text}}
        return {"type": "message_create", "id": ident, "created_timestamp": _SAID_MS, "message_create": said}

    def _tell(self, kind: str, name: str, event: dict[str, Any]) -> None:
        """An event of the Activity API. https://docs.x.com/x-api/webhooks/quickstart#signature-header-validation"""
        if self._secret is None:
            return
        data = {"event_uuid": f"{kind}/{event.get('id', event.get('last_read_event_id'))}", "event_type": kind,
                "filter": {"user_id": self._user}, "payload": {name: [event]}}  # fmt: skip
        body = json.dumps({"data": data}).encode()
        mac = b64encode(hmac.new(self._secret.encode(), body, hashlib.sha256).digest()).decode()
        headers = {"Content-Type": "application/json", "X-Twitter-Webhooks-Signature": f"sha256={mac}"}
        self.emit(RawRequest.of("POST", self._url, headers, body))

    def keep_file(self, content: bytes, mime_type: str) -> str:
        """A file of a post of which only the key is told."""
        key = f"3_{1_700_000_000_000_000_000 + len(self._files)}"
        self._files[key] = HttpAnswer(200, {"content-type": mime_type}, content)
        return key

    @route("GET", "/2/media/{key}")
    def tell_file(self, request: HttpRequest, key: str) -> HttpAnswer:
        """Where a file lies."""
        if (refused := self._refusal(request)) is not None:
            return refused
        if key not in self._files:
            return json_answer(200, {"errors": [{"title": "Not Found Error", "type": "about:blank", "status": 404}]})
        return json_answer(
            200, {"data": {"media_key": key, "type": "photo", "url": f"https://pbs.twimg.com/media/{key}"}}
        )

    @route("GET", "/media/{key}")
    def give_bytes(self, request: HttpRequest, key: str) -> HttpAnswer:
        """A file, which lies in the open."""
        if "authorization" in request.headers:
            raise self._violated("credentials left for the store of files", request)
        return self._files.get(key, HttpAnswer(404))

    def mention(self, text: str, *, who: str = "2222", name: str = "Ana") -> str:
        """Somebody mentions the account in a post.

        Returns:
            The post's id.
        """
        ident = f"{1_950_000_000_000_000_000 + len(self.mentions)}"
        post = {"id": ident, "text": text, "author_id": who, "conversation_id": ident,
                "created_at": "2026-03-01T08:00:00.000Z", "edit_history_tweet_ids": [ident]}  # fmt: skip
        self.mentions.append({"post": post, "user": {"id": who, "name": name, "username": f"user{who}"}})
        return ident

    @route("GET", "/2/users/{user}/mentions")
    def read_mentions(self, request: HttpRequest, user: str) -> HttpAnswer:
        """A page of mentions, newest first."""
        if (refused := self._refusal(request)) is not None:
            return refused
        asked = dict(parse_qsl(urlsplit(request.url).query))
        since, size = int(asked.get("since_id", 0)), int(asked.get("max_results", 10))
        found = [known for known in reversed(self.mentions) if int(known["post"]["id"]) > since]
        start = int(asked.get("pagination_token", "p0")[1:])
        page = found[start : start + size]
        meta: dict[str, Any] = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0]["post"]["id"], "oldest_id": page[-1]["post"]["id"]}
        if start + size < len(found):
            meta["next_token"] = f"p{start + size}"
        users = {known["user"]["id"]: known["user"] for known in page}
        us = {"mentions": [{"start": 0, "end": 5, "username": "town", "id": user}]}
        body = (
            {"data": [{**known["post"], "entities": us} for known in page], "includes": {"users": list(users.values())}}
            if page
            else {}
        )
        return json_answer(200, {**body, "meta": meta})

    def _refusal(self, request: HttpRequest) -> HttpAnswer | None:
        if request.headers.get("authorization") == f"Bearer {self._token}":
            return None
        return json_answer(401, {"title": "Unauthorized", "type": "about:blank", "status": 401})

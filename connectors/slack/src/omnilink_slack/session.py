"""Socket Mode: Slack's payloads over a WebSocket that we open. https://docs.slack.dev/apis/events-api/using-socket-mode

    ← {"type": "hello", ...}
    ← {"type": "events_api", "envelope_id": "...", "payload": {what a webhook's body would be}, ...}
    → {"envelope_id": "..."}                                   once it is on disk; else Slack hands it over again
    ← {"type": "disconnect", "reason": "warning" | "refresh_requested" | "link_disabled"}

The vendor's own client (slack-sdk) runs on asyncio only, keeps a queue and reconnects by itself, behind the back of
whoever commits and acknowledges, so the few words above are spoken here.
"""

import json
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

from omnilink.errors import ConfigError, TransientError
from omnilink.model import Received
from omnilink.model.envelope import Authenticity
from omnilink.plugin import Answer, Handed, HttpAnswer, Secrets, TransportFailed, retry_after_s
from omnilink.plugin.credentials import newest_secret
from omnilink.plugin.fields import read_json, text_at
from omnilink.plugin.http import HttpClient
from omnilink_slack.settings import APP_TOKEN, SlackSettings
from omnilink_slack.websocket import connect_websocket

_BUSY = frozenset({"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout"})


class Line(Protocol):
    """What is asked of a WebSocket."""

    async def receive_texts(self) -> list[str]: ...
    async def send_text(self, text: str) -> None: ...
    async def aclose(self) -> None: ...


class SocketModeSession:
    """One Socket Mode connection (a `Session`).

    Args:
        line: an open WebSocket.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._ending, self._disabled = False, False

    @property
    def ending(self) -> bool:
        """Slack has said that it will close this connection."""
        return self._ending

    async def receive(self) -> Sequence[Handed]:
        """What Slack hands over next.

        Raises:
            TransientError: the connection is down.
            ConfigError: Socket Mode was switched off for the app.
        """
        if self._disabled:
            raise ConfigError("Socket Mode is switched off for that app", connector="slack",
                              hint="switch it on in the app's settings, or use webhooks")  # fmt: skip
        return [handed for text in await self._line.receive_texts() if (handed := self._read(text)) is not None]

    async def acknowledge(self, tickets: Sequence[str]) -> None:
        """Tells Slack that these are on disk. See `Session.acknowledge`."""
        for ticket in tickets:
            await self._line.send_text(json.dumps({"envelope_id": ticket}))

    async def send(self, request: Any) -> Answer:
        """Nothing: what an app says goes through the Web API."""
        return TransportFailed("slack-sends-by-http", dispatched=False)

    async def aclose(self) -> None:
        """Closes the connection."""
        await self._line.aclose()

    def _read(self, text: str) -> Handed | None:
        """One frame; None where Slack only speaks of the connection itself."""
        frame = read_json(text)  # what is none is kept as it is: parsing will say that it cannot be read
        ticket = text_at(frame, "envelope_id")
        if ticket is None:
            kind = text_at(frame, "type")
            if kind == "hello":
                return None
            if kind == "disconnect":
                self._disabled = text_at(frame, "reason") == "link_disabled"
                self._ending = not self._disabled
                return None
        received = Received(
            body=text.encode("utf-8", "surrogatepass"),
            authenticity=Authenticity.POLLED,
            delivery_key=f"socket:{ticket}" if ticket else None,
        )
        return Handed(received, ticket)


async def open_session(settings: SlackSettings, secrets: Secrets, http: HttpClient) -> SocketModeSession:
    """Asks for an address (it is good once) and connects to it.

    Raises:
        TransientError: Slack cannot be reached, or has no time.
        ConfigError: the app-level token is wrong or may not do this.
    """
    token = newest_secret(secrets, APP_TOKEN, connector="slack")
    try:
        response = await http.request(
            "POST", f"{settings.api_url}/apps.connections.open", content=b"",
            headers={"authorization": f"Bearer {token}", "content-type": "application/x-www-form-urlencoded"},
        )  # fmt: skip
    except Exception as e:
        raise TransientError(f"Slack cannot be reached: {type(e).__name__}", connector="slack") from None
    url = _read_address(HttpAnswer.of(response), settings)
    return SocketModeSession(await connect_websocket(url))


def _read_address(answer: HttpAnswer, settings: SlackSettings) -> str:
    """https://docs.slack.dev/reference/methods/apps.connections.open"""
    told = read_json(answer.body)
    error = text_at(told, "error")
    if answer.status != 200 or error in _BUSY or (error is None and text_at(told, "url") is None):
        raise TransientError("Slack opens no line now", connector="slack", status_code=answer.status,
                             retry_after_s=retry_after_s(answer))  # fmt: skip
    if error is not None:
        raise ConfigError("Slack refuses to open a line", connector="slack",
                          hint="app_token needs the scope connections:write, and the app Socket Mode")  # fmt: skip
    url = text_at(told, "url") or ""
    # The frames come unsigned: what makes them Slack's is that they come from Slack's own host.
    api, host = urlsplit(settings.api_url).hostname or "", urlsplit(url).hostname or ""
    if urlsplit(url).scheme != "wss" or not (host == api or host.endswith(f".{api}")):
        raise ConfigError("the line would go to another host", connector="slack")
    return url

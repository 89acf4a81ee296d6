"""Socket Mode's words, without a socket: what is handed over, what is acknowledged, and the same event keys."""

import json
from types import SimpleNamespace

import pytest

from omnilink.errors import ConfigError, SecretMissing, TransientError
from omnilink.hub import Hub
from omnilink.model import Attestation, Authenticity, ChoiceMade, Ignored, MessageReceived
from omnilink.plugin import ConnectorSettings, Secret
from omnilink.plugin.registry import Registry
from omnilink.plugin.settings import parse_settings
from omnilink.store.memory import MemoryStore
from omnilink_slack import session as module
from omnilink_slack.connector import SlackConnector
from omnilink_slack.session import SocketModeSession, open_session
from omnilink_slack.settings import SlackSettings

SETTINGS = SlackSettings("town")
SECRETS = {"app_token": (Secret("xapp-1-secret"),)}
HELLO = {"type": "hello", "num_connections": 1, "connection_info": {"app_id": "A1"}}


class Wire:
    """A WebSocket that plays frames."""

    def __init__(self, *lots: list[object]) -> None:
        self._lots, self.sent, self.closed = list(lots), [], False

    async def receive_texts(self) -> list[str]:
        if not self._lots:
            raise TransientError("closed")
        return [frame if isinstance(frame, str) else json.dumps(frame) for frame in self._lots.pop(0)]

    async def send_text(self, text: str) -> None:
        self.sent.append(json.loads(text))

    async def aclose(self) -> None:
        self.closed = True


def frame(payload: object, kind: str = "events_api", ident: str = "57d12c34") -> dict[str, object]:
    return {"type": kind, "envelope_id": ident, "payload": payload, "accepts_response_payload": False}


def web(status: int = 200, **told: object) -> SimpleNamespace:
    class Client:
        async def request(self, method, url, *, content=None, headers=None):
            self.asked = (method, url, headers["authorization"])
            return SimpleNamespace(status_code=status, headers={"Retry-After": "7"}, content=json.dumps(told).encode())

    return Client()


def test_a_frame_is_kept_as_it_came_and_says_what_the_webhook_says(parse, payload_of):
    for name in ("message", "app_mention", "echo"):
        (by_web,) = parse(payload_of(name))
        (by_socket,) = parse(frame(payload_of(name)), Authenticity.POLLED)
        assert by_socket == by_web


def test_interactions_and_commands_come_as_objects(parse, payload_of, body_of):
    (by_web,) = parse(body_of("button"))
    (by_socket,) = parse(frame(payload_of("button"), "interactive"), Authenticity.POLLED)
    assert isinstance(by_socket, ChoiceMade)
    assert by_socket == by_web
    (by_web,) = parse(body_of("command"))
    (by_socket,) = parse(frame(payload_of("command"), "slash_commands"), Authenticity.POLLED)
    assert by_socket == by_web


def test_slack_vouches_for_what_it_says_on_its_own_line(parse, payload_of):
    (event,) = parse(frame(payload_of("message")), Authenticity.POLLED)
    assert event.participants[0].attestation is Attestation.SIGNATURE
    (event,) = parse(frame(payload_of("message")), Authenticity.IMPORTED)
    assert event.participants[0].attestation is Attestation.NONE


@pytest.mark.anyio
async def test_only_payloads_are_handed_over_with_the_ticket_slack_waits_for():
    wire = Wire([HELLO, frame({"type": "event_callback"})], [], ["no json", {"type": "news"}])
    session = SocketModeSession(wire)
    (handed,) = await session.receive()
    assert handed.ticket == "57d12c34"
    assert handed.received.delivery_key == "socket:57d12c34"
    assert json.loads(handed.received.body) == frame({"type": "event_callback"})
    assert wire.sent == []
    await session.acknowledge([handed.ticket])
    assert wire.sent == [{"envelope_id": "57d12c34"}]
    assert await session.receive() == []
    odd, unknown = await session.receive()
    assert odd.received.body == b"no json"
    assert odd.ticket is None
    assert unknown.received.delivery_key is None


@pytest.mark.anyio
@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "something new"])
async def test_a_disconnect_is_announced_and_the_rest_is_still_read(reason):
    session = SocketModeSession(Wire([{"type": "disconnect", "reason": reason}], [frame({})]))
    assert await session.receive() == []
    assert session.ending
    assert len(await session.receive()) == 1
    with pytest.raises(TransientError):
        await session.receive()


@pytest.mark.anyio
async def test_socket_mode_switched_off_is_the_agencys_to_mend():
    session = SocketModeSession(Wire([frame({}), {"type": "disconnect", "reason": "link_disabled"}]))
    assert len(await session.receive()) == 1
    assert not session.ending
    with pytest.raises(ConfigError):
        await session.receive()


@pytest.mark.anyio
async def test_the_line_is_asked_for_with_the_app_token(monkeypatch):
    called = []

    async def connect(url):
        called.append(url)
        return Wire([HELLO])

    monkeypatch.setattr(module, "connect_websocket", connect)
    client = web(ok=True, url="wss://wss-primary.slack.com/link/?ticket=1&app_id=2")
    session = await open_session(SETTINGS, SECRETS, client)
    assert client.asked == ("POST", "https://slack.com/api/apps.connections.open", "Bearer xapp-1-secret")
    assert called == ["wss://wss-primary.slack.com/link/?ticket=1&app_id=2"]
    assert await session.receive() == []


@pytest.mark.anyio
@pytest.mark.parametrize(
    "url",
    ["wss://evil.example/", "ws://wss-primary.slack.com/", "wss://slack.com.evil.example/", "wss://slack.com@evil.example/",
     "https://slack.com/"],
)  # fmt: skip
async def test_no_line_is_opened_to_another_host(url):
    with pytest.raises(ConfigError):
        await open_session(SETTINGS, SECRETS, web(ok=True, url=url))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("status", "told", "error"),
    [
        (200, {"ok": False, "error": "invalid_auth"}, ConfigError),
        (200, {"ok": False, "error": "internal_error"}, TransientError),
        (429, {"ok": False, "error": "ratelimited"}, TransientError),
        (500, {}, TransientError),
        (200, {"ok": True}, TransientError),
    ],
)
async def test_a_refused_line_says_whether_to_try_again(status, told, error):
    with pytest.raises(error) as raised:
        await open_session(SETTINGS, SECRETS, web(status, **told))
    assert "xapp" not in f"{raised.value!r}{raised.value}"
    if error is TransientError:
        assert raised.value.retry_after_s == 7.0


@pytest.mark.anyio
async def test_without_an_app_token_no_line_is_asked_for():
    with pytest.raises(SecretMissing):
        await open_session(SETTINGS, {}, web())


@pytest.mark.parametrize("connections", [0, 11, "two", True])
def test_slack_allows_one_to_ten_connections(connections):
    with pytest.raises(ConfigError):
        SlackConnector(ConnectorSettings("town", options={"socket_mode": True, "connections": connections}))


def test_an_account_holds_lines_only_in_socket_mode():
    assert SlackConnector(ConnectorSettings("town")).lines == 0
    assert SlackConnector(ConnectorSettings("town", options={"connections": 3})).lines == 0
    assert SlackConnector(ConnectorSettings("town", options={"socket_mode": True, "connections": 3})).lines == 3


@pytest.mark.anyio
async def test_the_same_event_by_webhook_and_by_socket_is_one_interaction(payload_of, monkeypatch):
    monkeypatch.setenv("APP_TOKEN", "xapp-1-secret")
    registry = Registry()
    registry.add(SlackConnector)
    settings = parse_settings(
        '[accounts.town]\nconnector = "slack"\nsocket_mode = true\napp_token = "env:APP_TOKEN"\n'
    )  # no signing secret: nobody calls a webhook here
    hub = Hub(MemoryStore(), settings, registry=registry)
    assert hub.accounts.secrets("town")["app_token"]
    again = frame(payload_of("message"), ident="another-envelope")
    wire = Wire([HELLO, frame(payload_of("message"))], [frame(payload_of("message")), again])
    session = SocketModeSession(wire)
    from omnilink.ingest.accept import accept
    from omnilink.model import Received

    async def store(*received: Received) -> None:
        await accept(hub.store, hub.scope, received, account="town", connector="slack",
                     new_id=hub._new_id, clock=hub._clock)  # fmt: skip

    await store(Received(body=json.dumps(payload_of("message")).encode()))
    for _ in range(2):
        await store(*(handed.received for handed in await session.receive()))
    await hub.process()
    ledger = await hub.ledger()
    assert ledger.balanced
    assert ledger.events == {"recorded": 1, "duplicate": 2} | {
        k: 0 for k in ledger.events if k not in ("recorded", "duplicate")
    }
    assert (ledger.received, ledger.duplicate) == (4, 1)


def test_a_frame_without_sense_is_unparsed_and_no_exception(parse):
    for odd in (frame(None), frame([]), frame({}, "slash_commands"), {"envelope_id": 7, "payload": {"type": 3}}):
        (event,) = parse(odd, Authenticity.POLLED)
        assert not isinstance(event, MessageReceived | ChoiceMade)
    (event,) = parse(frame({"type": "news"}, "events_api"), Authenticity.POLLED)
    assert isinstance(event, Ignored)

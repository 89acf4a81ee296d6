"""Transport: one step over the network. Whatever goes wrong is a value; only "never left" may be repeated."""

from datetime import datetime

from omnilink.errors import OmnilinkError
from omnilink.plugin.connector import Connector
from omnilink.plugin.http import HttpClient
from omnilink.plugin.sending import Answer, CallsHttp, HttpAnswer, HttpRequest, Transmits, TransportFailed
from omnilink.plugin.webhook import Secrets

NOT_DISPATCHED = frozenset({
    "ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "ProxyError", "LocalProtocolError",
    "InvalidURL", "ConnectionRefusedError", "gaierror",
})  # fmt: skip
"""Exceptions, by name, after which no byte of the request has left (https://www.python-httpx.org/exceptions/).

By name, so that neither httpx nor the client somebody injects instead has to be imported for it."""


async def send_step(connector: Connector, request: object, secrets: Secrets, http: HttpClient, now: datetime) -> Answer:
    """Sends one step and returns what came back. Never raises for what the network or the other side does."""
    try:
        if isinstance(request, HttpRequest):
            if not isinstance(connector, CallsHttp):
                return TransportFailed("connector-cannot-authorise", dispatched=False)
            return await _over_http(connector.authorise(request, secrets, now), http)
        if isinstance(connector, Transmits):
            return await connector.transmit(request, secrets, http)
        return TransportFailed("connector-cannot-transmit", dispatched=False)
    except OmnilinkError as e:  # no credentials, or not for that host: nothing has left
        return TransportFailed(type(e).__name__, dispatched=False)
    except Exception as e:
        return TransportFailed(type(e).__name__, dispatched=type(e).__name__ not in NOT_DISPATCHED)


async def _over_http(request: HttpRequest, http: HttpClient) -> HttpAnswer:
    response = await http.request(request.method, request.url, content=request.body, headers=request.headers)
    return HttpAnswer.of(response)

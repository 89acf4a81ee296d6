"""The HTTP seam holds with httpx and with an injected httpx2."""

import httpx
import httpx2
import pytest

from omnilink.errors import FetchRefused
from omnilink.outbound.transport import NOT_DISPATCHED, send_step
from omnilink.plugin.fetch_policy import FetchPolicy
from omnilink.plugin.fetcher import SafeFetcher
from omnilink.plugin.http import make_client
from omnilink.plugin.sending import HttpAnswer, HttpRequest, TransportFailed

CLIENTS = pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
REQUEST = HttpRequest("POST", "https://vendor.example/send?a=1", {"Authorization": "Bearer x"}, b'{"b": 2}')


class Vendor:
    """A connector that adds nothing."""

    def authorise(self, request, secrets, now):
        return request


def client_of(library, answer):
    """A client without a network, answering by a function of the request."""
    return library.AsyncClient(transport=library.MockTransport(answer), trust_env=False)


@CLIENTS
@pytest.mark.anyio
async def test_a_step_is_sent(library):
    seen = []

    def answer(request):
        seen.append((request.method, str(request.url), request.headers["authorization"], request.content))
        return library.Response(201, headers={"X-Id": "7"}, content=b"ok")

    client = client_of(library, answer)
    got = await send_step(Vendor(), REQUEST, {}, client, None)
    await client.aclose()
    assert isinstance(got, HttpAnswer)
    assert (got.status, got.headers["x-id"], got.body) == (201, "7", b"ok")
    assert seen == [("POST", REQUEST.url, "Bearer x", REQUEST.body)]


@CLIENTS
@pytest.mark.parametrize(
    ("name", "dispatched"),
    [("ConnectError", False), ("ConnectTimeout", False), ("PoolTimeout", False), ("UnsupportedProtocol", False),
     ("ProxyError", False), ("LocalProtocolError", False), ("ReadTimeout", True), ("ReadError", True),
     ("WriteTimeout", True), ("WriteError", True), ("RemoteProtocolError", True)],
)  # fmt: skip
@pytest.mark.anyio
async def test_an_error_of_either_client_is_known_by_its_name(library, name, dispatched):
    def answer(request):
        raise getattr(library, name)("secret")

    async with client_of(library, answer) as client:
        got = await send_step(Vendor(), REQUEST, {}, client, None)
    assert got == TransportFailed(name, dispatched=dispatched)
    assert (name in NOT_DISPATCHED) is not dispatched


@CLIENTS
@pytest.mark.anyio
async def test_a_redirect_is_an_answer_and_not_followed(library):
    async with client_of(library, lambda request: library.Response(302, headers={"location": "/x"})) as client:
        got = await send_step(Vendor(), REQUEST, {}, client, None)
    assert got.status == 302


# httpx leaves an inner generator to the collector when a body is left early; trio says so.
@pytest.mark.filterwarnings(r"ignore:Exception ignored in. <async_generator object \w+Stream\.__aiter__")
@CLIENTS
@pytest.mark.anyio
async def test_files_are_fetched_with_either_client(library):
    seen = []

    def answer(request):
        seen.append((str(request.url), request.headers["host"], request.extensions["sni_hostname"]))
        if request.url.path == "/a":
            return library.Response(302, headers={"location": "/b"})
        return library.Response(200, headers={"content-type": "text/csv"}, content=streamed())

    async def streamed():
        yield b"a,"
        yield b"b\n"

    async def resolve(host, port):
        return ["93.184.215.14"]

    fetcher = SafeFetcher(open_client=lambda: client_of(library, answer), resolve=resolve)
    found = await fetcher.fetch("https://media.example/a", FetchPolicy(("media.example",)))
    assert (found.content, found.mime_type) == (b"a,b\n", "text/csv")
    assert [url.removeprefix("https://93.184.215.14").removeprefix(":443") for url, *_ in seen] == ["/a", "/b"]
    assert {(host, name) for _, host, name in seen} == {("media.example", "media.example")}
    with pytest.raises(FetchRefused):
        await fetcher.fetch("https://media.example/b", FetchPolicy(("media.example",), max_bytes=3))


@pytest.mark.anyio
async def test_the_default_client_follows_no_redirect():
    client = make_client()
    assert client.follow_redirects is False
    await client.aclose()

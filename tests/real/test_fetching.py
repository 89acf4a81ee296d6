"""SafeFetcher against real servers: a name is proved by TLS at the address that was checked, and nothing else is."""

import gzip
import ssl
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import httpx2
import pytest
import trustme

from omnilink.errors import FetchRefused, TransientError
from omnilink.plugin.fetch_policy import Credential, FetchPolicy
from omnilink.plugin.fetcher import SafeFetcher

pytestmark = [pytest.mark.real, pytest.mark.anyio]

NAME = "media.town.example"
MB = 1_000_000


class Handler(BaseHTTPRequestHandler):
    """Serves one path a case."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.seen.append((self.headers["Host"], self.path, self.headers["Authorization"], self.server.name()))
        case = self.path.strip("/")
        try:
            getattr(self, f"give_{case}", self.give_file)()
        except OSError:  # the client has left
            self.close_connection = True

    def head(self, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def give_file(self):
        self.head(content_length="8", content_type="text/html")
        self.wfile.write(b"\x89PNG\r\n\x1a\n")

    def give_redirect(self):
        self.head(302, location="/file", content_length="0", set_cookie="who=me")

    def give_metadata(self):
        self.head(302, location="https://169.254.169.254/latest", content_length="0")

    def give_huge(self):
        self.head(content_length=str(10**10))
        for _ in range(1000):
            self.wfile.write(b"x" * MB)

    def give_endless(self):
        self.head(transfer_encoding="chunked")
        while True:
            self.wfile.write(b"100000\r\n" + b"x" * 0x100000 + b"\r\n")

    def give_slow(self):
        self.head(content_length="100")
        for _ in range(100):
            self.wfile.write(b"x")
            self.wfile.flush()
            time.sleep(0.2)

    def give_bomb(self):
        packed = gzip.compress(b"\x00" * 100 * MB)
        self.head(content_length=str(len(packed)), content_encoding="gzip")
        self.wfile.write(packed)

    def give_short(self):
        self.head(content_length="100")
        self.wfile.write(b"x")
        self.close_connection = True

    def log_message(self, *args):
        pass


class Site(ThreadingHTTPServer):
    """An https server on this machine that remembers what it was asked, and by which TLS server name."""

    daemon_threads = True

    def __init__(self, authority):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen = []
        self.names = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(NAME).configure_cert(context)
        context.sni_callback = lambda connection, name, _: self.names.append(name)
        self.socket = context.wrap_socket(self.socket, server_side=True)

    def name(self):
        return self.names[-1]

    def handle_error(self, request, client_address):
        pass  # a client that leaves early is what is tested


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def site(authority):
    made = Site(authority)
    thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    yield made
    made.shutdown()
    made.server_close()
    thread.join()


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def fetcher(request, authority):
    context = ssl.create_default_context()
    authority.configure_trust(context)

    async def resolve(host, port):
        return ["127.0.0.1"]

    return SafeFetcher(
        open_client=lambda: request.param.AsyncClient(verify=context, trust_env=False, timeout=10), resolve=resolve
    )


def policy(site, **more):
    ports = frozenset({site.server_port})
    return FetchPolicy(("town.example",), private_networks=("127.0.0.0/8",), ports=ports, max_bytes=5 * MB, **more)


def url(site, path, host=NAME):
    return f"https://{host}:{site.server_port}/{path}"


async def test_the_name_is_proved_at_the_address_that_was_checked(site, fetcher):
    found = await fetcher.fetch(url(site, "redirect"), policy(site), Credential(NAME, {"Authorization": "Basic x"}))
    assert found.mime_type == "image/png"
    host = f"{NAME}:{site.server_port}"
    assert site.seen == [(host, "/redirect", "Basic x", NAME), (host, "/file", "Basic x", NAME)]


async def test_a_server_that_cannot_prove_the_name_gets_no_request(site, fetcher):
    with pytest.raises(TransientError):
        await fetcher.fetch(url(site, "file", "other.town.example"), policy(site))
    assert site.seen == []


async def test_without_the_private_network_this_machine_is_not_called(site, fetcher):
    with pytest.raises(FetchRefused) as told:
        await fetcher.fetch(url(site, "file"), FetchPolicy(("town.example",), ports=frozenset({site.server_port})))
    assert told.value.reason == "address"
    assert site.names == []


# Both clients leave an inner generator to the collector when a body is left early; trio says so.
@pytest.mark.filterwarnings(r"ignore:Exception ignored in. <async_generator object \w+Stream\.__aiter__")
@pytest.mark.parametrize(
    ("path", "reason"), [("metadata", "host"), ("huge", "too-large"), ("endless", "too-large"), ("bomb", "too-large")]
)
async def test_hostile_answers_are_left_early(site, fetcher, path, reason):
    began = time.monotonic()
    with pytest.raises(FetchRefused) as told:
        await fetcher.fetch(url(site, path), policy(site))
    assert told.value.reason == reason
    assert time.monotonic() - began < 5


@pytest.mark.filterwarnings(r"ignore:Exception ignored in. <async_generator object \w+Stream\.__aiter__")
async def test_a_slow_body_ends_at_the_deadline(site, fetcher):
    began = time.monotonic()
    with pytest.raises(TransientError, match="too long"):
        await fetcher.fetch(url(site, "slow"), policy(site, timeout_s=0.6))
    assert time.monotonic() - began < 3


async def test_a_body_cut_short_is_transient(site, fetcher):
    with pytest.raises(TransientError):
        await fetcher.fetch(url(site, "short"), policy(site))


async def test_the_environments_proxy_is_not_asked(site, fetcher, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    assert (await fetcher.fetch(url(site, "file"), policy(site))).content


async def test_the_systems_resolver_is_asked_for_names(anyio_backend):
    with pytest.raises(FetchRefused) as told:
        await SafeFetcher().fetch("https://localhost/", FetchPolicy(("*",)))
    assert told.value.reason == "address"

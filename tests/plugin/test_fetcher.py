"""SafeFetcher: only what the purpose allows, from an address that was checked, no more than asked for."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugin.scripted import Answer, Web

from omnilink.errors import ConfigError, FetchRefused, TransientError
from omnilink.plugin.fetch_policy import Credential, FetchPolicy
from omnilink.plugin.fetcher import SafeFetcher, read_target

PUBLIC = "93.184.215.14"
METADATA = "169.254.169.254"
MEDIA = FetchPolicy(("media.example",))
ANY = FetchPolicy(("*",))
TOKEN = Credential("media.example", {"Authorization": "Basic c2VjcmV0"})


def web(**more):
    names = {name: [[PUBLIC]] for name in ("media.example", "cdn.media.example", "other.example")}
    return Web(**{"names": names, **more})


def fetcher(web):
    return SafeFetcher(open_client=web.open_client, resolve=web.resolve)


def redirects(**where):
    """Answers that lead from path to path; `a="/b"` leads from /a to /b."""

    def answer(url):
        path = url.partition("/")[2]
        return Answer(302, {"location": where[path]}) if path in where else Answer()

    return answer


async def refused(web, url, policy=MEDIA, credential=None):
    with pytest.raises(FetchRefused) as told:
        await fetcher(web).fetch(url, policy, credential)
    return told.value.reason


@pytest.mark.anyio
async def test_a_file_is_fetched_from_the_address_its_name_was_resolved_to():
    net = web(answer=lambda url: Answer(headers={"content-type": "image/png"}, chunks=(b"\x89PNG", b"\r\n\x1a\n")))
    found = await fetcher(net).fetch("https://media.example/a%20b?q=1&r=ñ#top", MEDIA)
    assert (found.content, found.mime_type, found.declared_type) == (b"\x89PNG\r\n\x1a\n", "image/png", "image/png")
    assert net.asked == [f"https://{PUBLIC}:443/a%20b?q=1&r=%C3%B1"]
    assert net.headers[0]["Host"] == "media.example"
    assert net.extensions == [{"sni_hostname": "media.example"}]
    assert "ñ" not in repr(found) + repr(fetcher(net))


@pytest.mark.parametrize(
    ("url", "policy", "reason"),
    [
        ("http://media.example/a", MEDIA, "scheme"),
        ("gopher://media.example/a", ANY, "scheme"),
        ("file:///etc/passwd", ANY, "scheme"),
        ("ftp://media.example/a", ANY, "scheme"),
        ("//media.example/a", ANY, "scheme"),
        ("media.example", ANY, "scheme"),
        ("", ANY, "scheme"),
        ("https:///a", ANY, "host"),
        ("https://other.example/a", MEDIA, "host"),
        ("https://xmedia.example/a", MEDIA, "host"),
        ("https://media.example.evil.example/a", MEDIA, "host"),
        ("https://media.example@evil.example/a", ANY, "userinfo"),
        ("https://user:pw@media.example/a", MEDIA, "userinfo"),
        ("https://evil.example\\@media.example/a", MEDIA, "url"),
        ("https://media.example\\.evil.example/", MEDIA, "url"),
        ("https://media.example/a\nHost: evil", MEDIA, "url"),
        ("https://media.example /a", MEDIA, "url"),
        ("https://media.exa\tmple/a", MEDIA, "url"),
        ("https://[::1/a", ANY, "url"),
        ("https://media.example:99999/", MEDIA, "url"),
        ("https://media.example:x/", MEDIA, "url"),
        ("https://media.example:22/", MEDIA, "port"),
        ("https://media.example:80/", MEDIA, "port"),
        ("https://media.example/" + "a" * 9000, MEDIA, "url"),
        ("https://127.1/", ANY, "host"),
        ("https://0x7f000001/", ANY, "host"),
        ("https://2130706433/", ANY, "host"),
        ("https://0177.0.0.1/", ANY, "host"),
        ("https://①②⑦.⓪.⓪.①/", ANY, "address"),
        ("https://127.0.0.1/", ANY, "address"),
        ("https://[::1]/", ANY, "address"),
        ("https://[::ffff:10.0.0.1]/", ANY, "address"),
        ("https://[64:ff9b::a9fe:a9fe]/", ANY, "address"),
        (f"https://{METADATA}/latest/meta-data/", ANY, "address"),
        ("https://169.254.169.254.nip.example/", ANY, "address"),
        ("https://localhost/", ANY, "address"),
    ],
)
@pytest.mark.anyio
async def test_other_urls_are_refused_before_any_request(url, policy, reason):
    net = web(names={"169.254.169.254.nip.example": [[METADATA]], "localhost": [["127.0.0.1", "::1"]]})
    assert await refused(net, url, policy) == reason
    assert net.asked == []


@pytest.mark.anyio
async def test_one_private_address_among_public_ones_refuses_the_host():
    for answers in ([PUBLIC, "10.0.0.1"], ["10.0.0.1", PUBLIC], [PUBLIC, "::1"], [PUBLIC, "no address"]):
        net = web(names={"media.example": [answers]})
        assert await refused(net, "https://media.example/") == "address"
        assert net.asked == []


@pytest.mark.anyio
async def test_a_name_that_answers_differently_the_next_time_is_asked_once():
    net = web(names={"media.example": [[PUBLIC], ["127.0.0.1"]]})
    await fetcher(net).fetch("https://media.example/", MEDIA)
    assert net.looked_up == ["media.example"]
    assert net.asked == [f"https://{PUBLIC}:443/"]


@pytest.mark.anyio
async def test_it_is_checked_again_after_a_redirect_to_the_same_name():
    net = web(names={"media.example": [[PUBLIC], ["127.0.0.1"]]}, answer=redirects(a="/b"))
    assert await refused(net, "https://media.example/a") == "address"
    assert net.asked == [f"https://{PUBLIC}:443/a"]


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        (f"http://{METADATA}/", "scheme"),
        (f"https://{METADATA}/", "host"),
        ("https://other.example/", "host"),
        ("//other.example/", "host"),
        ("gopher://media.example/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("https://x@media.example/", "userinfo"),
        ("https://media.example:8443/", "port"),
        ("/a b", "url"),
        ("http://media.example/", "scheme"),
    ],
)
@pytest.mark.anyio
async def test_a_redirect_is_checked_like_the_first_url(location, reason):
    net = web(answer=redirects(a=location))
    assert await refused(net, "https://media.example/a") == reason
    assert len(net.asked) == 1


@pytest.mark.anyio
async def test_a_redirect_to_cloud_metadata_is_refused_whatever_is_allowed():
    policy = FetchPolicy(("*",), private_networks=("10.0.0.0/8",), allow_http=True)
    net = web(answer=redirects(a=f"http://{METADATA}/latest"))
    assert await refused(net, "https://media.example/a", policy) == "address"


@pytest.mark.anyio
async def test_three_redirects_are_followed_and_no_more():
    net = web(answer=redirects(a="/b", b="c", c="https://cdn.media.example/d"))
    assert (await fetcher(net).fetch("https://media.example/a", MEDIA)).content == b"hello"
    assert len(net.asked) == 4
    for more in (redirects(a="/b", b="/c", c="/d", d="/e"), redirects(a="/a")):
        assert await refused(web(answer=more), "https://media.example/a") == "redirects"


@pytest.mark.anyio
async def test_a_credential_goes_to_its_own_host_only():
    net = web()
    await fetcher(net).fetch("https://cdn.media.example/a", ANY, TOKEN)
    await fetcher(net).fetch("https://other.example/a", ANY, TOKEN)
    await fetcher(net).fetch("https://media.example/a", ANY)
    assert ["Authorization" in headers for headers in net.headers] == [True, False, False]


@pytest.mark.anyio
async def test_a_credential_is_dropped_for_good_at_a_redirect_elsewhere():
    net = web(answer=redirects(a="https://other.example/b", b="https://media.example/c"))
    await fetcher(net).fetch("https://media.example/a", ANY, TOKEN)
    assert ["Authorization" in headers for headers in net.headers] == [True, False, False]


@pytest.mark.anyio
async def test_a_credential_never_goes_over_plain_http_to_the_internet():
    policy = FetchPolicy(("*",), private_networks=("10.1.0.0/16",), allow_http=True)
    net = web(names={"media.example": [[PUBLIC], ["10.1.0.5"]]})
    await fetcher(net).fetch("http://media.example/a", policy, TOKEN)
    await fetcher(net).fetch("http://media.example/a", policy, TOKEN)
    assert ["Authorization" in headers for headers in net.headers] == [False, True]
    assert net.asked[0] == f"http://{PUBLIC}:80/a"


@pytest.mark.anyio
async def test_a_credential_cannot_set_the_host():
    net = web()
    await fetcher(net).fetch("https://media.example/a", MEDIA, Credential("media.example", {"Host": "evil.example"}))
    assert net.headers[0]["Host"] == "media.example"


@pytest.mark.anyio
async def test_a_self_hosters_network_is_reached_by_its_block_only():
    policy = FetchPolicy(("*",), private_networks=("10.1.0.0/16",), ports=frozenset({443, 8443}))
    net = web(names={"inside.example": [["10.1.2.3"]], "beside.example": [["10.2.2.3"]]})
    await fetcher(net).fetch("https://inside.example:8443/a", policy)
    assert net.asked == ["https://10.1.2.3:8443/a"]
    assert net.headers[0]["Host"] == "inside.example:8443"
    assert await refused(net, "https://beside.example/", policy) == "address"


@pytest.mark.anyio
async def test_addresses_in_urls_are_called_without_a_server_name():
    net = web()
    await fetcher(net).fetch("https://[2600:1f18::1]/a", ANY)
    assert net.asked == ["https://[2600:1f18::1]:443/a"]
    assert net.headers[0]["Host"] == "[2600:1f18::1]"
    assert net.extensions == [{}]


class ConnectError(Exception):
    """As httpx and httpx2 name theirs."""


class ReadError(Exception):
    """Likewise."""


@pytest.mark.anyio
async def test_the_next_address_is_tried_where_one_takes_no_connection():
    net = web(names={"media.example": [["2600:1f18::1", PUBLIC]]})
    net.answer = lambda url: ConnectError("secret") if len(net.asked) == 1 else Answer()
    await fetcher(net).fetch("https://media.example/a", MEDIA)
    assert net.asked == ["https://[2600:1f18::1]:443/a", f"https://{PUBLIC}:443/a"]


@pytest.mark.parametrize(
    ("fault", "calls"), [(ConnectError("https://secret"), 2), (ReadError("secret"), 1), (OSError("secret"), 1)]
)
@pytest.mark.anyio
async def test_a_clients_errors_are_transient_and_tell_no_url(fault, calls):
    net = web(names={"media.example": [["2600:1f18::1", PUBLIC]]}, answer=lambda url: fault)
    with pytest.raises(TransientError) as told:
        await fetcher(net).fetch("https://media.example/a", MEDIA)
    assert len(net.asked) == calls
    assert "secret" not in str(told.value)
    assert told.value.__suppress_context__


@pytest.mark.parametrize("names", [{}, {"media.example": [[]]}])
@pytest.mark.anyio
async def test_a_name_without_an_address_is_transient(names):
    with pytest.raises(TransientError):
        await fetcher(web(names=names)).fetch("https://media.example/a", MEDIA)


@pytest.mark.parametrize(
    ("status", "reason"),
    [(401, "not-authorised"), (403, "not-authorised"), (404, "gone"), (410, "gone"), (204, "status"), (206, "status"),
     (304, "status"), (302, "status"), (400, "status"), (101, "status")],
)  # fmt: skip
@pytest.mark.anyio
async def test_other_answers_are_refusals(status, reason):
    assert await refused(web(answer=lambda url: Answer(status)), "https://media.example/a") == reason


@pytest.mark.parametrize(("status", "wait"), [(429, "7"), (503, "7"), (500, None), (502, None), (408, None)])
@pytest.mark.anyio
async def test_a_busy_server_is_transient(status, wait):
    headers = {"retry-after": wait} if wait else {}
    with pytest.raises(TransientError) as told:
        await fetcher(web(answer=lambda url: Answer(status, headers))).fetch("https://media.example/a", MEDIA)
    assert told.value.retry_after_s == (7.0 if wait else None)
    assert told.value.status_code == status


@pytest.mark.anyio
async def test_a_client_that_takes_proxies_from_the_environment_is_not_used():
    with pytest.raises(ConfigError, match="environment"):
        await fetcher(web(trust_env=True)).fetch("https://media.example/a", MEDIA)


@pytest.mark.anyio
async def test_the_default_client_takes_none():
    from omnilink.plugin.fetcher import open_httpx_client

    async with open_httpx_client() as client:
        assert client.trust_env is False


@pytest.mark.parametrize(
    "make",
    [
        lambda: FetchPolicy(()),
        lambda: FetchPolicy(("https://media.example",)),
        lambda: FetchPolicy(("media.example/",)),
        lambda: FetchPolicy(("127.1",)),
        lambda: FetchPolicy(("media.example",), private_networks=("0.0.0.0/0",)),
        lambda: Credential("*", {}),
        lambda: Credential("", {}),
    ],
)
def test_a_policy_or_credential_that_makes_no_sense_is_told(make):
    with pytest.raises(ConfigError):
        make()


def test_hosts_are_compared_in_one_form():
    policy = FetchPolicy(("Media.Example.", "españa.example"))
    assert policy.allows_host("media.example")
    assert policy.allows_host("xn--espaa-rta.example")
    assert "c2VjcmV0" not in repr(TOKEN)


@given(st.text(max_size=40) | st.text("htps:/@[]\\.#?%10xa-", max_size=40).map("https://media.example".__add__))
def test_any_url_is_read_or_refused(url):
    with suppress(FetchRefused):
        target = read_target(url, MEDIA)
        assert target.host == "media.example" or target.host.endswith(".media.example")
        assert target.path.startswith("/")
        assert target.path.isascii()

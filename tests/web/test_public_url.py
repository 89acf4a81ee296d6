"""A signature covers the URL the provider called: the configured one and the raw query, no header's word."""

import pytest

pytestmark = pytest.mark.anyio

NO_URL = """
[accounts.loft]
connector = "pigeon"
key = "env:PIGEON_KEY"
"""


async def test_url_is_the_configured_one_and_the_query_exactly_as_sent(post, seen):
    lies = {
        "host": "evil.example",
        "x-forwarded-host": "evil.example",
        "x-forwarded-proto": "ftp",
        "forwarded": "host=e",
    }
    await post("/hooks/loft?b=%7e+%2F&a=&&c=%zz;", headers=lies)
    [request] = seen
    assert request.url == "https://hooks.town.example/omni/hooks/loft?b=%7e+%2F&a=&&c=%zz;"


async def test_path_of_the_public_url_may_be_there_or_taken_off_by_a_proxy(post, seen):
    assert (await post("/omni/hooks/loft")).status == 200
    assert (await post("/hooks/loft")).status == 200
    assert (await post("/omnivore/hooks/loft")).status == 404
    assert {r.url for r in seen} == {"https://hooks.town.example/omni/hooks/loft"}


@pytest.mark.parametrize(
    ("server", "url"),
    [
        (("127.0.0.1", 8000), "http://127.0.0.1:8000/hooks/loft?a=1"),
        (("::1", 8000), "http://[::1]:8000/hooks/loft?a=1"),
        (("192.0.2.7", 8000), "/hooks/loft?a=1"),
        (("localhost", 8000), "/hooks/loft?a=1"),
        (("a.sock", None), "/hooks/loft?a=1"),
        (None, "/hooks/loft?a=1"),
    ],
)
async def test_without_a_public_url_only_this_machine_has_a_name(make_post, seen, server, url):
    post = make_post(settings=NO_URL)
    post.server = server
    await post("/hooks/loft?a=1", headers={"host": "evil.example"})
    assert [r.url for r in seen] == [url]


async def test_query_beyond_ascii_is_refused(post, seen):
    assert (await post("/hooks/loft?a=é")).status == 400
    assert seen == []


async def test_connector_sees_method_headers_and_bytes_as_sent(post, seen):
    await post(body=b"\x00\xff", headers=[("X-A", "1"), ("x-a", "2"), ("X-B", "é")])
    [request] = seen
    assert (request.method, request.body) == ("POST", b"\x00\xff")
    assert (request.headers["x-a"], request.headers["x-b"]) == ("1", "é")
    assert request.repeated == {"x-a"}
    assert request.header("x-a") is None

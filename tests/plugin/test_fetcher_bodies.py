"""What SafeFetcher takes of an answer: no more bytes, seconds or decompressed bytes than the policy says."""

import gzip
import math
import zlib

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plugin.scripted import Answer, Web

from omnilink.errors import FetchRefused, TransientError
from omnilink.plugin.decoding import Decoder
from omnilink.plugin.fetch_policy import FetchPolicy
from omnilink.plugin.fetcher import SafeFetcher

PUBLIC = "93.184.215.14"
MEDIA = FetchPolicy(("media.example",))


def packed_x(content: bytes) -> bytes:
    """Gzipped without the time, so that a test's name is the same in every process."""
    return gzip.compress(content, mtime=0)


def web(answer):
    return Web(names={"media.example": [[PUBLIC]]}, answer=answer)


def fetcher(web):
    return SafeFetcher(open_client=web.open_client, resolve=web.resolve)


async def refused(web, url, policy=MEDIA):
    with pytest.raises(FetchRefused) as told:
        await fetcher(web).fetch(url, policy)
    return told.value.reason


SMALL = FetchPolicy(("media.example",), max_bytes=1000)


async def endless():
    while True:
        yield b"x" * 65_536


@pytest.mark.anyio
async def test_a_body_without_end_is_left_at_the_cap():
    net = web(lambda url: Answer(chunks=endless))
    assert await refused(net, "https://media.example/a", SMALL) == "too-large"


@pytest.mark.anyio
async def test_a_body_announced_too_large_is_not_read():
    async def never():
        raise AssertionError("it was read")
        yield b""

    for length in ("10737418240", "1001", "9" * 5000):
        net = web(lambda url, length=length: Answer(headers={"content-length": length}, chunks=never))
        assert await refused(net, "https://media.example/a", SMALL) == "too-large"


@pytest.mark.anyio
async def test_a_body_of_exactly_the_cap_is_taken():
    net = web(lambda url: Answer(chunks=(b"x" * 600, b"x" * 400)))
    assert len((await fetcher(net).fetch("https://media.example/a", SMALL)).content) == 1000


@pytest.mark.parametrize("where", ["body", "head", "resolve"])
@pytest.mark.anyio
async def test_slow_servers_end_at_the_deadline(where):
    async def slow():
        yield b"x"
        await anyio.sleep(math.inf)

    async def stuck(host, port):
        await anyio.sleep(math.inf)

    net = web(lambda url: Answer(chunks=slow))
    made = fetcher(net) if where == "body" else SafeFetcher(open_client=net.open_client, resolve=stuck)
    if where == "head":
        made = SafeFetcher(open_client=_Stuck, resolve=net.resolve)
    with pytest.raises(TransientError, match="too long"):
        await made.fetch("https://media.example/a", FetchPolicy(("media.example",), timeout_s=0.05))


class _Stuck:
    async def __aenter__(self):
        await anyio.sleep(math.inf)

    async def __aexit__(self, *exc):
        return None


def encoded(encoding, *chunks):
    return web(lambda url: Answer(headers={"content-encoding": encoding}, chunks=chunks))


@pytest.mark.parametrize("encoding", ["gzip", "GZIP ", "x-gzip", "deflate"])
@pytest.mark.anyio
async def test_compressed_answers_are_read(encoding):
    packed = gzip.compress(b"hello" * 100, mtime=0) if "zip" in encoding.lower() else zlib.compress(b"hello" * 100)
    for chunks in ((packed,), tuple(packed[i : i + 1] for i in range(len(packed)))):
        found = await fetcher(encoded(encoding, *chunks)).fetch("https://media.example/a", SMALL)
        assert found.content == b"hello" * 100


@pytest.mark.anyio
async def test_a_gzip_bomb_is_left_at_the_cap():
    bomb = gzip.compress(b"\x00" * 50_000_000, mtime=0)
    policy = FetchPolicy(("media.example",), max_bytes=200_000)
    assert len(bomb) < policy.max_bytes
    assert await refused(encoded("gzip", bomb), "https://media.example/a", policy) == "too-large"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("br", b"x"), ("zstd", b"x"), ("gzip, gzip", packed_x(packed_x(b"x"))), ("compress", b"x"),
        ("gzip", b"no gzip"), ("gzip", packed_x(b"x") + b"more"), ("gzip", packed_x(b"x") * 2),
    ],
)  # fmt: skip
@pytest.mark.anyio
async def test_other_and_damaged_encodings_are_refused(encoding, body):
    assert await refused(encoded(encoding, body), "https://media.example/a") == "encoding"


@pytest.mark.anyio
async def test_a_compressed_answer_that_ends_early_is_transient():
    cut = packed_x(b"hello" * 100)[:-9]
    with pytest.raises(TransientError, match="cut short"):
        await fetcher(encoded("gzip", cut)).fetch("https://media.example/a", MEDIA)


@given(st.binary(max_size=300_000), st.integers(1, 70_000))
def test_what_was_compressed_comes_back(content, size):
    decoder, packed = Decoder("gzip", 1_000_000), gzip.compress(content, mtime=0)
    for start in range(0, len(packed), size):
        decoder.feed(packed[start : start + size])
    assert decoder.finish() == content

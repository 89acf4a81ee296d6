"""Payloads made wrong: every node of a JSON text, a form or a mail deleted, emptied, retyped and grown.

for what, body in mutate(sample.body):
    assert connector.parse(envelope(body))
"""

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any
from urllib.parse import parse_qsl, urlencode

REMOVED: Any = object()
"""Stands for a node that is taken away."""


def _deep(levels: int) -> Any:
    node: Any = "x"
    for _ in range(levels):
        node = [{"a": node}]
    return node


DEEP: Any = _deep(200)
"""A structure far deeper than any payload, and far from what JSON itself cannot hold."""

WRONG: tuple[Any, ...] = (
    REMOVED, None, True, 0, -1, 1e308, float("nan"), 10**300, "", "x", "12", "\ud800\x00", [], [None], {},
    {"id": {"id": []}}, {"id": 1, "type": "private"}, DEEP,
)  # fmt: skip
"""What each node of a JSON text is replaced by."""

WRONG_TEXTS: tuple[Any, ...] = (REMOVED, "", " ", "\x00", "\ufffd", "x" * 10_000, "{}", "true", "-1", "9" * 400, "[[[")
"""What each field of a form is replaced by."""

AGAIN = 3
"""Of the wrong values after the first two, how many a place gets that was tried before."""

HOSTILE: tuple[bytes, ...] = (
    b"", b" ", b"\x00", b"\xff\xfe\x00", b"null", b"[]", b"[1]", b'"x"', b"1", b"{}", b"{", b"a=b", b"=", b"&&&", b"%",
    b"[" * 100_000, b'{"a":' * 100_000, b"&" * 5_000, b"a=1&" * 5_000, b"9" * 5_000, b'{"id":' + b"9" * 5_000 + b"}",
    '{"type":"text"}'.encode("utf-16"), b"\r\n\r\n", b": \r\n" * 2_000, b"From:" + b"<" * 50_000,
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n" * 5_000,
)  # fmt: skip
"""Bodies that are nothing of any provider's."""


def mutate(body: bytes, *, seed: int = 1, tried: dict[Any, int] | None = None) -> Iterator[tuple[str, bytes]]:
    """The body made wrong in every way its form allows, each with a word on what was done.

    Args:
        body: a good one: JSON, a form (with JSON in its fields, as may be), or a mail.
        seed: of what is left to chance.
        tried: places that were tried in earlier bodies, and how often; those of this body are added. At a place that
            was tried before, what comes next is only deleted, nulled and a few things more, others each time.
    """
    tried = {} if tried is None else tried
    yield from mutate_bytes(body, seed=seed, budget=8 if tried else 60)
    if (value := read_json(body)) is not None:
        yield from ((what, dump(changed)) for what, changed in mutate_json(value, tried))
    elif pairs := read_form(body):
        yield from mutate_form(pairs, tried)
    elif b":" in body.partition(b"\n")[0]:
        yield from mutate_mail(body)


def read_json(body: bytes | str) -> Any:
    """The object or list a JSON text is; None if it is none."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def read_form(body: bytes) -> list[tuple[str, str]]:
    """The fields of a form; empty if it is none."""
    head, _, _ = body.partition(b"=")
    if not head or len(head) > 200 or set(head) & set(b"\r\n :<{["):
        return []
    return parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)


def dump(value: Any) -> bytes:
    """The value as JSON, even with what JSON does not have (lone surrogates, NaN)."""
    return json.dumps(value).encode("utf-8", "surrogatepass")


# --- JSON -------------------------------------------------------------------------------------------------------


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all nodes below a node, parents first. The node itself, `()`, is not among them."""
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def node_at(node: Any, path: Sequence[Any]) -> Any:
    """What lies at a path."""
    for step in path:
        node = node[step]
    return node


def replaced(node: Any, path: Sequence[Any], value: Any) -> Any:
    """The structure with another node at a path; what is not on the path is shared."""
    if not path:
        return value
    key, *rest = path
    if isinstance(node, dict):
        if not rest and value is REMOVED:
            return {name: item for name, item in node.items() if name != key}
        return {**node, key: replaced(node[key], rest, value)}
    if not rest and value is REMOVED:
        return [*node[:key], *node[key + 1 :]]
    return [*node[:key], replaced(node[key], rest, value), *node[key + 1 :]]


def spread(bodies: Iterable[bytes], most: int) -> list[bytes]:
    """About as many as `most` of them, from the first to the last."""
    found = list(bodies)
    return found[:: max(1, len(found) // most)]


def mutate_json(value: Any, tried: dict[Any, int] | None = None) -> Iterator[tuple[str, Any]]:
    """Each node deleted, nulled, retyped and grown. Texts that hold JSON themselves are opened. `tried`: as above."""
    tried = {} if tried is None else tried
    for path in places(value):
        name = "/".join(map(str, path))
        node = node_at(value, path)
        for wrong in _choose(tried, path, (*WRONG, *_grown(node))):
            if wrong is not node:
                yield f"{name} is {_describe(wrong)}", replaced(value, path, wrong)
        if isinstance(node, str) and node[:1] in ("{", "[") and (inner := read_json(node)) is not None:
            for what, changed in mutate_json(inner, tried):
                yield f"{name}: {what}", replaced(value, path, dump(changed).decode("utf-8", "surrogatepass"))


def _choose(tried: dict[Any, int], place: Sequence[Any], wrong: Sequence[Any]) -> Sequence[Any]:
    """All of them the first time; then the first two and the next few."""
    place = tuple(place)
    times = tried.get(place, 0)
    tried[place] = times + 1
    if times == 0:
        return wrong
    rest = wrong[2:]
    return [*wrong[:2], *(rest[(times * AGAIN + i) % len(rest)] for i in range(AGAIN))]


def _grown(node: Any) -> Iterator[Any]:
    if isinstance(node, str):
        yield node + "x" * 10_000
        yield node + "\x00\u202e<b>&amp;"
    elif isinstance(node, list) and node:
        yield node * 3
        yield [*node, {"new": [None]}]
    elif isinstance(node, dict):
        yield {**node, "new_key": {"deep": [1, None, "x"]}}
    elif isinstance(node, int) and not isinstance(node, bool):
        yield str(node)
        yield node + 2**63
    elif isinstance(node, float):
        yield -node


def _describe(value: Any) -> str:
    if value is REMOVED:
        return "missing"
    shown = repr(value)
    return shown if len(shown) < 40 else f"a large {type(value).__name__}"


# --- forms ------------------------------------------------------------------------------------------------------


def mutate_form(pairs: Sequence[tuple[str, str]], tried: dict[Any, int] | None = None) -> Iterator[tuple[str, bytes]]:
    """Each field missing, blank, odd, huge and twice. Fields that hold JSON are opened. `tried`: as above."""
    tried = {} if tried is None else tried
    for i, (name, text) in enumerate(pairs):
        before, after = list(pairs[:i]), list(pairs[i + 1 :])
        for wrong in _choose(tried, (name,), WRONG_TEXTS):
            middle = [] if wrong is REMOVED else [(name, wrong)]
            yield f"{name} is {_describe(wrong)}", _encode([*before, *middle, *after])
        yield f"{name} is there twice", _encode([*pairs, (name, "other")])
        if text[:1] in ("{", "[") and (inner := read_json(text)) is not None:
            for what, changed in mutate_json(inner, tried):
                yield f"{name}: {what}", _encode([*before, (name, dump(changed).decode("utf-8", "replace")), *after])
    yield "fields in another order", _encode(list(reversed(pairs)))


def _encode(pairs: Sequence[tuple[str, str]]) -> bytes:
    return urlencode(pairs, errors="replace").encode()


# --- mails ------------------------------------------------------------------------------------------------------

_ENCODINGS = (b"base64", b"quoted-printable", b"7bit", b"x-unknown", b"")
_VALUES = (
    b"",
    b" ",
    b"\x00",
    b"\xff\xfe",
    b"<",
    b'"',
    b"=?utf-8?B?",
    b"a" * 5_000,
    b"\xe2\x80\xae",
    b"1",
    b"@",
    b";=;",
)


def mutate_mail(body: bytes) -> Iterator[tuple[str, bytes]]:
    """Each header line missing, blank, odd and twice; boundaries and encodings swapped; cut at every line."""
    lines = body.splitlines(keepends=True)
    end = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
    for i, line in enumerate(lines):
        rest = (lines[:i], lines[i + 1 :])
        yield f"line {i} is missing", b"".join(chain(*rest))
        yield f"line {i} is there twice", b"".join([*lines[: i + 1], *lines[i:]])
        yield f"cut after line {i}", b"".join(lines[: i + 1])
        name, colon, _ = line.partition(b":")
        if not colon or (i >= end and not name.lower().startswith(b"content-")):
            continue
        for value in (*_VALUES, *(_ENCODINGS if b"encoding" in name.lower() else ())):
            changed = name + b": " + value + b"\r\n"
            yield f"{name.decode('ascii', 'replace')} is {_describe(value)}", b"".join([*rest[0], changed, *rest[1]])


# --- bytes ------------------------------------------------------------------------------------------------------


def mutate_bytes(body: bytes, *, seed: int = 1, budget: int = 60) -> Iterator[tuple[str, bytes]]:
    """Flips, cuts and noise at places chosen by the seed.

    Args:
        budget: how many of each at most.
    """
    chance = random.Random(seed)  # noqa: S311 - the same noise in every run
    for place in sorted(chance.sample(range(len(body)), min(budget, len(body)))):
        yield f"cut at byte {place}", body[:place]
        yield (
            f"byte {place} is another",
            body[:place] + bytes([body[place] ^ chance.randrange(1, 256)]) + body[place + 1 :],
        )
        yield f"noise at byte {place}", body[:place] + chance.randbytes(4) + body[place:]
    yield "twice", body + body


def change_bytes(given: bytes, *, budget: int, seed: int = 1) -> Iterator[bytes]:
    """Single-byte changes of something signed: another byte, one less, one more, at every place the budget allows.

    Args:
        budget: how many changes at most, about.
    """
    chance = random.Random(seed)  # noqa: S311 - as above
    spots = range(len(given))
    if len(given) * 3 > budget:
        spots = sorted(chance.sample(spots, max(1, budget // 3)))  # type: ignore[assignment]
    for place in spots:
        before, after = given[:place], given[place + 1 :]
        for other in (before + bytes([given[place] ^ 1]) + after, before + after, before + b"0" + given[place:]):
            if other != given:
                yield other

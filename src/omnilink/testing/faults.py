"""Faults a provider or the network can have, as the answers a connector gets to read."""

from omnilink.plugin.sending import Answer, HttpAnswer, TransportFailed

CONNECT_TIMEOUT = TransportFailed("connect-timeout", dispatched=False)
"""Time ran out before a byte left: safe to repeat."""

CONNECT_REFUSED = TransportFailed("connect-refused", dispatched=False)
"""Nobody listens: safe to repeat."""

READ_TIMEOUT = TransportFailed("read-timeout", dispatched=True)
"""The request left and its answer never came: whether it was done, nobody knows."""

CONNECTION_LOST = TransportFailed("connection-lost", dispatched=True)
"""The line broke while the request was on it."""


def http(status: int, body: bytes = b"", *, retry_after: str | None = None, **headers: str) -> HttpAnswer:
    """An HTTP answer.

    Args:
        status: its code.
        body: its bytes.
        retry_after: value of `Retry-After`: seconds, or a date (RFC 9110 §10.2.3).
        headers: others; `_` in a name is written `-`.
    """
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    if retry_after is not None:
        told["retry-after"] = retry_after
    return HttpAnswer(status, told, body)


GARBAGE = (
    b"", b"null", b"[]", b"{}", b'"x"', b"0", b"<html><body>Bad gateway</body></html>", b"\xff\xfe\x00",
    b'{"id": null}', b'{"ok": true}', b"[" * 100_000, b'{"a":' * 100_000, b"9" * 5_000,
)  # fmt: skip
"""Bodies of a 200 that say nothing: a proxy's page, a cut or broken document."""

Fault = Answer
"""What can be played instead of an answer: see `fakes.FakeProvider.fail`."""

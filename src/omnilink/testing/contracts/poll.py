"""Poll: what is polled goes on where its cursor stands, and a line that breaks is a transient error."""

from collections.abc import Mapping
from contextlib import aclosing

import anyio

from omnilink.errors import ConfigError, TransientError
from omnilink.model.envelope import Received
from omnilink.plugin.connector import Polls
from omnilink.plugin.http import HttpClient
from omnilink.testing.fakes.provider import FakeResponse
from omnilink.testing.trial import Trial

MOST_LOTS = 20


class BrokenLine:
    """An `HttpClient` whose every request fails, and whose errors hold what was asked for."""

    async def request(
        self, method: str, url: str, *, content: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> FakeResponse:
        """Raises what a broken line raises."""
        import httpx

        raise httpx.ConnectError(f"cannot reach {url} with {dict(headers or {})}")

    async def aclose(self) -> None:
        """Nothing to close."""


def check(trial: Trial) -> None:
    """Polling from the beginning, from the end, and over a broken line. A real server shows it where no fake can."""
    if trial.suite.polled() is None:
        trial.leave_to_server("provider to poll from")
        return
    anyio.run(_check_polling, trial)


async def _check_polling(trial: Trial) -> None:
    first = await _read(trial, None)
    trial.needs(first, "provider to poll from that has something to tell")
    for received in first:
        trial.check(trial.facts.parse(received.body, received.headers), "what is polled gives no event")
    cursors = [received.cursor for received in first if received.cursor is not None]
    trial.check(cursors, "what is polled moves no cursor: after a restart it would be told again from the beginning")
    names = [_name(received) for received in first]
    trial.check(len(names) == len(set(names)), "the same was polled twice in a row")
    trial.check(
        [_name(r) for r in await _read(trial, None)] == names, "polled again, the same has other delivery keys or bytes"
    )
    rest = [_name(r) for r in await _read(trial, cursors[-1])]
    trial.check(not set(rest) & set(names), "what is before the cursor is polled again")
    try:
        await _read(trial, None, BrokenLine())
    except (TransientError, ConfigError) as e:
        texts = trial.facts.secret_texts.values()
        trial.check(not any(text in f"{e!r} {e}" for text in texts), "the error of a broken line holds a secret")
    except Exception as e:
        trial.fail(f"a broken line raises {type(e).__name__} instead of TransientError")
    else:
        trial.fail("a broken line is not told: it must raise TransientError")


async def _read(trial: Trial, cursor: str | None, http: HttpClient | None = None) -> list[Received]:
    """Lots until one is empty."""
    connector = trial.facts.make(options=trial.suite.polling)
    assert isinstance(connector, Polls)  # noqa: S101 - the contract is about those
    client = http or trial.suite.polled()
    assert client is not None  # noqa: S101 - asked before
    found: list[Received] = []
    async with aclosing(connector.poll(cursor, trial.facts.secrets, client)) as lots:
        for _ in range(MOST_LOTS):
            try:
                lot = await anext(lots)
            except StopAsyncIteration:
                break
            if not lot:
                break
            found += lot
    return found


def _name(received: Received) -> tuple[str | None, bytes]:
    return received.delivery_key, received.body

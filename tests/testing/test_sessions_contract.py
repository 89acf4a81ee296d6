"""The contract on sessions has teeth: Socket Mode passes, and each fault planted in it is found."""

from contextlib import suppress
from dataclasses import replace
from itertools import count
from pathlib import Path

import anyio
import anyio.lowlevel
import pytest

from omnilink.errors import ConfigError, TransientError
from omnilink.model.envelope import Authenticity
from omnilink.testing import run_suite
from omnilink.testing.find import find_suite

ROOT = Path(__file__).parents[2]
numbers = count()


@pytest.fixture(scope="module")
def slack():
    return find_suite("slack", ROOT)


class Faulty:
    """A session with some of its ways changed."""

    def __init__(self, session, ways):
        self._session, self._ways = session, ways
        self._heard = 0

    @property
    def ending(self):
        return self._ways.get("ending", lambda right: right)(self._session.ending)

    async def receive(self):
        work = self._ways.get("receive")
        return await (work(self._session) if work else self._session.receive())

    async def acknowledge(self, tickets):
        work = self._ways.get("acknowledge")
        await (work(self._session, tickets) if work else self._session.acknowledge(tickets))

    async def send(self, request):
        return await self._session.send(request)

    async def aclose(self):
        if "aclose" not in self._ways:
            await self._session.aclose()


def result(suite, **ways):
    """What the kit says of Socket Mode with some of its ways changed."""

    class Connector(suite.connector):
        async def open_session(self, secrets, http):
            if (work := ways.get("open")) is not None:
                return await work(super().open_session, secrets, http)
            return Faulty(await super().open_session(secrets, http), ways)

    faulty = type("FaultySuite", (suite,), {"connector": Connector, "__module__": suite.__module__})
    (found,) = run_suite(faulty, contracts=["sessions"]).results
    return found


def each(**changed):
    """Every thing that is handed over, changed."""

    async def receive(session):
        return [replace(one, **{name: make(one) for name, make in changed.items()}) for one in await session.receive()]

    return {"receive": receive}


def received(**changed):
    return each(
        received=lambda one: one.received.model_copy(update={name: make(one) for name, make in changed.items()})
    )


async def acknowledge_at_once(session):
    handed = await session.receive()
    await session.acknowledge([one.ticket for one in handed if one.ticket])
    return handed


async def forget_the_last(session, tickets):
    await session.acknowledge(tickets[:-1])


async def swallow_a_break(session):
    try:
        return await session.receive()
    except TransientError:
        return []


async def wait_for_ever(session):
    try:
        return await session.receive()
    except TransientError:
        await anyio.sleep_forever()


async def raise_as_the_system_does(session):
    try:
        return await session.receive()
    except TransientError as e:
        raise OSError from e


async def pretend_to_acknowledge(session, tickets):
    with suppress(TransientError):
        await session.acknowledge(tickets)


async def read_nothing_that_is_odd(session):
    handed = await session.receive()
    assert all(one.received.body.startswith(b'{"') for one in handed)
    return handed


async def stop_reading_at_the_announcement(session):
    if session.ending:
        raise TransientError("it said that it ends")
    return await session.receive()


async def not_to_be_left(session):
    with anyio.move_on_after(1.5, shield=True):
        return await session.receive()
    await anyio.lowlevel.checkpoint()
    return []


async def try_for_ever(right, secrets, http):
    for _ in range(50):
        try:
            return await right(secrets, http)
        except TransientError:
            continue
    raise TransientError("it does not open")


async def say_the_token(right, secrets, http):
    try:
        return await right(secrets, http)
    except ConfigError as e:
        raise ConfigError(f"wrong token {secrets['app_token'][0].reveal()}", connector="slack") from e


async def take_a_busy_one_for_a_wrong_token(right, secrets, http):
    try:
        return await right(secrets, http)
    except TransientError as e:
        raise ConfigError("no line", connector="slack") from e


def test_socket_mode_passes(slack):
    found = result(slack)
    assert (found.outcome, found.detail) == ("passed", "")
    assert found.checks > 300


@pytest.mark.parametrize(
    ("said", "ways"),
    [
        ("acknowledged before it is on disk", {"receive": acknowledge_at_once}),
        ("ever acknowledged", each(ticket=lambda one: None)),
        ("not what was handed over", {"acknowledge": forget_the_last}),
        ("one delivery key", received(delivery_key=lambda one: "the same")),
        ("another delivery key", received(delivery_key=lambda one: f"n{next(numbers)}")),
        ("came from the provider", received(authenticity=lambda one: Authenticity.UNSIGNED)),
        ("another event than it is", received(body=lambda one: b"{}")),
        ("says that it ends", {"ending": lambda right: True}),
        ("nothing says so", {"ending": lambda right: False}),
        ("reading an open line raises TransientError", {"receive": stop_reading_at_the_announcement}),
        ("reading a line that broke raises nothing", {"receive": swallow_a_break}),
        ("reading a line that broke takes for ever", {"receive": wait_for_ever}),
        ("raises OSError instead of TransientError", {"receive": raise_as_the_system_does}),
        ("acknowledging on a line that broke raises nothing", {"acknowledge": pretend_to_acknowledge}),
        ("ends the line: AssertionError", {"receive": read_nothing_that_is_odd}),
        ("cannot be left in time", {"receive": not_to_be_left}),
        ("leaves its line open", {"aclose": None}),
        ("asked again and again", {"open": try_for_ever}),
        ("holds a secret", {"open": say_the_token}),
        ("raises ConfigError instead of TransientError", {"open": take_a_busy_one_for_a_wrong_token}),
    ],
)
def test_each_fault_is_found(slack, monkeypatch, said, ways):
    from omnilink.testing.contracts import sessions

    monkeypatch.setattr(sessions, "SOON_S", 0.5 if "for ever" in said else 5.0)
    found = result(slack, **ways)
    assert (found.outcome, said in found.detail) == ("failed", True), found.detail


def test_a_suite_without_a_line_proves_nothing(slack):
    silent = type("SilentSuite", (slack,), {"line": lambda self: None, "__module__": slack.__module__})
    (found,) = run_suite(silent, contracts=["sessions"]).results
    assert (found.outcome, "line to hold" in found.detail) == ("failed", True)

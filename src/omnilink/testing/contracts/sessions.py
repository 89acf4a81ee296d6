"""Sessions: what a line hands over is acknowledged by the core alone, comes again if it is not, and any end of a line
is an end.
"""

from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager

import anyio

from omnilink.errors import ConfigError, OmnilinkError, TransientError
from omnilink.model.envelope import Authenticity
from omnilink.plugin.http import HttpClient
from omnilink.plugin.session import Handed, HoldsSession, Session
from omnilink.testing.contracts.poll import BrokenLine
from omnilink.testing.fakes.line import FakeLine, FakeWire
from omnilink.testing.faults import GARBAGE
from omnilink.testing.payloads import mutate, spread
from omnilink.testing.samples import Sample
from omnilink.testing.trial import Trial

SOON_S = 5.0
STOP_S = 1.0
MOST_SAMPLES, MOST_ODD = 20, 300
MOST_TRIES = 3
"""Requests for one line: whether and when it is tried again is for the core to say, which waits longer each time."""


def check(trial: Trial) -> None:
    """Lines that hand over, break, end, are refused and are closed. A real server shows it where no fake can."""
    if trial.suite.line() is None:
        trial.leave_to_server("line to hold (`line`)")
        return
    trial.needs(trial.facts.samples, "samples")
    for part in (_check_words, _check_again, _check_odd, _check_breaks, _check_end, _check_refusals, _check_stop):
        anyio.run(part, trial)


async def _check_words(trial: Trial) -> None:
    """What is handed over is the same event as by any other way; nothing is acknowledged before the core says so."""
    samples = trial.facts.samples[:MOST_SAMPLES]
    async with _opened(trial) as (line, session, wire):
        trial.check(not session.ending and not wire.closed, "a line that was just opened says that it ends")
        tickets = [line.hand_over(sample) for sample in samples]
        handed = await _receive(trial, session, len(samples))
        for sample, one in zip(samples, handed, strict=True):
            _check_handed(trial, sample, one)
        keys = [one.received.delivery_key for one in handed if one.received.delivery_key is not None]
        trial.check(len(keys) == len(set(keys)), "two things that were handed over have one delivery key")
        trial.check(not line.acknowledged, "it is acknowledged before it is on disk")
        expected = [ticket for ticket, one in zip(tickets, handed, strict=True) if one.ticket is not None]
        trial.check(expected, "nothing of it is ever acknowledged: the provider would hand it over for ever")
        await session.acknowledge([one.ticket for one in handed if one.ticket is not None])
        trial.check(line.acknowledged == expected, "what was acknowledged is not what was handed over")


def _check_handed(trial: Trial, sample: Sample, one: Handed) -> None:
    received = one.received
    proven = received.authenticity in (Authenticity.POLLED, Authenticity.VERIFIED)
    trial.check(proven, f"{sample.name}: nothing says that it came from the provider")
    events = trial.facts.parse(received.body, received.headers, authenticity=received.authenticity)
    keys = {event.event_key for event in trial.facts.events[sample.name]}
    trial.check(
        {event.event_key for event in events} == keys, f"{sample.name}: over the line it is another event than it is"
    )


async def _check_again(trial: Trial) -> None:
    """What was not acknowledged is handed over on the next line, under the same names; what was is not."""
    kept, lost = trial.facts.samples[0], trial.facts.samples[-1]
    async with _opened(trial) as (line, session, wire):
        line.hand_over(kept)
        line.hand_over(lost)
        first = await _receive(trial, session, 2)
        await session.acknowledge([one.ticket for one in first[:1] if one.ticket is not None])
        wire.break_off()
        async with _open(trial, line) as (again, _):
            second = await _receive(trial, again, 1)
    named = [(one.received.delivery_key, one.received.body, one.ticket) for one in (first[1], second[0])]
    trial.check(named[0] == named[1], "handed over again, the same has another delivery key, ticket or other bytes")


async def _check_odd(trial: Trial) -> None:
    """Whatever stands in a frame, the line goes on; what it hands over can be parsed."""
    async with _opened(trial) as (line, session, wire):
        right = line.frame(trial.facts.samples[0], "ticket-odd")
        odd = (body for _, body in mutate(right.encode()))
        for body in (*GARBAGE, *spread(odd, MOST_ODD)):
            wire.say(body.decode("utf-8", "surrogateescape"))
            with anyio.move_on_after(STOP_S):
                try:
                    handed = await session.receive()
                except Exception as e:
                    trial.fail(f"a frame that says nothing ends the line: {type(e).__name__}")
                    raise
                for one in handed:
                    events = trial.facts.parse(one.received.body, one.received.headers)
                    trial.check(events, "what an odd frame hands over gives no event")


async def _check_breaks(trial: Trial) -> None:
    """A line that breaks is a transient error, for who reads and for who acknowledges."""
    async with _opened(trial) as (line, session, wire):
        line.hand_over(trial.facts.samples[0])
        (one, *_) = await _receive(trial, session, 1)
        wire.break_off()
        await _check_error(trial, session.receive(), TransientError, "reading a line that broke")
        acknowledging = session.acknowledge([one.ticket or "ticket"])
        await _check_error(trial, acknowledging, TransientError, "acknowledging on a line that broke")


async def _check_end(trial: Trial) -> None:
    """An announced end is told, and what still comes is read."""
    async with _opened(trial) as (line, session, wire):
        if (frame := line.ending()) is None:
            return
        wire.say(frame)
        with anyio.move_on_after(SOON_S):
            await session.receive()
        trial.check(session.ending, "the provider has announced the end of the line, and nothing says so")
        line.hand_over(trial.facts.samples[0])
        await _receive(trial, session, 1)


async def _check_refusals(trial: Trial) -> None:
    """A line that is not opened says whether to try again, and does not try by itself."""
    for refuses, error in (("busy", TransientError), ("login", ConfigError)):
        line = _new_line(trial)
        line.refuses = refuses  # type: ignore[assignment]
        with line.installed() as http:
            await _check_error(trial, _open_session(trial, http), error, f"a provider that refuses ({refuses})")
            trial.check(not line.wires, "a line was opened although the provider refused it")
        trial.check(line.asked <= MOST_TRIES, "a provider that refuses is asked again and again")
    with _new_line(trial).installed():
        await _check_error(trial, _open_session(trial, BrokenLine()), TransientError, "a provider out of reach")


async def _check_stop(trial: Trial) -> None:
    """A silent line can be left and closed at once, and then is closed."""
    async with _opened(trial) as (_, session, wire):
        with anyio.move_on_after(SOON_S) as scope:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(_read_silence, session)
                await anyio.sleep(0.01)
                began = anyio.current_time()
                tasks.cancel_scope.cancel()
            await session.aclose()
            trial.check(anyio.current_time() - began < STOP_S, "a silent line cannot be left in time")
        trial.check(not scope.cancelled_caught, "a silent line cannot be left at all")
        trial.check(wire.closed, "a session that was closed leaves its line open")
        await session.aclose()  # twice does no harm
        await _check_error(trial, session.receive(), TransientError, "reading a line that was closed")


async def _read_silence(session: Session) -> None:
    while True:
        await session.receive()


# --- opening and reading ------------------------------------------------------------------------------------------


def _new_line(trial: Trial) -> FakeLine:
    line = trial.suite.line()
    assert line is not None  # noqa: S101 - asked before
    return line


@asynccontextmanager
async def _opened(trial: Trial) -> AsyncIterator[tuple[FakeLine, Session, FakeWire]]:
    """A provider of its own and one line to it."""
    line = _new_line(trial)
    async with _open(trial, line) as (session, wire):
        yield line, session, wire


@asynccontextmanager
async def _open(trial: Trial, line: FakeLine) -> AsyncIterator[tuple[Session, FakeWire]]:
    with line.installed() as http:
        with anyio.move_on_after(SOON_S) as scope:
            session = await _open_session(trial, http)
        trial.check(not scope.cancelled_caught and line.wires, "no line is opened")
        try:
            yield session, line.wires[-1]
        finally:
            await session.aclose()


async def _open_session(trial: Trial, http: HttpClient) -> Session:
    connector = trial.facts.make(options=trial.suite.holding)
    assert isinstance(connector, HoldsSession)  # noqa: S101 - the contract is about those
    trial.check(connector.lines > 0, "an account that is set to hold lines holds none")
    return await connector.open_session(trial.facts.secrets, http)


async def _receive(trial: Trial, session: Session, count: int) -> list[Handed]:
    found: list[Handed] = []
    with anyio.move_on_after(SOON_S):
        while len(found) < count:
            try:
                found += await session.receive()
            except Exception as e:
                trial.fail(f"reading an open line raises {type(e).__name__}")
    trial.check(len(found) == count, f"{count} were handed over, and {len(found)} were received")
    return found


async def _check_error(trial: Trial, work: Awaitable[object], expected: type[OmnilinkError], what: str) -> None:
    texts: Sequence[str] = tuple(trial.facts.secret_texts.values())
    try:
        with anyio.fail_after(SOON_S):
            await work
    except expected as e:
        trial.check(not any(text in f"{e!r} {e}" for text in texts), f"the error of {what} holds a secret")
    except TimeoutError:
        trial.fail(f"{what} takes for ever")
    except Exception as e:
        trial.fail(f"{what} raises {type(e).__name__} instead of {expected.__name__}")
    else:
        trial.fail(f"{what} raises nothing: it must raise {expected.__name__}")

"""A connection that does not deliver the head of a request in time is closed; one that works is left alone."""

import asyncio
from types import SimpleNamespace

import pytest

from omnilink.web import connection
from omnilink.web.connection import GuardedConnection


class Loop:
    """A loop of which only the clock and the timers are used."""

    def __init__(self):
        self.now, self.timers = 0.0, []

    def time(self):
        return self.now

    def call_later(self, delay, callback):
        timer = SimpleNamespace(at=self.now + delay, run=callback)
        timer.cancel = lambda: self.timers.remove(timer)
        self.timers.append(timer)
        return timer

    def advance(self, seconds):
        end = self.now + seconds
        while due := [t for t in self.timers if t.at <= end]:
            timer = min(due, key=lambda t: t.at)
            self.timers.remove(timer)
            self.now = max(self.now, timer.at)
            timer.run()
        self.now = end


class Transport(asyncio.Transport):
    aborted, protocol = False, None

    def get_protocol(self):
        return self.protocol

    def abort(self):
        self.aborted = True


class Inner:
    """Uvicorn's side: a head ends with a full stop, and `finish` is the end of the response."""

    def __init__(self, *, config, server_state, app_state, _loop):
        self.cycle, self.server_state, self.head = None, server_state, b""

    def connection_made(self, transport):
        self.server_state.connections.add(self)

    def connection_lost(self, exc):
        self.server_state.connections.discard(self)

    def data_received(self, data):
        self.head += data
        if data.endswith(b"."):
            self.cycle = SimpleNamespace(response_complete=False)

    def finish(self):
        self.cycle.response_complete = True


@pytest.fixture
def loop():
    return Loop()


@pytest.fixture
def state():
    return SimpleNamespace(connections=set())


@pytest.fixture
def connect(monkeypatch, loop, state):
    monkeypatch.setattr(connection, "AutoHTTPProtocol", Inner)

    def make():
        made = GuardedConnection(None, state, {}, loop)
        transport = Transport()
        transport.protocol = made
        made.connection_made(transport)
        return made, transport

    return make


def test_silent_connection_is_closed_at_the_deadline(connect, loop):
    _, transport = connect()
    loop.advance(9.9)
    assert not transport.aborted
    loop.advance(0.2)
    assert transport.aborted


def test_connection_that_became_a_socket_is_no_longer_watched(connect, loop):
    made, transport = connect()
    transport.protocol = object()  # as uvicorn sets it after an upgrade
    made.data_received(b"upgrade")
    loop.advance(60)
    assert not transport.aborted


def test_dripping_head_does_not_move_the_deadline(connect, loop):
    made, transport = connect()
    for _ in range(11):
        loop.advance(1)
        made.data_received(b"x")
    assert transport.aborted


def test_request_in_progress_is_the_applications_to_end(connect, loop):
    made, transport = connect()
    made.data_received(b"head.")
    loop.advance(60)
    made.data_received(b"body")
    loop.advance(60)
    assert not transport.aborted


def test_idle_connection_after_a_response_is_left_to_uvicorn(connect, loop):
    made, transport = connect()
    made.data_received(b"head.")
    made._inner.finish()
    loop.advance(60)
    assert not transport.aborted


def test_dripping_head_of_a_further_request_is_closed_too(connect, loop):
    made, transport = connect()
    made.data_received(b"head.")
    made._inner.finish()
    loop.advance(60)
    made.data_received(b"x")
    loop.advance(9.9)
    assert not transport.aborted
    loop.advance(10.2)  # one timer a connection: it may come up to one deadline late
    assert transport.aborted


def test_rest_of_a_refused_body_has_the_same_deadline(connect, loop):
    made, transport = connect()
    made.data_received(b"head.")
    made._inner.finish()
    for _ in range(21):
        made.data_received(b"x")
        loop.advance(1)
    assert transport.aborted


def test_endless_head_is_cut_off(connect, loop):
    made, transport = connect()
    for _ in range(66):
        made.data_received(b"x" * 1000)
    assert transport.aborted


def test_long_body_is_not_taken_for_a_head(connect, loop):
    made, transport = connect()
    made.data_received(b"x" * 100_000 + b".")
    made.data_received(b"x" * 100_000)
    assert not transport.aborted


def test_one_connection_too_many_is_closed_unheard(connect, state, monkeypatch):
    monkeypatch.setattr(GuardedConnection, "max_connections", 2)
    made = [connect() for _ in range(3)]
    assert [transport.aborted for _, transport in made] == [False, False, True]
    made[2][0].connection_lost(None)
    made[0][0].connection_lost(None)
    assert not connect()[1].aborted


def test_closed_connection_leaves_no_timer(connect, loop):
    made, _ = connect()
    made.connection_lost(None)
    assert loop.timers == []

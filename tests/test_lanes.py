"""The lanes themselves: the fast one reaches no network, the real one does, async tests run on both loops."""

import socket

import pytest
import trio
from anyio.lowlevel import checkpoint
from pytest_socket import SocketBlockedError


def test_fast_lane_opens_no_socket():
    with pytest.raises(SocketBlockedError):
        socket.socket(socket.AF_INET, socket.SOCK_STREAM)


@pytest.mark.anyio
async def test_async_tests_run_on_the_loop_they_are_named_after(anyio_backend):
    await checkpoint()
    assert trio.lowlevel.in_trio_run() == (anyio_backend == "trio")


@pytest.mark.real
def test_real_lane_talks_to_this_machine():
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
        server.accept()[0] as accepted,
    ):
        client.sendall(b"ping")
        assert accepted.recv(4) == b"ping"

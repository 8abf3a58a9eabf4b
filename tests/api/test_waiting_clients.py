"""Clients that connect at once are accepted at once, not one per turn of the loop."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import pytest
import uvloop

from api.waiting_clients import MOST_AT_ONCE, WaitingClients
from api.workers import BACKLOG

CLIENTS = 200
TURNS = 10


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(BACKLOG)
        listening.setblocking(False)
        yield listening


@contextlib.contextmanager
def clients_of(listener: socket.socket, count: int) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        yield [
            stack.enter_context(socket.create_connection(listener.getsockname()))
            for _ in range(count)
        ]


class Answering(asyncio.Protocol):
    """Sends one byte, and lets those who wait come in."""

    def __init__(self, waiting: WaitingClients | None, accepted: list[int]) -> None:
        self.waiting = waiting
        self.accepted = accepted

    def connection_made(self, transport: Any) -> None:
        if self.waiting is not None:
            self.waiting.accept(lambda: Answering(self.waiting, self.accepted))
        self.accepted.append(transport.get_extra_info("peername")[1])
        transport.write(b"!")


def accepted_in(
    turns: int, listener: socket.socket, waiting: WaitingClients | None
) -> list[int]:
    """The ports of the clients that were accepted in so many turns of the loop."""
    accepted: list[int] = []

    async def serve() -> list[int]:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Answering(waiting, accepted), sock=listener, backlog=BACKLOG
        )
        async with server:
            for _ in range(turns):
                await asyncio.sleep(0)
            return list(accepted)

    return uvloop.run(serve())


def test_all_who_wait_are_accepted_within_a_few_turns(listener: socket.socket) -> None:
    assert CLIENTS < MOST_AT_ONCE
    with clients_of(listener, CLIENTS) as clients:
        ports = [client.getsockname()[1] for client in clients]
        accepted = accepted_in(TURNS, listener, WaitingClients(listener))
        assert sorted(accepted) == sorted(ports)
        for client in clients:
            client.settimeout(10)
            assert client.recv(1) == b"!"


def test_without_it_a_turn_accepts_one(listener: socket.socket) -> None:
    """Delete `WaitingClients` when this fails: the loop then does it by itself."""
    with clients_of(listener, CLIENTS):
        assert len(accepted_in(TURNS, listener, None)) <= TURNS + 1


def test_a_client_that_has_gone_harms_no_other(listener: socket.socket) -> None:
    with clients_of(listener, 3) as clients:
        # With a pause of 0 it ends with a reset, before it is accepted.
        linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
        clients[1].setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        clients[1].close()
        ports = {clients[place].getsockname()[1] for place in (0, 2)}
        assert ports <= set(accepted_in(TURNS, listener, WaitingClients(listener)))

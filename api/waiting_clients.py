"""Accepts all clients that wait for a connection, not one per turn of the event loop.

libuv, below the event loop, accepts one connection per turn. Under load a turn takes some
ten milliseconds, so of a thousand clients that connect at once the last would wait for
seconds.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable

# So many at a time, so that open connections get their turn.
MOST_AT_ONCE = 256


class WaitingClients:
    """The clients in the queue of a listening socket."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self._tasks: set[asyncio.Task[object]] = set()

    def accept(self, protocol: Callable[[], asyncio.Protocol]) -> None:
        """Accept those that wait now.

        Args:
            protocol: creates the protocol of a connection.
        """
        loop = asyncio.get_running_loop()
        for _ in range(MOST_AT_ONCE):
            try:
                accepted, _ = self._listener.accept()
            except OSError:  # None waits, or the limit of open files is reached.
                return
            accepted.setblocking(False)
            task = loop.create_task(self._connect(loop, protocol, accepted))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _connect(
        loop: asyncio.AbstractEventLoop,
        protocol: Callable[[], asyncio.Protocol],
        accepted: socket.socket,
    ) -> None:
        # The client may be gone already.
        with contextlib.suppress(OSError):
            await loop.connect_accepted_socket(protocol, accepted)

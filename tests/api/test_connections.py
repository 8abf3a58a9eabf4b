"""Idle and slow clients do not keep others from being answered."""

import contextlib
import resource
import socket
import struct
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client import CollectorRegistry

from api import connections
from api import workers as api_workers
from api.connections import Connections, most_connections
from api.settings import Settings
from api.workers import BACKLOG, KERNEL_BACKLOG, listen, warn_of_limits
from tests.api.conftest import Serve, ServeInThread, Server, free_port
from tests.api.running_api import RunningApi
from tests.conftest import FinishedBuild

ASK = b"GET /recommend/5 HTTP/1.1\r\nhost: localhost\r\n\r\n"


class Client:
    """A connection, as `Connections` sees it."""

    def __init__(self, since: float | None, *, is_busy: bool = False) -> None:
        self.since = since
        self.is_busy = is_busy
        self.is_closed = False

    def waits_since(self) -> tuple[bool, float] | None:
        return None if self.since is None else (self.is_busy, self.since)

    def end(self) -> None:
        self.is_closed = True


def counted(**settings: int) -> tuple[Connections, CollectorRegistry]:
    registry = CollectorRegistry()
    return Connections(Settings(**settings), registry), registry  # type: ignore[arg-type]


def test_the_connection_that_is_idle_longest_makes_room() -> None:
    here, registry = counted(connections=16)
    clients = [Client(100.0 - number) for number in range(15)]
    clients.append(Client(None))
    assert all(here.admit(client, "127.0.0.1") for client in clients)
    assert here.admit(Client(None), "127.0.0.1")
    assert [client.is_closed for client in clients] == [False] * 14 + [True, False]
    assert len(here) == 16
    # Its end arrives later and is not counted twice.
    here.leave(clients[14], "127.0.0.1")
    assert len(here) == 16
    value = registry.get_sample_value
    assert value("audience_connections_closed_total", {"limit": "worker"}) == 1
    assert value("audience_connections_refused_total", {"limit": "worker"}) == 0
    here.report()
    assert value("audience_connections") == 16


def test_a_busy_server_refuses_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    here, registry = counted(connections=16)
    now = time.monotonic()
    busy = [Client(None) for _ in range(14)]
    slow, sending = Client(now - 5, is_busy=True), Client(now, is_busy=True)
    for client in (*busy, slow, sending):
        assert here.admit(client, "10.0.0.1") or here.most_of_peer == 8
    here, registry = counted(connections=16, peer_connections=0)
    for client in (*busy, slow, sending):
        assert here.admit(client, "10.0.0.1")
    assert here.admit(Client(None), "10.0.0.2")
    assert slow.is_closed
    for _ in range(5):
        assert not here.admit(Client(None), "10.0.0.2")
    assert not sending.is_closed
    assert (
        registry.get_sample_value("audience_connections_refused_total", {"limit": "worker"})
        == 5
    )
    said = [line for line in caplog.messages if "refused" in line]
    assert len(said) <= 2


def test_one_address_cannot_take_all_but_a_proxy_can() -> None:
    here, registry = counted(connections=100, peer_connections=10)
    mine = [Client(float(number)) for number in range(10)]
    assert all(here.admit(client, "10.0.0.1") for client in mine)
    assert here.admit(Client(None), "10.0.0.1")
    assert mine[0].is_closed, "its own idle connection makes room"
    for client in mine[1:]:
        client.since = None
    assert not here.admit(Client(None), "10.0.0.1")
    assert here.admit(Client(None), "10.0.0.2")
    value = registry.get_sample_value
    assert value("audience_connections_refused_total", {"limit": "peer"}) == 1
    # A proxy on this machine, also as a socket for IPv4 and IPv6 shows it.
    for proxy in ("127.0.0.1", "::1", "::ffff:127.0.0.1"):
        assert all(here.admit(Client(None), proxy) for _ in range(20))
    unlimited, _ = counted(connections=100, peer_connections=0)
    assert all(unlimited.admit(Client(None), "10.0.0.1") for _ in range(100))


def test_closed_connections_are_forgotten() -> None:
    here, _ = counted(connections=16)
    for number in range(1000):
        client = Client(None)
        assert here.admit(client, f"10.0.{number // 250}.{number % 250}")
        here.leave(client, f"10.0.{number // 250}.{number % 250}")
    assert len(here) == 0
    assert here._open == {}


def test_a_low_limit_of_open_files_lowers_the_limit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 1024))
    assert most_connections(Settings()) == 1024 - connections.OTHER_FILES
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    assert most_connections(Settings(connections=77)) == 77


@contextlib.contextmanager
def idle_connections(server: RunningApi, count: int) -> Iterator[list[socket.socket]]:
    """Connections that have had an answer and ask no more."""
    port = int(server.url.rsplit(":")[-1])
    found = []
    try:
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", port), timeout=10)
            found.append(one)
            one.sendall(ASK)
            assert one.recv(65536).startswith(b"HTTP/1.1 200")
        yield found
    finally:
        for one in found:
            one.close()


@pytest.mark.parametrize(
    ("workers", "count"), [(1, 1000), pytest.param(2, 2400, marks=pytest.mark.long)]
)
def test_idle_connections_do_not_use_up_the_open_files(
    serve: Serve, server: Server, monkeypatch: pytest.MonkeyPatch, workers: int, count: int
) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4000:
        pytest.skip("this process may not open enough files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    run = subprocess.Popen

    def few_files(command: list[str], **options: object) -> object:
        # The soft limit is lower still: the server raises it.
        limited = 'ulimit -Sn 256; ulimit -Hn 1024; exec "$0" "$@"'
        return run(["bash", "-c", limited, *command], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", few_files)
    small = serve(server.folder, workers=workers)
    monkeypatch.undo()
    with idle_connections(small, count):
        for _ in range(300):
            assert httpx.get(f"{small.url}/recommend/5").status_code == 200
        text = small.get("/metrics").text
    assert f"audience_connection_limit {workers * 896}.0" in text
    closed = 'audience_connections_closed_total{limit="worker"} '
    assert float(text.split(closed)[1].split()[0]) > 0
    printed = small.printed()
    assert "Only 896 connections per worker instead of 4000" in printed
    assert 1 <= printed.count("idle ones to make room") <= 2 * workers
    assert "Traceback" not in printed


def test_slow_clients_make_room_too(
    serve_in_thread: ServeInThread, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Those in the middle of a head or of a body."""
    small = serve_in_thread(server.folder, connections=32)
    port = int(small.url.rsplit(":")[-1])
    head = (
        b"POST /recommend/batch HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{"
    )
    held = []
    for begun in [ASK[:10]] * 16 + [head] * 16:
        one = socket.create_connection(("127.0.0.1", port))
        one.sendall(begun)
        held.append(one)
    time.sleep(connections.PAUSE_SECONDS + 0.2)
    for _ in range(30):
        answer = httpx.get(f"{small.url}/recommend/5")
        assert answer.status_code == 200
    for one in held:
        one.close()
    assert "idle ones to make room" in caplog.text
    assert "Traceback" not in caplog.text
    small.wait_for(lambda: 'status="499"' in small.get("/metrics").text)
    assert 'status="500"' not in small.get("/metrics").text, "no error of the server"


# Its answer needs no query.
READY = b"GET /ready HTTP/1.1\r\nhost: localhost\r\n\r\n"
IN_CHUNKS = (
    b"POST /recommend/batch HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n"
    b"\r\n%b0\r\n\r\n"
)


@pytest.mark.parametrize(
    ("sent", "requests"),
    [
        (READY * 500, 500),
        (IN_CHUNKS % (b"1\r\n \r\n" * 10_000), 1),
    ],
    ids=["requests", "chunks"],
)
def test_clients_that_send_much_at_once_take_turns_with_others(
    sent: bytes, requests: int, serve: Serve, dirty_build: FinishedBuild
) -> None:
    """Before, each got all of its answers first, and the worker counted as hung."""
    server = serve(dirty_build.folder, workers=1)
    address = ("127.0.0.1", int(server.url.rsplit(":")[-1]))
    with contextlib.ExitStack() as stack:
        clients = [
            stack.enter_context(socket.create_connection(address, timeout=10))
            for _ in range(21)
        ]
        other = clients.pop()
        for client in clients:
            client.sendall(sent)
        other.sendall(READY)
        assert other.recv(100).startswith(b"HTTP/1.1 200")
        answers = 0
        for client in clients:
            client.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                answers += client.recv(1_000_000).count(b"HTTP/1.1 ")
    assert answers < requests * len(clients) / 4


def test_a_full_server_answers_with_503(
    serve_in_thread: ServeInThread, server: Server
) -> None:
    full = serve_in_thread(server.folder, connections=16)
    port = int(full.url.rsplit(":")[-1])
    held = []
    for _ in range(16):
        one = socket.create_connection(("127.0.0.1", port))
        one.sendall(ASK[:10])
        held.append(one)
    time.sleep(0.2)
    with socket.create_connection(("127.0.0.1", port), timeout=5) as refused:
        received = refused.recv(65536)
    assert received.startswith(b"HTTP/1.1 503")
    assert b"retry-after: 1" in received
    assert b"problem:too-many-connections" in received
    for one in held:
        one.close()
    full.wait_for(lambda: httpx.get(f"{full.url}/recommend/5").status_code == 200)


def longest_queue(listener: socket.socket) -> int:
    """How many connections the kernel keeps until they are accepted."""
    # struct tcp_info: 8 bytes, then tcpi_unacked after 4 numbers, tcpi_sacked after 5.
    known = listener.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 104)
    return int(struct.unpack_from("I", known, 8 + 4 * 5)[0])


def test_many_clients_may_connect_at_once(server: Server) -> None:
    somaxconn = int(KERNEL_BACKLOG.read_text())
    expected = min(BACKLOG, somaxconn)
    (listener,) = listen(Settings(port=free_port(), workers=1))
    with listener:
        assert longest_queue(listener) == expected
    # And Sanic does not set it back.
    port = server.url.rsplit(":")[-1]
    shown = subprocess.run(
        ["ss", "-ltnH"], capture_output=True, text=True, check=True
    ).stdout
    (line,) = (line for line in shown.splitlines() if line.split()[3].endswith(f":{port}"))
    assert int(line.split()[2]) == expected


def test_a_low_limit_of_the_kernel_is_said(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    low = tmp_path / "somaxconn"
    low.write_text("128\n")
    monkeypatch.setattr(api_workers, "KERNEL_BACKLOG", low)
    warn_of_limits()
    assert "lets only 128 new connections wait" in caplog.text

"""Requests that two programs could read differently are refused, and names are checked."""

import contextlib
import socket

import httpx
import pytest

from api import request_heads
from api.request_heads import is_well_formed
from api.settings import Settings, SettingsError
from tests.api.conftest import ServeInThread, Server
from tests.api.running_api import RunningApi
from tests.api.test_errors import raw

POST = b"POST /recommend/batch HTTP/1.1\r\nhost: localhost\r\n"
BODY = b'{"product_ids": [5], "n": 1}'
AFTER = b"GET /health HTTP/1.1\r\nhost: localhost\r\n\r\n"
CHUNKED = POST + b"transfer-encoding: chunked\r\n\r\n"
GOOD_CHUNKS = b"5\r\n%s\r\n%x;a=b\r\n%s\r\n0\r\n\r\n" % (BODY[:5], len(BODY) - 5, BODY[5:])

BAD_FIELDS = {
    "a blank before the colon": b"Content-Length : 28",
    "a tab before the colon": b"Content-Length\t: 28",
    "a vertical tab": b"Transfer-Encoding:\x0bchunked",
    "a no-break space": "Transfer-Encoding:\u00a0chunked".encode(),
    "another coding": b"Transfer-Encoding: gzip, chunked",
    "a plus sign": b"Content-Length: +28",
    "an underscore": b"Content-Length: 2_8",
    "digits of another script": "Content-Length: \uff12\uff18".encode(),
    "two lengths in one": b"Content-Length: 28, 28",
    "two lengths": b"Content-Length: 28\r\nContent-Length: 28",
    "length and coding": b"Content-Length: 28\r\nTransfer-Encoding: chunked",
    "a continued line": b"Content-Length:\r\n 28",
    "a continued line of another header": b"x: a\r\n b",
    "a bare line feed": b"x: a\ny: b",
    "a bare carriage return": b"x: a\ry: b",
    "NUL in a value": b"x: a\0b",
    "NUL in a name": b"x\0: a",
    "no colon": b"x",
    "no name": b": a",
    "a second host": b"host: localhost",
}
BAD_CHUNKS = {
    "0x": b"0x1c\r\n%s\r\n0\r\n\r\n" % BODY,
    "a plus sign": b"+1c\r\n%s\r\n0\r\n\r\n" % BODY,
    "a blank before": b" 1c\r\n%s\r\n0\r\n\r\n" % BODY,
    "an underscore": b"1_c\r\n%s\r\n0\r\n\r\n" % BODY,
    "no size": b"\r\n%s\r\n0\r\n\r\n" % BODY,
    "a bare line feed": b"1c\n%s\r\n0\r\n\r\n" % BODY,
    "a line feed in an extension": b"1c;a\nb\r\n%s\r\n0\r\n\r\n" % BODY,
    "a wrong end": b"1c\r\n%sXX0\r\n\r\n" % BODY,
    "no end": b"1c\r\n%s0\r\n\r\n" % BODY,
    "too short": b"1b\r\n%s\r\n0\r\n\r\n" % BODY,
    "a line that does not end": b"1" * 100,
}


def statuses(received: bytes) -> list[bytes]:
    """The statuses of all answers on a connection."""
    return [part[:3] for part in received.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("field", BAD_FIELDS.values(), ids=BAD_FIELDS)
def test_a_malformed_head_closes_the_connection(server: Server, field: bytes) -> None:
    received = raw(server, POST + field + b"\r\n\r\n" + BODY + AFTER)
    assert statuses(received) == [b"400"]
    assert b"connection: close" in received
    assert b"problem:bad-request" in received


@pytest.mark.parametrize("chunks", BAD_CHUNKS.values(), ids=BAD_CHUNKS)
def test_a_malformed_chunk_closes_the_connection(server: Server, chunks: bytes) -> None:
    received = raw(server, CHUNKED + chunks + AFTER)
    assert statuses(received) == [b"400"]
    assert b"connection: close" in received


def test_well_formed_requests_are_answered(server: Server) -> None:
    end = AFTER.replace(b"\r\n\r\n", b"\r\nconnection: close\r\n\r\n")
    for request in (
        CHUNKED + GOOD_CHUNKS,
        POST + b"Content-Length:28 \t\r\n\r\n" + BODY,
        POST + b"x-empty:\r\nx-name: \xc3\xa4 \xff\r\ncontent-length: 28\r\n\r\n" + BODY,
    ):
        assert statuses(raw(server, request + end)) == [b"200", b"200"]


def test_a_chunked_body_arrives_byte_by_byte(server: Server) -> None:
    port = int(server.url.rsplit(":")[-1])
    with socket.create_connection(("127.0.0.1", port), timeout=20) as slow:
        slow.sendall(CHUNKED.replace(b"\r\n\r\n", b"\r\nexpect: 100-continue\r\n\r\n"))
        assert slow.recv(100).startswith(b"HTTP/1.1 100")
        for byte in GOOD_CHUNKS:
            slow.sendall(bytes([byte]))
        assert slow.recv(65536).startswith(b"HTTP/1.1 200")


def test_http_1_0_has_no_chunks_and_needs_no_host() -> None:
    assert is_well_formed(b"GET / HTTP/1.0")
    assert not is_well_formed(b"GET / HTTP/1.1")
    with_chunks = b"\r\nhost: a\r\ntransfer-encoding: chunked"
    assert is_well_formed(b"POST / HTTP/1.1" + with_chunks)
    assert not is_well_formed(b"POST / HTTP/1.0" + with_chunks)


def test_the_memory_of_good_heads_is_bounded() -> None:
    for number in range(3 * request_heads.LARGEST_MEMORY):
        assert is_well_formed(b"GET / HTTP/1.1\r\nhost: a\r\nx: %d" % number)
    assert len(request_heads._well_formed) <= request_heads.LARGEST_MEMORY


def asked_as(server: RunningApi, host: str) -> int:
    return server.get("/health", headers={"host": host}).status_code


def test_only_names_of_this_machine_are_answered(server: Server) -> None:
    port = server.url.rsplit(":")[-1]
    good = (
        "localhost",
        "LOCALHOST.",
        "127.0.0.1",
        f"127.0.0.1:{port}",
        "127.9.9.9",
        "[::1]:80",
    )
    for host in good:
        assert asked_as(server, host) == 200, host
    bad = (
        "evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "",
        "a@localhost",
        "[::1",
        "a b",
    )
    for host in bad:
        answer = server.get("/health", headers={"host": host})
        assert answer.status_code == 421, host
        assert answer.json()["type"].endswith(":misdirected")
    for path in ("/recommend/5", "/docs", "/pages/overview", "/nothing", "/metrics"):
        answer = server.get(path, headers={"host": "evil.example"})
        assert answer.status_code == 421, path
        assert "AUDIENCE_ALLOWED_HOSTS" in answer.json()["detail"]


def test_more_names_can_be_allowed(serve_in_thread: ServeInThread, server: Server) -> None:
    some = serve_in_thread(server.folder, allowed_hosts="api.example, *.shop.example,::5")
    for host in (
        "api.example:8000",
        "API.example",
        "a.b.shop.example",
        "localhost",
        "[::5]:1",
    ):
        assert asked_as(some, host) == 200, host
    for host in ("shop.example", "b.api.example", "evilshop.example", "::5"):
        assert asked_as(some, host) == 421, host
    assert asked_as(serve_in_thread(server.folder, allowed_hosts="*"), "any.example") == 200
    for name in ("http://a.example", "a.example:80", "*a.example"):
        with pytest.raises(SettingsError, match="is no name"):
            Settings.from_environment({"AUDIENCE_ALLOWED_HOSTS": name})


def test_keys_do_not_replace_the_check_of_names(
    serve_in_thread: ServeInThread, server: Server
) -> None:
    keyed = serve_in_thread(server.folder, api_keys="a:" + "0" * 64)
    assert asked_as(keyed, "evil.example") == 421
    assert asked_as(keyed, "localhost") == 200


def test_a_load_balancer_may_ask_for_the_address_that_it_connects_to(
    serve_in_thread: ServeInThread, server: Server
) -> None:
    everywhere = serve_in_thread(server.folder, listen="0.0.0.0")
    port = everywhere.url.rsplit(":")[-1]
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as probe:
        # Sends nothing; the kernel chooses the address of this machine.
        with contextlib.suppress(OSError):
            probe.connect(("192.0.2.1", 9))
        own = probe.getsockname()[0]
    if own == "0.0.0.0":
        pytest.skip("this machine has no other address")
    assert httpx.get(f"http://{own}:{port}/health").status_code == 200
    assert asked_as(everywhere, own) == 421, "not over the loopback address"

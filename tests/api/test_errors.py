"""Errors: one shape for all, without details that help an attacker."""

import contextlib
import json
import socket
import time

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.conftest import ServeInThread, Server
from tests.api.running_api import RunningApi

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
LARGE = "9" * 19
OBJECT = 'a JSON object such as {"product_ids": [42], "n": 10}'
LIST = "a list of up to 1000 ids"
CASES = [
    ("GET", "/recommend/5?n=0", 422, "n = '0': expected a whole number from 1 to 100."),
    ("GET", "/recommend/5?n=101", 422, "n = '101'"),
    ("GET", "/recommend/5?n=NaN", 422, "n = 'NaN'"),
    ("GET", "/recommend/5?n=1e2", 422, "n = '1e2'"),
    ("GET", "/recommend/5?n=", 422, "n = ''"),
    ("GET", "/recommend/5?n=" + "9" * 4000, 422, "n = '9999"),
    ("GET", "/recommend/5?n=1&n=2", 422, "n = '1, 2': expected one value."),
    (
        "GET",
        "/recommend/5?strict=maybe",
        422,
        "strict = 'maybe': expected one of false, true",
    ),
    (
        "GET",
        "/recommend/abc",
        422,
        "product_id = 'abc': expected a whole number of 64 bits.",
    ),
    ("GET", "/recommend/batch", 422, "product_id = 'batch': expected a whole number"),
    ("GET", "/recommend/1;drop table customers", 422, "product_id"),
    ("GET", "/recommend/" + LARGE, 422, "product_id"),
    ("GET", "/recommend/..%2f..%2fetc%2fpasswd", 422, "product_id"),
    ("GET", "/customers/1 or 1=1", 422, "customer_id"),
    ("GET", "/customers/5/products?n=1001", 422, "n = '1001'"),
    ("GET", "/products/sample?n=0", 422, "from 1 to 1000"),
    ("GET", "/audience/5?format=xlsx", 422, "format = 'xlsx': expected one of csv, jsonl"),
    ("GET", "/audience/5?n=-1", 422, "n = '-1'"),
    ("GET", "/nothing", 404, "There is no path '/nothing'"),
    ("GET", "/docs/assets/..%2f..%2fapplication.py", 404, "There is no path"),
    ("DELETE", "/recommend/5", 405, "other methods"),
    ("POST", "/recommend/batch", 422, "body"),
]


@pytest.mark.parametrize(("method", "path", "status", "detail"), CASES)
def test_every_error_has_the_same_shape(
    server: Server, method: str, path: str, status: int, detail: str
) -> None:
    answer = server.client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    body = answer.json()
    assert set(body) - {"parameter", "expected"} == {
        "type",
        "title",
        "status",
        "detail",
        "request_id",
    }
    assert body["type"].startswith("urn:product-audience:problem:")
    assert body["status"] == status
    assert body["request_id"] == answer.headers["x-request-id"]
    assert detail in body["detail"]
    for leak in ("select", "Traceback", "duckdb", "/work", ".py"):
        assert leak not in answer.text.replace("application.py", "")


@pytest.mark.parametrize(
    ("body", "parameter", "expected"),
    [
        (b"", "body", OBJECT),
        (b"{", "body", OBJECT),
        (b"[1]", "body", OBJECT),
        (b"{}", "product_ids", LIST),
        (b'{"product_ids": 1}', "product_ids", LIST),
        (b'{"product_ids": [1.5]}', "product_ids[0]", "a whole number or text"),
        (b'{"product_ids": [1, null]}', "product_ids[1]", "a whole number or text"),
        (b'{"product_ids": ["x"]}', "product_ids[0]", "a whole number of 64 bits"),
        (b'{"product_ids": [1], "n": 0}', "n", "a whole number from 1 to 100"),
        (b'{"product_ids": [1], "n": "3"}', "n", "a whole number from 1 to 100"),
        (b'{"product_ids": [1], "m": 3}', "m", OBJECT),
        (json.dumps({"product_ids": [1] * 1001}).encode(), "product_ids", LIST),
    ],
)
def test_an_invalid_batch_names_its_error(
    server: Server, body: bytes, parameter: str, expected: str
) -> None:
    answer = server.client.post("/recommend/batch", content=body)
    assert answer.status_code == 422
    problem = answer.json()
    assert (problem["parameter"], problem["expected"]) == (parameter, expected)


def raw(server: RunningApi, data: bytes, seconds: float = 20) -> bytes:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        connection.sendall(data)
        received = b""
        while part := connection.recv(65536):
            received += part
        return received


def test_a_body_and_headers_that_are_too_large_are_refused(server: Server) -> None:
    answer = server.client.post("/recommend/batch", content=b"x" * 600_000)
    assert answer.status_code == 413
    assert answer.json()["detail"] == "The body has more than 524288 bytes."
    many = b"".join(b"x-%d: %s\r\n" % (number, b"y" * 200) for number in range(200))
    received = raw(server, b"GET / HTTP/1.1\r\nhost: localhost\r\n" + many + b"\r\n")
    assert received.startswith(b"HTTP/1.1 413")
    assert b"Address and headers have more than 16384 bytes" in received
    assert server.get("/health").status_code == 200


@pytest.mark.parametrize(
    "target", [b"/customers/83776\x01", b"http:/customers/83776", b"customers/83776"]
)
def test_a_malformed_address_is_a_bad_request(server: Server, target: bytes) -> None:
    received = raw(
        server, b"GET %s HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n" % target
    )
    assert received.startswith(b"HTTP/1.1 400")
    assert b"problem:bad-request" in received
    assert "83776" not in server.log.read_text()


def test_an_export_needs_http_1_1(server: Server) -> None:
    received = raw(server, b"GET /audience/5 HTTP/1.0\r\n\r\n")
    assert received.startswith(b"HTTP/1.1 505")
    assert b"use HTTP/1.1" in received
    short = raw(server, b"GET /recommend/5 HTTP/1.0\r\n\r\n")
    assert short.startswith(b"HTTP/1.1 200")


def test_bytes_other_than_http_are_refused(server: Server) -> None:
    assert b" 400 " in raw(server, b"\x16\x03\x01 hello\r\n\r\n").split(b"\r\n")[0]
    assert server.get("/health").status_code == 200


def test_a_slow_client_is_disconnected(
    serve_in_thread: ServeInThread, server: Server
) -> None:
    impatient = serve_in_thread(server.folder, request_seconds=0.5)
    received = raw(impatient, b"GET /recommend/5 HTTP/1.1\r\nhost: localhost\r\n")
    assert b"HTTP/1.1 408" in received
    head = b"POST /recommend/batch HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n"
    answered, _, body = raw(impatient, head + b"{").partition(b"\r\n\r\n")
    assert answered.startswith(b"HTTP/1.1 408")
    request_id = json.loads(body)["request_id"]
    assert request_id
    assert f"x-request-id: {request_id}" in answered.decode().lower()
    # Sending a byte now and then does not extend the time limit.
    port = int(impatient.url.rsplit(":")[-1])
    for begun in (b"GET /recommend/5 HTTP/1.1\r\n", head.replace(b"9", b"999")):
        started = time.monotonic()
        with socket.create_connection(("127.0.0.1", port)) as drip:
            drip.sendall(begun)
            with contextlib.suppress(ConnectionError):
                for _ in range(100):
                    drip.sendall(b"x")
                    time.sleep(0.1)
            assert time.monotonic() - started < 9


def test_a_client_that_disconnects_early_causes_no_error(server: Server) -> None:
    port = int(server.url.rsplit(":")[-1])
    with socket.create_connection(("127.0.0.1", port)) as leaving:
        leaving.sendall(
            b"POST /recommend/batch HTTP/1.1\r\nhost: localhost\r\n"
            b"content-length: 9\r\n\r\n{"
        )
        time.sleep(0.1)
    assert server.get("/health").status_code == 200
    assert "Traceback" not in server.log.read_text()


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_responses_match_the_document_for_any_request(
    server: Server, mode: GenerationMode
) -> None:
    """With valid and invalid values of the parameters."""
    schema = schemathesis.openapi.from_url(f"{server.url}/openapi.json")
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()

        @settings(max_examples=20, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode))
        def call(case: schemathesis.Case) -> None:
            case.call_and_validate(checks=CHECKS, timeout=30)

        with contextlib.suppress(Unsatisfiable):  # Nothing wrong can be sent to some.
            call()
            tried += 1
    assert tried >= 5

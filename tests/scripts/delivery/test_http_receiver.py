"""Batches that an endpoint gets: content, keys, signature, and what is tried again."""

import hashlib
import hmac
import json
import socket
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from scripts.build_folder import BuildFolder
from scripts.delivery import deliver as program
from scripts.delivery.deliver import Delivery, deliver
from scripts.delivery.delivery_error import DeliveryError
from scripts.delivery.http_receiver import HttpReceiver
from scripts.settings.destination_settings import HttpDestination
from tests.scripts.delivery.conftest import HOSTILE, Endpoint, describe, write_list

NOW = 1_700_000_000.0


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that a delivery would have waited, without waiting."""
    waited: list[float] = []

    def receiver(settings: HttpDestination, environment: Mapping[str, str]) -> HttpReceiver:
        return HttpReceiver(settings, environment, waited.append, lambda: NOW, lambda: 1.0)

    monkeypatch.setattr("scripts.delivery.http_receiver.HttpReceiver", receiver)
    return waited


def send(
    folder: BuildFolder,
    file: Path,
    export_id: str,
    environment: Mapping[str, str] | None = None,
    **options: bool,
) -> Delivery:
    return deliver(folder, export_id, "crm", file, environment=environment or {}, **options)


def crm(endpoint: Endpoint, tmp_path: Path, **settings: Any) -> Path:
    return describe(tmp_path, crm={"http": {"url": endpoint.url, **settings}})


@pytest.mark.parametrize("file_format", ["csv", "parquet"])
@pytest.mark.parametrize("formulas", ["keep", "quote"])
def test_an_endpoint_gets_all_contacts_in_batches(
    folder: BuildFolder,
    endpoint: Endpoint,
    tmp_path: Path,
    file_format: str,
    formulas: str,
) -> None:
    ids = [*HOSTILE, "two\nlines"]
    export_id = write_list(
        folder, ids, products=3, file_format=file_format, formulas=formulas
    )
    delivery = send(folder, crm(endpoint, tmp_path, batch_size=10), export_id)
    assert sorted(endpoint.pairs) == sorted(
        (str(product), customer) for product in (1, 2, 3) for customer in ids
    )
    bodies = [json.loads(body) for _, body in endpoint.requests]
    count = len(ids) * 3
    assert [body["batch"] for body in bodies] == list(range(1, -(-count // 10) + 1))
    assert {len(body["contacts"]) for body in bodies[:-1]} == {10}
    for (headers, _), body in zip(endpoint.requests, bodies, strict=True):
        assert headers["idempotency-key"] == f"{export_id}:{body['batch']}"
        assert headers["content-type"] == "application/json"
        assert "x-audience-signature" not in headers
        assert (body["export_id"], body["campaign_id"]) == (export_id, "spring")
        assert body["batches"] == len(bodies)
    assert endpoint.contacts[0] == {
        "campaign_id": "spring",
        "experiment_id": None,
        "product_id": "1",
        "place": 1,
        "customer_id": ids[0],
        "arm": "contact",
        "contact_on": "2023-04-03",
        "explanation": "seen 3 days ago",
        "release_id": "000001-20230401T000000Z",
        "channel": None,
        "ranking": "activity",
        "purchase_probability": 0.25,
    }
    assert (delivery.contacts, delivery.batches) == (count, len(bodies))
    assert delivery.sent_before == 0


def test_held_out_customers_are_not_sent(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    export_id = write_list(folder, list(range(1, 21)), holdouts=5)
    send(folder, crm(endpoint, tmp_path), export_id)
    assert [one["customer_id"] for one in endpoint.contacts] == [
        str(number) for number in range(1, 16)
    ]
    empty = write_list(folder, [1, 2], holdouts=2, owner="holdout")
    with pytest.raises(DeliveryError, match="has no contact: all of its places are held"):
        send(folder, crm(endpoint, tmp_path), empty)


def test_a_request_is_signed_with_its_time(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path, waits: list[float]
) -> None:
    headers = {"Authorization": "Bearer ${TOKEN}", "X-Plain": "as $it is"}
    file = crm(endpoint, tmp_path, secret_env="CRM_SECRET", headers=headers)
    export_id = write_list(folder, [1, 2])
    send(folder, file, export_id, {"CRM_SECRET": "sesame", "TOKEN": "abc"})
    [(received, body)] = endpoint.requests
    expected = hmac.new(b"sesame", b"1700000000." + body, hashlib.sha256).hexdigest()
    assert received["x-audience-signature"] == f"t=1700000000,v1={expected}"
    assert received["authorization"] == "Bearer abc"
    assert received["x-plain"] == "as $it is"
    assert waits == []


@pytest.mark.parametrize(
    ("name", "environment", "said"),
    [
        ("secret_env", {}, "CRM_SECRET is not set: expected the secret that signs"),
        ("headers", {}, "TOKEN is not set: expected a part of the header X-Token"),
        (
            "headers",
            {"TOKEN": "a\nb"},
            "Header X-Token: expected values of ASCII characters",
        ),
        (
            "headers",
            {"TOKEN": "ключ"},
            "Header X-Token: expected values of ASCII characters",
        ),
    ],
)
def test_a_missing_secret_is_named_and_not_shown(
    folder: BuildFolder,
    endpoint: Endpoint,
    tmp_path: Path,
    name: str,
    environment: dict[str, str],
    said: str,
) -> None:
    value = "CRM_SECRET" if name == "secret_env" else {"X-Token": "${TOKEN}"}
    file = crm(endpoint, tmp_path, **{name: value})
    export_id = write_list(folder, [1])
    with pytest.raises(DeliveryError, match=said) as error:
        send(folder, file, export_id, environment)
    assert "ключ" not in str(error.value)
    assert endpoint.requests == []


def test_what_may_pass_is_tried_again_after_longer_and_longer(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path, waits: list[float]
) -> None:
    endpoint.answers = [(status, {}) for status in (500, 503, 408, 425, 429)]
    delivery = send(folder, crm(endpoint, tmp_path), write_list(folder, [1, 2]))
    assert waits == [0.5, 1, 2, 4, 8]
    assert len({headers["idempotency-key"] for headers, _ in endpoint.requests}) == 1
    assert len({body for _, body in endpoint.requests}) == 1
    assert (delivery.contacts, len(endpoint.contacts)) == (2, 2)


def test_a_receiver_says_how_long_to_wait(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path, waits: list[float]
) -> None:
    later = format_datetime(datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=40))
    endpoint.answers = [
        (429, {"Retry-After": "7"}),
        (503, {"Retry-After": later}),
        (429, {"Retry-After": "0"}),
        (429, {"Retry-After": "soon"}),
    ]
    export_id = write_list(folder, [1, 2])
    send(folder, crm(endpoint, tmp_path), export_id)
    assert waits == [7, 40, 2, 4]
    endpoint.answers = [(429, {"Retry-After": "3600"})]
    with pytest.raises(DeliveryError, match="asks to wait 3,600 seconds: run the command"):
        send(folder, crm(endpoint, tmp_path), write_list(folder, [3], owner="b"))


@pytest.mark.usefixtures("waits")
def test_after_the_last_attempt_it_says_where_it_is(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    file = crm(endpoint, tmp_path, retries=2, batch_size=2)
    export_id = write_list(folder, [1, 2, 3, 4, 5])
    endpoint.answers = [(200, {}), (500, {}), (502, {}), (503, {})]
    with pytest.raises(DeliveryError, match=r"answers 503 after 3 attempts: run the") as at:
        send(folder, file, export_id)
    assert str(at.value).startswith("http://127.0.0.1:")
    assert "/contacts" not in str(at.value), "a path may be a secret"
    assert program.so_far(folder, export_id, "crm") == (
        "1 of 3 batches are delivered; the next run continues after them."
    )
    resumed = send(folder, file, export_id)
    assert (resumed.sent_before, resumed.batches, resumed.contacts) == (1, 3, 5)
    assert sorted(endpoint.pairs) == [("1", str(number)) for number in range(1, 6)]
    asked = len(endpoint.requests)
    again = send(folder, file, export_id)
    assert (again.sent_before, again.contacts) == (3, 5)
    assert len(endpoint.requests) == asked, "a complete delivery sends nothing"


def test_a_lost_connection_is_tried_again(
    folder: BuildFolder, tmp_path: Path, waits: list[float]
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    file = describe(
        tmp_path, crm={"http": {"url": f"http://127.0.0.1:{port}", "retries": 1}}
    )
    export_id = write_list(folder, [1])
    with pytest.raises(
        DeliveryError, match="cannot be reached after 2 attempts: Connection refused"
    ):
        send(folder, file, export_id)
    assert waits == [0.5]
    assert program.so_far(folder, export_id, "crm").startswith("No batch was acknowledged")


def test_a_refusal_ends_a_delivery_and_names_no_customer(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path, waits: list[float]
) -> None:
    addresses = tmp_path / "crm.csv"
    addresses.write_text("customer_id,email,name\nc-17,eve@example.org,Eve O'Hara\n")
    file = describe(
        tmp_path,
        crm={
            "http": {"url": endpoint.url},
            "contact_columns": {"path": str(addresses), "columns": ["email", "name"]},
        },
    )
    endpoint.answers = [(422, {})]
    endpoint.text = (
        "contact C-17 (Eve O&#x27;Hara, eve\\u0040example.org, EVE@example.org,\n"
        "eve%40example.org): \x1b[2Jbad field " + "x" * 300
    )
    export_id = write_list(folder, ["c-17"])
    with pytest.raises(DeliveryError) as error:
        send(folder, file, export_id)
    said = str(error.value)
    assert "refuses batch 1 of 1 with 422: contact ***" in said
    assert "bad field xxx" in said
    assert "\x1b" not in said
    assert "\n" not in said
    assert len(said) < 300
    for secret in ("17", "eve", "hara", "example.org"):
        assert secret not in said.partition(" refuses ")[2].lower(), said
    assert waits == []


def test_a_redirect_is_not_followed(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path, waits: list[float]
) -> None:
    for number, status in enumerate((301, 302, 303, 307, 308)):
        endpoint.answers = [(status, {"Location": endpoint.url + "/elsewhere"})]
        export_id = write_list(folder, [1], owner=f"redirect{number}")
        with pytest.raises(DeliveryError, match=f"with {status}, a redirect, which is not"):
            send(folder, crm(endpoint, tmp_path), export_id)
    assert len(endpoint.requests) == 5
    assert waits == []


def test_contacts_for_this_machine_use_no_proxy(
    folder: BuildFolder,
    endpoint: Endpoint,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    send(folder, crm(endpoint, tmp_path, retries=0), write_list(folder, [1]))
    assert len(endpoint.contacts) == 1


def test_the_url_may_be_a_secret(
    folder: BuildFolder, endpoint: Endpoint, tmp_path: Path
) -> None:
    file = describe(tmp_path, crm={"http": {"url_env": "HOOK", "retries": 0}})
    export_id = write_list(folder, [1])
    for url in ("http://example.org/t0ken", "https://u:t0ken@example.org", "t0ken"):
        with pytest.raises(DeliveryError, match="HOOK: expected a URL ") as error:
            send(folder, file, export_id, {"HOOK": url})
        assert "t0ken" not in str(error.value)
    delivery = send(folder, file, export_id, {"HOOK": f"{endpoint.url}?t0ken=1"})
    assert "t0ken" not in delivery.place + delivery.file.read_text()
    assert endpoint.url not in delivery.file.read_text()

"""The file of destinations: what it may say, and how a mistake is explained."""

import json
from pathlib import Path
from typing import Any

import pytest

from scripts.delivery.destinations import DestinationError, read_destination
from tests.scripts.delivery.conftest import describe

SECRET = "s3cret"
HTTPS = "https://crm.example.com/contacts"


def test_each_kind_is_read_with_its_defaults(tmp_path: Path) -> None:
    file = tmp_path / "destinations.yml"
    file.write_text(
        "crm:\n"
        "  http:\n"
        f"    url: {HTTPS}\n"
        "    secret_env: CRM_SECRET\n"
        '    headers: {Authorization: "Bearer ${CRM_TOKEN}"}\n'
        "  contact_columns: {path: crm.csv, columns: [email], customer_id: client_id}\n"
        "warehouse:\n"
        "  postgresql: {table: marketing.contacts, url_env: CRM_DATABASE_URL}\n"
        "bucket:\n"
        "  folder: {path: s3://bucket/lists}\n"
    )
    crm = read_destination(file, "crm")
    assert crm.http
    assert crm.contact_columns
    assert (crm.http.batch_size, crm.http.retries, crm.http.timeout_seconds) == (500, 5, 30)
    assert crm.contact_columns.missing == "skip"
    warehouse = read_destination(file, "warehouse").postgresql
    assert warehouse
    assert warehouse.table == "marketing.contacts"
    bucket = read_destination(file, "bucket").folder
    assert bucket
    assert (bucket.format, bucket.formulas) == ("csv", "keep")


@pytest.mark.parametrize(
    "url",
    [
        *("https://example.org", "http://localhost:8080/x", "http://127.0.0.1/x"),
        *("http://127.8.9.1", "http://[::1]:80/x", "https://10.0.0.1/x?a=1"),
    ],
)
def test_encrypted_and_local_addresses_are_permitted(tmp_path: Path, url: str) -> None:
    http = read_destination(describe(tmp_path, a={"http": {"url": url}}), "a").http
    assert http
    assert http.url == url


@pytest.mark.parametrize(
    "url",
    [
        *("http://example.org/x", "http://10.0.0.1", "http://localhost.example.org"),
        *("http://127.0.0.1.example.org", "http://[::2]/", "http://2130706433/"),
    ],
)
def test_other_addresses_need_encryption(tmp_path: Path, url: str) -> None:
    with pytest.raises(DestinationError, match="a URL that begins with https://, or allow"):
        read_destination(describe(tmp_path, a={"http": {"url": url}}), "a")
    permitted = describe(tmp_path, a={"http": {"url": url, "allow_http": True}})
    assert read_destination(permitted, "a").http


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({}, "expected one of http, postgresql and folder"),
        ([], "expected settings such as {folder: {path: ...}}"),
        ({"http": {"url": HTTPS}, "folder": {"path": "x"}}, "one of http, postgresql and"),
        ({"mail": {}}, "there is no setting mail"),
        ({"http": {}}, "http: expected either url or url_env"),
        ({"http": {"url": HTTPS, "url_env": "A"}}, "http: expected either url or url_env"),
        ({"http": {"url": HTTPS, "secret": SECRET}}, "there is no setting http.secret"),
        (
            {"http": {"url": HTTPS, "secret_env": "a b"}},
            "http.secret_env = a b: expected the",
        ),
        (
            {"http": {"url": f"https://{SECRET}@x"}},
            "http.url: expected a URL without a user",
        ),
        (
            {"http": {"url": f"ftp://x/{SECRET}"}},
            "http.url: expected a URL such as https://",
        ),
        (
            {"http": {"url": f"https:///{SECRET}"}},
            "http.url: expected a URL such as https:",
        ),
        (
            {"http": {"url": f"https://x:{SECRET}"}},
            "http.url: expected a URL such as https",
        ),
        ({"http": {"url": f"https://x/{SECRET}\r\nA: b"}}, "http.url: expected a URL such"),
        (
            {"http": {"url": HTTPS, "batch_size": 0}},
            "http.batch_size = 0: expected 1 or more",
        ),
        (
            {"http": {"url": HTTPS, "batch_size": "5"}},
            "http.batch_size = 5: expected a whole number",
        ),
        (
            {"http": {"url": HTTPS, "timeout_seconds": 0}},
            "http.timeout_seconds = 0: expected",
        ),
        (
            {"http": {"url": HTTPS, "headers": {"X": f"{SECRET}\r\nY: 1"}}},
            "http.headers: expected values of ASCII characters on one line",
        ),
        (
            {"http": {"url": HTTPS, "headers": {"Idempotency-KEY": SECRET}}},
            "http.headers: expected names of letters, digits and -, none that a",
        ),
        ({"http": {"url": HTTPS, "headers": {"X": 5}}}, "http.headers.X: expected text"),
        ({"postgresql": {}}, "postgresql.table is missing"),
        ({"postgresql": {"table": "a.b.c"}}, "postgresql.table = a.b.c: expected the name"),
        ({"postgresql": {"table": 'a"; drop'}}, "expected the name of a table, such as"),
        ({"folder": {"path": ""}}, "folder.path = : expected"),
        (
            {"folder": {"path": "x", "format": "xls"}},
            "folder.format = xls: expected 'csv' or",
        ),
        (
            {"folder": {"path": "x"}, "contact_columns": {"path": "x", "columns": []}},
            "contact_columns.columns: expected the names of columns",
        ),
        (
            {
                "folder": {"path": "x"},
                "contact_columns": {"path": "x", "columns": ["A", "a"]},
            },
            "contact_columns.columns = a: expected each column once",
        ),
        (
            {
                "folder": {"path": "x"},
                "contact_columns": {"path": "x", "columns": ["Place"]},
            },
            "contact_columns.columns = Place: expected each column once, and none that",
        ),
    ],
    ids=json.dumps,
)
def test_a_wrong_setting_is_explained_in_one_sentence(
    tmp_path: Path, settings: Any, said: str
) -> None:
    with pytest.raises(DestinationError) as error:
        read_destination(describe(tmp_path, crm=settings), "crm")
    message = str(error.value)
    assert message.startswith(f"{tmp_path}/destinations.yml, crm: ")
    assert said in message
    assert "\n" not in message
    assert SECRET not in message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"crm: [{SECRET}", "is not YAML (line "),
        (f"crm: !!python/object {SECRET}", "is not YAML (line 1): expected names and"),
        (SECRET, "expected the names of destinations, each with its settings"),
        ("", "expected the names of destinations, each with its settings"),
        ("a: {}\nb: {}\n../c: {}\n", "has no destination 'crm': expected one of a, b"),
        ("../crm: {}\n", "names have letters, digits, - and _"),
        ("x: " + "[" * 40, "expected at most 20 levels"),
        ("crm: &a [*a]", "expected no value that holds itself by an alias"),
    ],
)
def test_a_file_that_is_none_is_explained(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "destinations.yml"
    file.write_text(text)
    with pytest.raises(DestinationError) as error:
        read_destination(file, "crm")
    assert said in str(error.value)
    assert SECRET not in str(error.value)


def test_a_name_is_one_of_a_file_too(tmp_path: Path) -> None:
    for name in ("../crm", "a b", "", "a/b", "x" * 65):
        file = describe(tmp_path, **{name: {"folder": {"path": "x"}}})
        with pytest.raises(DestinationError, match="has no destination"):
            read_destination(file, name)
    with pytest.raises(DestinationError, match="cannot be read: Is a directory"):
        read_destination(tmp_path, "crm")

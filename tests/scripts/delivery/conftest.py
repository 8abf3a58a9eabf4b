"""Lists without a build, and a receiver that records what it gets."""

import json
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from scripts.campaigns.contact_list import write_contact_list
from scripts.releases.release_folder import Release

APRIL = date(2023, 4, 3)
# What a log may hold: quotes, lines, SQL, JSON, formulas, and signs of other writings.
HOSTILE = [
    *("o'neil", 'say "hi"', "a,b", "a\rb", "\\u0041", "=1+1", "'=1+2", "{{ x }}", "%s"),
    *("'; drop table contacts; --", "ключ", "\u202egnp", "a\tb", "1e3", "007", "null"),
]


def write_list(
    folder: BuildFolder,
    customers: list[Any],
    *,
    products: int = 1,
    file_format: str = "csv",
    formulas: str = "keep",
    holdouts: int = 0,
    owner: str = "spring",
) -> str:
    """Write a list of all customers about each product; returns its id.

    Args:
        holdouts: so many customers at the end are held out.
    """
    kind = "bigint" if isinstance(customers[0], int) else "text"
    with duckdb.connect() as connection:
        connection.execute(
            "create table chosen as select 'spring' as campaign_id, product_id,"
            " place, customer_id,"
            " if(place > len($customers) - $holdouts, 'holdout', 'contact') as arm,"
            " 0.1::double as cost_per_contact, 'seen 3 days ago' as explanation,"
            " null::text as experiment_id, null::text as experiment_arm,"
            " null::text as left_out, null::text as channel, null::bigint as priority,"
            " 'activity' as placed_by,"
            " null::double as placement_probability, null::text as history_class,"
            " null::text as score_class, 0.25::double as purchase_probability"
            f" from (select unnest($customers::{kind}[]) as customer_id,"
            " unnest(range(1, len($customers) + 1)) as place),"
            " range(1, $products + 1) as products (product_id)",
            {"customers": customers, "products": products, "holdouts": holdouts},
        )
        found = write_contact_list(
            connection,
            folder,
            Release(folder.releases / "000001-20230401T000000Z"),
            *(owner, APRIL, file_format, formulas),
            dry_run=False,
        )
    assert found.folder is not None
    return found.folder.name


def describe(tmp_path: Path, **destinations: dict[str, Any]) -> Path:
    """A file of destinations; JSON is YAML."""
    file = tmp_path / "destinations.yml"
    file.write_text(json.dumps(destinations))
    return file


@dataclass
class Endpoint:
    """A receiver that takes each key once, as the docs ask of it.

    Attributes:
        requests: all that came: headers in lower case, and the body.
        taken: the contacts of each key, from the first request with it.
        answers: statuses and headers for the next requests; 200 afterwards.
        text: the body of an answer that is no success.
        during: called with "began", "taken" and "answered" while a request is handled.
    """

    url: str = ""
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    taken: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    text: str = ""
    during: Callable[[str], None] = lambda _: None

    @property
    def contacts(self) -> list[dict[str, Any]]:
        """All contacts that were taken."""
        return [contact for batch in self.taken.values() for contact in batch]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Product and customer of each contact that was taken."""
        return [(one["product_id"], one["customer_id"]) for one in self.contacts]

    def handle(self, handler: BaseHTTPRequestHandler) -> None:
        """Answer a request."""
        headers = {name.lower(): value for name, value in handler.headers.items()}
        body = handler.rfile.read(int(headers.get("content-length", 0)))
        if len(body) < int(headers.get("content-length", 0)):
            return  # Its sender was killed while it wrote.
        self.requests.append((headers, body))
        self.during("began")
        status, more = self.answers.pop(0) if self.answers else (200, {})
        if status == 200:
            self.taken.setdefault(headers["idempotency-key"], json.loads(body)["contacts"])
        self.during("taken")
        text = (self.text if status != 200 else "ok").encode()
        handler.send_response(status)
        for name, value in more.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)
        handler.wfile.flush()
        self.during("answered")


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """A receiver on this machine."""
    found = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.handle(self)

        def do_GET(self) -> None:
            found.requests.append(({"method": "GET"}, b""))

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A killed sender is no error here."""

    server = Server(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    found.url = f"http://127.0.0.1:{server.server_port}/contacts"
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def kill(process: int) -> None:
    """End a process at once."""
    os.kill(process, signal.SIGKILL)

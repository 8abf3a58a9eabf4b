"""A table of a real server: each contact once, whatever is in it."""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import asyncpg
import pytest

from scripts.build_folder import PROJECT, BuildFolder
from scripts.delivery.deliver import Delivery, deliver
from scripts.delivery.delivery_error import DeliveryError
from tests.scripts.delivery.conftest import HOSTILE, describe, kill, write_list
from tests.scripts.delivery.postgresql_server import PASSWORD, running_server

KILLS = 3


@pytest.fixture(scope="session")
def server() -> Iterator[dict[str, str]]:
    with running_server() as found:
        yield found


def ask(server: dict[str, str], question: str) -> list[Any]:
    """The rows of a query, as another program sees them."""

    async def rows() -> list[Any]:
        connection = await asyncpg.connect(
            host=server["PGHOST"],
            port=int(server["PGPORT"]),
            user=server["PGUSER"],
            password=PASSWORD,
            database=server["PGDATABASE"],
        )
        try:
            return [tuple(row) for row in await connection.fetch(question)]
        finally:
            await connection.close()

    return asyncio.run(rows())


def url(server: dict[str, str]) -> str:
    return (
        f"postgresql://crm:{quote(PASSWORD, safe='')}@{server['PGHOST']}:{server['PGPORT']}"
        f"/{server['PGDATABASE']}"
    )


@pytest.fixture
def environment(server: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The variables of libpq; asyncpg reads them from the process."""
    for name, value in server.items():
        monkeypatch.setenv(name, value)
    return server


def send(
    folder: BuildFolder, tmp_path: Path, export_id: str, table: str, **more: Any
) -> Delivery:
    file = describe(tmp_path, crm={"postgresql": {"table": table}, **more})
    return deliver(folder, export_id, "crm", file)


def test_a_table_gets_all_contacts_whatever_their_ids_are(
    folder: BuildFolder, tmp_path: Path, server: dict[str, str]
) -> None:
    export_id = write_list(folder, HOSTILE, products=2)
    addresses = tmp_path / "crm.csv"
    addresses.write_text('customer_id,"e ""mail"\n1e3,eve@example.org\n')
    file = describe(
        tmp_path,
        crm={
            "postgresql": {"table": "contacts_of_urls", "url_env": "CRM_URL"},
            "contact_columns": {
                "path": "crm.csv",
                "columns": ['e "mail'],
                "missing": "send",
            },
        },
    )
    delivery = deliver(folder, export_id, "crm", file, environment={"CRM_URL": url(server)})
    assert (delivery.contacts, delivery.batches) == (2 * len(HOSTILE), 1)
    rows = ask(
        server,
        "select export_id, product_id, customer_id, place, contact_on::text, experiment_id,"
        ' "e ""mail", ranking, purchase_probability, delivered_at <= now()'
        " from contacts_of_urls",
    )
    assert sorted(rows) == sorted(
        (
            *(export_id, str(product), customer, place, "2023-04-03", None),
            *("eve@example.org" if customer == "1e3" else None, "activity", 0.25, True),
        )
        for product in (1, 2)
        for place, customer in enumerate(HOSTILE, 1)
    )


@pytest.mark.usefixtures("environment")
def test_contacts_that_are_there_stay_as_they_are(
    folder: BuildFolder, tmp_path: Path, server: dict[str, str]
) -> None:
    """As after a run that was killed between the server's answer and its own note."""
    ask(server, "create schema marketing")
    export_id = write_list(folder, [1, 2, 3])
    delivery = send(folder, tmp_path, export_id, "marketing.contacts")
    ask(server, "update marketing.contacts set explanation = 'answered'")
    lines = delivery.file.read_text().splitlines()
    delivery.file.write_text(lines[0] + "\n")
    assert send(folder, tmp_path, export_id, "marketing.contacts").contacts == 3
    assert ask(
        server, "select explanation, count(*) from marketing.contacts group by 1"
    ) == [("answered", 3)]
    asked = send(folder, tmp_path, export_id, "marketing.contacts")
    assert (asked.sent_before, asked.contacts) == (1, 3)
    other = write_list(folder, [1, 2, 3], owner="second")
    send(folder, tmp_path, other, "marketing.contacts")
    assert ask(server, "select count(*) from marketing.contacts") == [(6,)]


@pytest.mark.usefixtures("environment")
def test_a_table_of_yours_has_types_of_its_own(
    folder: BuildFolder, tmp_path: Path, server: dict[str, str]
) -> None:
    ask(
        server,
        "create table typed (export_id varchar(90), product_id int, customer_id bigint,"
        " campaign_id text, experiment_id text, place int, arm text, contact_on timestamp,"
        " explanation text, release_id text, channel text,"
        " unique (customer_id, product_id, export_id))",
    )
    send(folder, tmp_path, write_list(folder, [2**53 + 1, 7]), "typed")
    assert ask(server, "select customer_id, product_id, place from typed order by 3") == [
        (2**53 + 1, 1, 1),
        (7, 1, 2),
    ]


@pytest.mark.usefixtures("environment")
@pytest.mark.parametrize(
    ("definition", "table", "said"),
    [
        (
            "create table few (export_id text)",
            "few",
            "Table few has no column campaign_id",
        ),
        (
            "create table keyless as select ''::text as export_id, ''::text as campaign_id,"
            " ''::text as experiment_id, ''::text as product_id, 1 as place,"
            " ''::text as customer_id, ''::text as arm, now() as contact_on,"
            " ''::text as explanation, ''::text as release_id, ''::text as channel",
            "keyless",
            r"Table keyless has no unique key of \(export_id",
        ),
        ("select 1", "nowhere.contacts", 'cannot be made: schema "nowhere" does not exist'),
    ],
)
def test_a_table_that_does_not_fit_is_explained(
    folder: BuildFolder,
    tmp_path: Path,
    server: dict[str, str],
    definition: str,
    table: str,
    said: str,
) -> None:
    ask(server, definition)
    with pytest.raises(DeliveryError, match=said):
        send(folder, tmp_path, write_list(folder, [1]), table)


@pytest.mark.usefixtures("environment")
def test_a_refused_contact_takes_all_others_back_and_is_not_named(
    folder: BuildFolder, tmp_path: Path, server: dict[str, str]
) -> None:
    send(folder, tmp_path, write_list(folder, ["a"]), "checked")
    ask(server, "alter table checked add check (customer_id not like 'secret%')")
    export_id = write_list(folder, [f"c{n}" for n in range(6000)] + ["secret"], owner="b")
    with pytest.raises(DeliveryError) as error:
        send(folder, tmp_path, export_id, "checked")
    assert str(error.value) == (
        "PostgreSQL does not take the contacts into table checked: 23514"
        " CheckViolationError. Nothing was inserted"
    )
    assert ask(server, "select count(*) from checked") == [(1,)]


def test_a_server_that_cannot_be_used_is_named_without_its_password(
    folder: BuildFolder, tmp_path: Path, server: dict[str, str]
) -> None:
    export_id = write_list(folder, [1])
    file = describe(tmp_path, crm={"postgresql": {"table": "t", "url_env": "CRM_URL"}})
    wrong = url(server).replace("p4ss", "s3cret")
    unreachable = "postgresql://crm:s3cret@127.0.0.1:9/postgres"
    for given, said in (
        (wrong, 'cannot be reached: password authentication failed for user "crm"'),
        (unreachable, "PostgreSQL cannot be reached: "),
        ("mysql://crm:s3cret@host/x", "CRM_URL: expected a URL such as postgresql://user"),
        ("", "CRM_URL is not set: expected the URL of a database in this variable"),
    ):
        with pytest.raises(DeliveryError, match=said) as error:
            deliver(folder, export_id, "crm", file, environment={"CRM_URL": given})
        assert "s3cret" not in str(error.value)


@pytest.mark.slow
def test_a_killed_delivery_inserts_each_contact_once(
    folder: BuildFolder, tmp_path: Path, server: dict[str, str]
) -> None:
    """Killed while the server inserts: the transaction is nothing, or all of it."""
    customers = [f"c{number}" for number in range(20_000)]
    export_id = write_list(folder, customers)
    send_one = write_list(folder, ["first"], owner="first")
    file = describe(tmp_path, crm={"postgresql": {"table": "killed"}})
    command = [sys.executable, "-m", "scripts.cli", "deliver", "--destinations", str(file)]
    environment = os.environ | server | {"AUDIENCE_BUILD_DIR": str(folder.root)}

    def start(export: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*command, export, "--to", "crm"],
            cwd=PROJECT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    assert start(send_one).wait() == 0
    # So that there is a time in which to kill.
    ask(
        server,
        "create function slowly() returns trigger as $$ begin perform pg_sleep(0.1);"
        " return null; end $$ language plpgsql",
    )
    ask(
        server,
        "create trigger slow after insert on killed for each statement"
        " execute function slowly()",
    )
    chance = random.Random(22)
    inserting = (
        "select count(*) from pg_stat_activity where state = 'active'"
        " and query like 'insert into \"killed\"%'"
    )
    for _ in range(KILLS):
        process = start(export_id)
        while process.poll() is None and not ask(server, inserting)[0][0]:
            time.sleep(0.005)
        time.sleep(chance.uniform(0, 0.6))
        kill(process.pid)
        process.wait()
        count = ask(server, "select count(*) from killed")[0][0]
        assert count in (1, 1 + len(customers))
    last = start(export_id)
    said, _ = last.communicate()
    assert last.returncode == 0, said
    assert "20,000 contacts in 1 batch" in said
    rows = ask(server, "select customer_id from killed where customer_id <> 'first'")
    assert sorted(row[0] for row in rows) == sorted(customers)

"""Lists that are delivered into a bucket: whole or not at all, also if killed."""

import csv
import io
import json

import pytest

from scripts.build_folder import BuildFolder
from tests.s3.conftest import Run
from tests.s3.store import Store
from tests.scripts.delivery.conftest import describe, kill, write_list
from tests.scripts.delivery.test_killed_delivery import Deliveries

CUSTOMERS = [f"c{number}" for number in range(500)]


def delivered(store: Store, export_id: str) -> list[str]:
    """The customers of a complete list; the receipt agrees with the file."""
    folder = f"lists/{export_id}"
    receipt = json.loads(store.read(f"{folder}/receipt.json"))
    rows = list(csv.DictReader(io.StringIO(store.read(f"{folder}/contacts.csv").decode())))
    assert receipt["contacts"] == len(rows)
    return [row["customer_id"] for row in rows]


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("name", ["contacts.csv", "receipt.json"])
def test_a_killed_delivery_is_resumed_and_contacts_everyone_once(
    store: Store, folder: BuildFolder, moment: str, name: str
) -> None:
    export_id = write_list(folder, CUSTOMERS)
    file = describe(folder.root, crm={"folder": {"path": "s3://shop/lists"}})
    killed: list[str] = []

    def during(request: str) -> None:
        if not killed and request == f"PUT /shop/lists/{export_id}/{name}":
            killed.append(request)
            kill(deliveries.process.pid)

    setattr(store, moment, during)
    deliveries = Deliveries(folder, export_id, file)
    assert deliveries.process.wait() != 0
    assert len(killed) == 1
    has_receipt = f"lists/{export_id}/receipt.json" in store.keys("lists")
    assert not has_receipt or delivered(store, export_id) == CUSTOMERS
    again = deliveries.start()
    said, errors = again.communicate()
    assert again.returncode == 0, errors
    assert "500 contacts" in said
    assert delivered(store, export_id) == CUSTOMERS
    assert len(store.keys("lists")) == 2


def test_a_bucket_that_is_not_there_is_one_sentence(
    store: Store, folder: BuildFolder, run: Run
) -> None:
    export_id = write_list(folder, CUSTOMERS)
    file = describe(folder.root, crm={"folder": {"path": "s3://nowhere/lists"}})
    outcome = run("deliver", export_id, "--to", "crm", "--destinations", str(file))
    assert outcome.returncode == 1
    assert outcome.stderr.startswith("error: s3://nowhere/lists cannot be written: ")
    assert "Traceback" not in outcome.stderr
    assert store.keys("lists") == []

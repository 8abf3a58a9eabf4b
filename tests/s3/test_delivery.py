"""Lists that are delivered to S3: every contact once, whatever happens on the way."""

import csv
import gc
import hashlib
import io
import json
import sys
from pathlib import Path

import fsspec
import pytest

from scripts.build_folder import BuildFolder
from scripts.delivery.deliver import deliver
from scripts.delivery.delivery_error import DeliveryError
from tests.conftest import run_audience
from tests.s3.store import BUCKET, KEY, SECRET, Store, environment
from tests.scripts.delivery.conftest import describe, kill, write_list
from tests.scripts.delivery.test_killed_delivery import Deliveries

CONTACTS = 1_000
FILE, RECEIPT = "contacts.csv", "receipt.json"


def write_contacts(folder: BuildFolder, count: int = CONTACTS) -> str:
    return write_list(folder, [f"c{number}" for number in range(count)])


def customers(store: Store, export_id: str) -> list[str]:
    """The customers of the file, which its receipt confirms."""
    content = store.read(f"lists/{export_id}/{FILE}")
    receipt = json.loads(store.read(f"lists/{export_id}/{RECEIPT}"))
    assert receipt["sha256"] == hashlib.sha256(content).hexdigest()
    rows = csv.DictReader(io.StringIO(content.decode(), newline=""))
    found = [row["customer_id"] for row in rows]
    assert receipt["contacts"] == len(found)
    return found


def test_a_delivery_that_is_killed_has_every_contact_once(
    store: Store,
    folder: BuildFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before and after each object is stored, and after the old receipt is removed."""
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    export_id = write_contacts(folder)
    place = f"lists/{export_id}"
    file = describe(tmp_path, crm={"folder": {"path": f"s3://{BUCKET}/lists"}})
    moments = [
        ("before", f"PUT /{BUCKET}/{place}/{FILE}"),
        ("after", f"PUT /{BUCKET}/{place}/{FILE}"),
        ("before", f"PUT /{BUCKET}/{place}/{RECEIPT}"),
        ("after", f"PUT /{BUCKET}/{place}/{RECEIPT}"),
        ("after", f"DELETE /{BUCKET}/{place}/{RECEIPT}"),
    ]
    left = list(moments)
    kept: list[list[str]] = []

    def at(when: str, request: str) -> None:
        if left and left[0] == (when, request):
            left.pop(0)
            kill(deliveries.process.pid)
            kept.append([Path(key).name for key in store.keys(place)])
            if when == "before":  # What was on its way is lost.
                raise ConnectionAbortedError

    store.before = lambda request: at("before", request)
    store.after = lambda request: at("after", request)
    deliveries = Deliveries(folder, export_id, file)
    runs = 1
    while deliveries.process.wait() and runs <= len(moments):
        runs += 1
        deliveries.start()
    said, errors = deliveries.process.communicate()
    assert (left, deliveries.process.returncode, errors) == ([], 0, "")
    assert runs == len(moments) + 1
    # A receipt is there only while the file is the one that it describes.
    assert kept == [[], [FILE], [FILE], [FILE, RECEIPT], [FILE]]
    assert "1,000 contacts in 1 batch to crm" in said
    assert sorted(customers(store, export_id)) == sorted(f"c{n}" for n in range(CONTACTS))
    assert store.unfinished() == []

    stored = store.requests.copy()
    assert deliveries.start().wait() == 0
    new = store.requests[len(stored) :]
    assert [one for one in new if one.startswith(("PUT", "POST", "DELETE"))] == []


@pytest.mark.parametrize("count", [1, 60_000_000])
def test_a_file_whose_writing_fails_leaves_nothing(
    store: Store,
    folder: BuildFolder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
) -> None:
    """Neither a part of it, nor parts of a large one, which S3 stores one by one."""
    for name, value in store.environment.items():
        monkeypatch.setenv(name, value)
    fsspec.filesystem("s3").clear_instance_cache()
    export_id = write_contacts(folder, 2)
    file = describe(tmp_path, crm={"folder": {"path": f"s3://{BUCKET}/lists"}})
    broken = [{"arm": "x" * count}, {}]
    monkeypatch.setattr("scripts.delivery.batch.Batch.chunks", lambda _: iter([broken]))
    unhandled: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", unhandled.append)
    with pytest.raises(DeliveryError, match=f"s3://{BUCKET}/lists cannot be written: "):
        deliver(folder, export_id, "crm", file)
    gc.collect()
    assert unhandled == [], "it would be printed with its traceback"
    assert store.keys("lists/") == []
    assert store.unfinished() == []


def test_a_list_that_cannot_be_stored_is_one_sentence(
    store: Store, folder: BuildFolder, tmp_path: Path
) -> None:
    export_id = write_contacts(folder, 2)

    def refused(bucket: str, said: str, variables: dict[str, str]) -> None:
        file = describe(tmp_path, crm={"folder": {"path": f"s3://{bucket}/lists"}})
        outcome = run_audience(
            *(folder, "deliver", export_id, "--to", "crm", "--destinations", str(file)),
            **variables,
        )
        assert outcome.returncode == 1
        line, progress = outcome.stderr.splitlines()
        assert line == f"error: s3://{bucket}/lists cannot be written: {said}"
        assert progress.startswith("No batch was acknowledged")
        assert KEY not in outcome.stderr
        assert SECRET not in outcome.stderr

    advice = "Check the credentials, and what they may write"
    without = environment(store.url)
    wrong = store.environment | {"AWS_ACCESS_KEY_ID": "AKIAWRONG"}
    silent = store.environment | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    refused("nobucket", "The specified bucket does not exist", store.environment)
    assert "PUT /nobucket" not in store.requests, "a misspelt bucket is not made"
    refused(BUCKET, f"Unable to locate credentials. {advice}", without)
    refused(BUCKET, f"Forbidden. {advice}", wrong)
    address = f'"http://127.0.0.1:9/{BUCKET}/lists/{export_id}/{RECEIPT}"'
    refused(BUCKET, f"Could not connect to the endpoint URL: {address}", silent)
    assert store.keys("lists/") == []

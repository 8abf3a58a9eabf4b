"""Logs in a bucket: inspected, checked, built, and refreshed when there is a new object."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scripts.build_folder import BuildFolder
from tests.conftest import public_tables, run_audience
from tests.s3.conftest import Run
from tests.s3.store import KEY, SECRET, Store

PATTERN = "s3://shop/log/*.csv"
HEADER = "customer_id,product_id,event,event_date\n"


def day(number: int) -> str:
    """The interactions of a day: 40 customers, 8 products."""
    rows = (
        f"{customer + number},{(customer * number) % 8},{event},2023-01-{number:02d}\n"
        for customer in range(1, 41)
        for event in ("view", "purchased")[: 1 + (customer + number) % 2]
    )
    return HEADER + "".join(rows)


@pytest.fixture
def days(store: Store, tmp_path: Path) -> Callable[[int], None]:
    """Stores the log of a day, in the bucket and in a folder `log`."""

    def put(number: int) -> None:
        name = f"log/2023-01-{number:02d}.csv"
        (tmp_path / "log").mkdir(exist_ok=True)
        (tmp_path / name).write_text(day(number))
        store.put(name, day(number).encode())

    return put


def test_a_log_is_inspected_checked_built_and_refreshed(
    days: Callable[[int], None], store: Store, folder: BuildFolder, tmp_path: Path, run: Run
) -> None:
    for number in range(1, 5):
        days(number)
    inspected = run("inspect", PATTERN, "--write", str(tmp_path / "mapping.yml"))
    assert inspected.returncode == 0, inspected.stderr
    assert f"audience build --log '{PATTERN}'" in inspected.stdout
    settings = ("--vars", "{event_weights: {view: 1}, max_reject_share: 0}")
    checked = run("check", "--log", PATTERN, *settings)
    assert checked.returncode == 0, checked.stderr

    built = run("build", "--log", PATTERN, *settings)
    assert built.returncode == 0, built.stdout + built.stderr
    here = BuildFolder(tmp_path / "here")
    local = run_audience(here, "build", "--log", f"{tmp_path}/log/*.csv", *settings)
    assert local.returncode == 0, local.stdout + local.stderr
    on_s3, of_files = public_tables(folder), public_tables(here)
    assert {name for name in on_s3 if on_s3[name] != of_files[name]} == set()
    assert len(on_s3["customers"]) > 40

    unchanged = run("refresh")
    assert unchanged.returncode == 0, unchanged.stderr
    assert "Nothing is new" in unchanged.stdout
    days(5)
    store.requests.clear()
    refreshed = run("refresh", "--accept-drift", "a log of few days")
    assert refreshed.returncode == 0, refreshed.stdout + refreshed.stderr
    assert "1 of 5 files of the log are new" in refreshed.stdout
    read = {path for path in store.requests if path.startswith("GET /shop/log/")}
    assert read == {"GET /shop/log/2023-01-05.csv"}, "known objects are not copied again"

    assert SECRET not in built.stdout + refreshed.stdout + checked.stdout


@pytest.mark.parametrize(
    ("log", "environment", "said"),
    [
        ("s3://shop/none.csv", {}, "No file at s3://shop/none.csv: expected CSV"),
        ("s3://shop/none/*.csv", {}, "s3://shop/none/*.csv finds no file: expected CSV"),
        ("s3://nowhere/log.csv", {}, "s3://nowhere/log.csv"),
        (
            "s3://shop/log.csv",
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            "s3://shop/log.csv cannot be read: Unable to locate credentials."
            " Check the credentials, and what they may read",
        ),
        (
            "s3://shop/log.csv",
            {"AWS_ACCESS_KEY_ID": "AKIAOTHER"},
            "s3://shop/log.csv cannot be read: Forbidden."
            " Check the credentials, and what they may read",
        ),
        (
            "s3://shop/log.csv",
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
            "s3://shop/log.csv cannot be read: Could not connect to the endpoint URL",
        ),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    store: Store, run: Run, log: str, environment: dict[str, str], said: str
) -> None:
    store.put("log.csv", day(1).encode())
    outcome = run("build", "--log", log, **environment)
    assert outcome.returncode == 1
    assert said in outcome.stderr
    assert len(outcome.stderr.splitlines()) <= 3, outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert KEY not in outcome.stderr
    assert SECRET not in outcome.stderr

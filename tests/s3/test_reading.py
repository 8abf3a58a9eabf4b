"""Logs on S3: the same figures as of files on this machine, and errors in one sentence."""

import gzip
from pathlib import Path

import pytest

from scripts.build_folder import BuildFolder
from tests.conftest import public_tables, read_release, run_audience
from tests.daily_log import DailyLog
from tests.s3.store import KEY, SECRET, Store, environment

ROWS = (
    b"customer_id,product_id,event,event_date\n1,2,cart,2023-01-01\n1,3,cart,2023-01-02\n"
)


def upload(store: Store, log: DailyLog) -> None:
    """Put those files of a log that are not there yet into the bucket."""
    there = store.keys("logs/")
    for file in sorted(log.folder.iterdir()):
        if f"logs/{file.name}" not in there:
            store.put(f"logs/{file.name}", file.read_bytes())


def test_daily_objects_are_built_and_refreshed_as_local_files_are(
    store: Store, tmp_path: Path
) -> None:
    log = DailyLog(tmp_path, days=30)
    here, there = BuildFolder(tmp_path / "here"), BuildFolder(tmp_path / "there")

    def run(folder: BuildFolder, *words: str) -> str:
        outcome = run_audience(folder, *words, **store.environment)
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        return outcome.stdout

    upload(store, log)
    run(here, "build", "--log", log.pattern)
    said = run(there, "build", "--log", "s3://shop/logs/*.csv")
    assert "Copying 30 of 30 files of s3://shop/logs/*.csv" in said
    assert_same_tables(there, here)

    store.requests.clear()
    assert "Nothing is new since 000001-" in run(there, "refresh")
    assert [one for one in store.requests if one.endswith(".csv")] == []

    log.grow()
    upload(store, log)
    run(here, "refresh")
    said = run(there, "refresh")
    assert "1 of 31 files of the log are new." in said
    assert "Copying 1 of 31 files" in said
    assert_same_tables(there, here)
    assert "Nothing is new since 000002-" in run(there, "refresh")


def assert_same_tables(folder: BuildFolder, expected: BuildFolder) -> None:
    found, wanted = public_tables(folder), public_tables(expected)
    assert found.keys() == wanted.keys()
    assert [name for name in wanted if found[name] != wanted[name]] == []


def test_one_packed_object_is_built(store: Store, folder: BuildFolder) -> None:
    store.put("log.csv.gz", gzip.compress(ROWS))
    outcome = run_audience(
        folder, "build", "--log", "s3://shop/log.csv.gz", **store.environment
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    with read_release(folder) as release:
        found = release.execute("select customer_id, total_interactions from customers")
        assert found.fetchall() == [(1, 2)]


def test_an_object_is_inspected_and_checked(store: Store, folder: BuildFolder) -> None:
    for day in ("1", "2"):
        store.put(f"logs/{day}.csv", ROWS)
    settings = folder.root / "mapping.yml"
    folder.root.mkdir()
    for path, files in (("logs/1.csv", "1 file"), ("logs/*.csv", "2 files")):
        address = f"s3://shop/{path}"
        inspected = run_audience(
            folder, "inspect", address, "--write", str(settings), **store.environment
        )
        assert inspected.returncode == 0, inspected.stdout + inspected.stderr
        quoted = f"'{address}'" if "*" in path else address
        assert f"Next: audience build --log {quoted} " in inspected.stdout
        checked = run_audience(
            *(folder, "check", "--log", address, "--mapping", str(settings)),
            **store.environment,
        )
        accepted = 2 * int(files[0])
        assert checked.stdout == (
            f"{address}: {files}; of its {accepted} rows {accepted} would be accepted.\n"
        )
        settings.unlink()


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nobucket/a.csv", "No file at s3://nobucket/a.csv: expected CSV, JSON or Parquet"),
        ("nobucket/*.csv", "s3://nobucket/*.csv finds no file: expected CSV, "),
        ("shop/none.csv", "No file at s3://shop/none.csv: expected CSV, JSON or Parquet"),
        ("shop/logs", "s3://shop/logs is a folder: expected a pattern such as"),
        ("shop/logs/", "s3://shop/logs/ is a folder: expected a pattern such as"),
    ],
)
def test_what_is_not_there_is_said(
    store: Store, folder: BuildFolder, path: str, said: str
) -> None:
    store.put("logs/1.csv", ROWS)
    assert_refused(folder, f"s3://{path}", said, store.environment)


@pytest.mark.parametrize("path", ["log.csv", "*.csv"])
def test_refused_keys_and_a_silent_server_are_said(
    store: Store, folder: BuildFolder, path: str
) -> None:
    store.put("log.csv", ROWS)
    url = f"s3://shop/{path}"
    advice = "Check the credentials, and what they may read"
    without = environment(store.url)
    assert_refused(folder, url, f"Unable to locate credentials. {advice}", without)
    wrong = store.environment | {"AWS_ACCESS_KEY_ID": "AKIAWRONG"}
    assert_refused(folder, url, advice, wrong)
    # Nothing listens at the port of discard.
    silent = store.environment | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    assert_refused(folder, url, f"{url} cannot be read: Could not connect to", silent)


def assert_refused(
    folder: BuildFolder, url: str, said: str, variables: dict[str, str]
) -> None:
    """One sentence, exit code 1, and no key in it."""
    outcome = run_audience(folder, "check", "--log", url, **variables)
    assert outcome.returncode == 1
    assert outcome.stdout == ""
    (line,) = outcome.stderr.splitlines()
    assert line.startswith("error: ")
    assert said in line
    assert url in line
    assert KEY not in line
    assert SECRET not in line

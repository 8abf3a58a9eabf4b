"""Whatever is wrong with the input: one clear message, exit code 1, nothing published."""

import gzip
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build.log_source import LogSourceError, check_log, read_mapping
from scripts.build_folder import PROJECT, BuildFolder
from scripts.cli.main import main
from scripts.releases.publish import publish
from tests.conftest import copy_project, run_audience

HEADER = "customer_id,product_id,event,event_date\n"
ROW = "1,2,cart,2023-01-01\n"


@pytest.fixture
def log(tmp_path: Path) -> Callable[[str], Path]:
    def write(content: str) -> Path:
        path = tmp_path / "log.csv"
        path.write_text(content)
        return path

    return write


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.csv", b"", "is empty: expected a header and one row"),
        ("binary.csv", b"a\x00\x01\x02" * 99, "is not text (it has zero bytes)"),
        ("cut.parquet", b"PAR1 and no end", "is not a complete Parquet file"),
        ("text.parquet", HEADER.encode(), "is not a complete Parquet file"),
        ("named.csv", b"PAR1xxxxPAR1", "is a Parquet file: give its name the suffix"),
        (
            "cut.csv.gz",
            gzip.compress(b"x" * 9999, mtime=0)[:30],
            "is not a complete gzip file",
        ),
        ("plain.csv.gz", HEADER.encode(), "is not a complete gzip file"),
        (
            "log.CSV.GZ",
            gzip.compress(HEADER.encode(), mtime=0),
            "suffix .gz (in lower case)",
        ),
        ("empty.csv.gz", gzip.compress(b"", mtime=0), "is empty: expected a header"),
        (
            "big.csv",
            HEADER.encode("utf-16-be").join([b"\xfe\xff", b""]),
            "is UTF-16: name the",
        ),
        (
            "page.json",
            b"\xff\xfe" + '[{"a": 1}]'.encode("utf-16-le"),
            "is JSON in UTF-16: write it as UTF-8",
        ),
        (
            "latin.csv",
            "käufer,a\n".encode("latin-1"),
            "line 1 is not UTF-8 (byte 2 is 0xe4)",
        ),
    ],
)
def test_a_file_that_is_no_log_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(LogSourceError) as caught:
        check_log(str(path))
    assert message in str(caught.value)
    assert str(path) in str(caught.value)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LogSourceError, match=r"No log at .*nothing\.csv"):
        check_log(str(tmp_path / "nothing.csv"))
    with pytest.raises(LogSourceError, match="is a folder"):
        check_log(str(tmp_path))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("columns: [1\n", "line 2 is not YAML"),
        ("only words\n", "has no settings, but only words: expected lines"),
        ("- a\n- b\n", r"has no settings, but \['a', 'b'\]: expected lines"),
    ],
)
def test_a_mapping_that_is_none_is_refused(
    tmp_path: Path, content: str, message: str
) -> None:
    path = tmp_path / "mapping.yml"
    path.write_text(content)
    with pytest.raises(LogSourceError, match=message):
        read_mapping(path)


def test_a_missing_mapping_names_the_others(tmp_path: Path) -> None:
    (tmp_path / "other.yml").touch()
    with pytest.raises(LogSourceError, match=r"No mapping at .*; in .* other\.yml"):
        read_mapping(tmp_path / "mapping.yml")


def long(*values: str) -> Any:
    """A case of a kind of which another one runs every time."""
    return pytest.param(*values, marks=pytest.mark.long)


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        long(HEADER, "", "log.csv has no rows"),
        long("user,product_id,event,event_date\n" + ROW, "", "has no column customer_id"),
        long(HEADER.replace(",", ";"), "", "or the delimiter if these are not columns"),
        pytest.param(
            HEADER + "x" + ROW + "y" + ROW,
            "",
            "every row was rejected (most often uncast",
            marks=pytest.mark.slow,
        ),
        long(HEADER + ROW * 9 + "x" + ROW, "", "10.00 % of 10 rows were rejected"),
        long(HEADER + ROW, "row_filter: 'false'", "the row filter sets every row aside"),
        long(HEADER + ROW, "row_filter: nosuch = 1", 'row_filter: "nosuch = 1" failed'),
        long(HEADER + ROW, "as_of: 2020-01-01", "as_of = 2020-01-01 leaves nothing"),
        long(HEADER + '1,"2,cart,2023-01-01\n' + ROW * 9, "", "line 2 of "),
        long(
            HEADER + '"1\n1",2,cart,2023-01-01\n' + ROW * 99,
            "id_type: text",
            "is not closed, so the lines after it cannot be read",
        ),
        long(HEADER + ROW + ROW.replace("\n", "\r\n"), "", "lines end in CR LF and some"),
        long('"cus\ntomer",product_id\n' + ROW, "", "opens a quote and does not close it"),
        long("_input_file," + HEADER + "x," + ROW, "", "has a column _input_file, a name"),
        (HEADER + ROW, "1: 2", "expected names of settings"),
        long(HEADER + ROW, "top_n: 0", "Setting top_n = 0: expected a whole number from 1"),
    ],
)
def test_a_log_that_does_not_fit_is_refused(
    folder: BuildFolder,
    log: Callable[[str], Path],
    content: str,
    settings: str,
    message: str,
) -> None:
    path = log(content)
    arguments = ["--vars", settings] if settings else []
    outcome = run_audience(folder, "build", "--log", str(path), *arguments)
    assert outcome.returncode == 1
    assert message in outcome.stderr
    assert outcome.stderr.count("\n") == 2, "one sentence, and what became of it"
    assert outcome.stderr.endswith("\nNothing was published.\n")
    assert "Traceback" not in outcome.stdout + outcome.stderr
    assert not (folder.releases / "current").exists()


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("AUDIENCE_DBT_THREADS", "0", "= 0: expected a number of threads"),
        ("AUDIENCE_MEMORY_LIMIT", "banana", "= banana: expected a size such as 4GB"),
        ("AUDIENCE_TEMP_LIMIT", "90%", "= 90%: expected a size such as 50GB"),
        ("AUDIENCE_TEMP_DIR", "README.md", "= README.md: expected a folder that can be"),
    ],
)
def test_an_invalid_environment_variable_is_refused(
    folder: BuildFolder,
    log: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    message: str,
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(folder.root))
    monkeypatch.setenv(variable, value)
    assert main(["build", "--log", str(log(HEADER + ROW))]) == 1
    assert variable + " " + message in capsys.readouterr().err


@pytest.mark.slow
def test_a_setting_that_is_refused_leaves_the_last_build_fit_to_publish(
    built: BuildFolder, log: Callable[[str], Path]
) -> None:
    outcome = run_audience(
        built,
        "build",
        "--log",
        str(log(HEADER + ROW)),
        "--vars",
        "top_n: 0",
    )
    assert outcome.returncode == 1
    assert publish(built).release_id.startswith("000001-")


def test_a_second_build_waits_for_nothing_and_names_the_first(
    folder: BuildFolder,
    log: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(folder.root))
    with folder.lock():
        assert main(["build", "--log", str(log(HEADER + ROW))]) == 1
    message = capsys.readouterr().err
    assert f"Another build is writing to {folder.root} (process {os.getpid()})" in message


def test_a_build_that_is_ended_takes_dbt_with_it(
    folder: BuildFolder, log: Callable[[str], Path]
) -> None:
    program = subprocess.Popen(
        [sys.executable, "-m", "scripts.cli", "build", "--log", str(log(HEADER + ROW))],
        cwd=PROJECT,
        env=os.environ | {"AUDIENCE_BUILD_DIR": str(folder.root)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    process = psutil.Process(program.pid)
    while not (children := process.children()):
        assert program.poll() is None
        time.sleep(0.01)
    program.terminate()
    _, message = program.communicate()
    assert message == "error: interrupted\nNothing was published.\n"
    assert program.returncode == 130
    assert psutil.wait_procs(children, timeout=60)[1] == []
    with folder.lock():
        pass


def test_a_build_that_is_ended_while_dbt_starts_takes_it_too(
    folder: BuildFolder, log: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The signal comes after dbt has been started and before a program listens to it."""

    def interrupt(_: threading.Thread) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(threading.Thread, "start", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_dbt(["build"], {"log": str(log(HEADER + ROW))}, folder)
    monkeypatch.undo()
    running = [" ".join(child.cmdline()) for child in psutil.Process().children()]
    assert not [command for command in running if str(log("")) in command]


@pytest.mark.slow
def test_a_log_and_a_mapping_that_are_mixed_up_name_both(
    folder: BuildFolder, log: Callable[[str], Path]
) -> None:
    outcome = run_audience(
        folder,
        "build",
        *("--log", str(log(HEADER + ROW)), "--mapping", "mappings/retailrocket.yml"),
    )
    assert outcome.returncode == 1
    assert "has no column visitorid for customer_id; it has customer_id" in outcome.stderr


@pytest.mark.long
def test_weights_that_do_not_add_up_stop_the_build(
    folder: BuildFolder, log: Callable[[str], Path], tmp_path: Path
) -> None:
    weights = {"unique_products": "0.25", "avg_event_score": "0.2", "recency_score": "0.05"}
    weights |= {"total_interactions": "0.45", "interaction_frequency": "0.15"}
    project = copy_project(
        tmp_path,
        feature_weights=[
            {"weight_set": "published", "feature": feature, "weight": weight}
            for feature, weight in weights.items()
        ],
    )
    outcome = run_audience(
        folder, "build", "--log", str(log(HEADER + ROW)), project=project
    )
    assert outcome.returncode == 1
    assert "the published weights of 5 features add up to 1.1" in outcome.stderr


def test_a_warehouse_held_by_another_program_names_it(
    folder: BuildFolder, log: Callable[[str], Path]
) -> None:
    folder.root.mkdir(parents=True)
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import duckdb, sys; connection = duckdb.connect(sys.argv[1]);"
            " print('held', flush=True); sys.stdin.read()",
            str(folder.warehouse),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    try:
        assert holder.stdout is not None
        holder.stdout.readline()
        outcome = run_audience(folder, "build", "--log", str(log(HEADER + ROW)))
    finally:
        holder.communicate()
    assert outcome.returncode == 1
    assert "is held open by" in outcome.stderr
    assert f"(process {holder.pid})" in outcome.stderr


@pytest.mark.slow
def test_a_full_disk_stops_the_build_with_one_sentence(
    log: Callable[[str], Path], tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(mount, check=False).returncode:
        pytest.skip("a small disk cannot be mounted here")
    try:
        outcome = run_audience(BuildFolder(disk), "build", "--log", str(log(HEADER + ROW)))
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert outcome.returncode == 1
    *warnings, error, consequence = outcome.stderr.splitlines()
    assert error == f"error: The disk of {disk} is full: free some space. Then build again"
    assert consequence == "Nothing was published."
    lacking = f"{disk}/history.parquet lacks this run: no space left on device"
    assert set(warnings) <= {lacking}, "whether the history fits depends on the disk"


def test_a_folder_without_write_permission_is_named(
    tmp_path: Path,
    log: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A file where the folder should be stands for it: root may write everywhere."""
    blocked = tmp_path / "blocked"
    blocked.touch()
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(blocked))
    assert main(["build", "--log", str(log(HEADER + ROW))]) == 1
    assert f"Cannot write to {blocked}" in capsys.readouterr().err

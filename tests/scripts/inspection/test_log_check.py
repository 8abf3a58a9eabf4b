"""`audience check`: what a build would refuse, by its own SQL and without dbt."""

import gzip
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

from scripts.build.log_source import LogSourceError
from scripts.build_folder import PROJECT, BuildFolder
from scripts.cli.main import audience, main
from scripts.inspection.judged_sample import judge_sample
from scripts.inspection.log_check import (
    LogCheckError,
    check_before_build,
    check_settings,
    judge_files,
)
from tests.conftest import FinishedBuild, run_audience

HEADER = "customer_id,product_id,event,event_date\n"
ROW = "1,2,cart,2023-01-01\n"


def checked(tmp_path: Path, content: str, settings: dict[str, Any]) -> str:
    path = tmp_path / "log.csv"
    path.write_text(content)
    return check_settings({"log": str(path)} | settings)


@pytest.mark.parametrize(
    ("rows", "settings", "message"),
    [
        ("1,2,cart,1433193132535\n", {}, 'time_format: "epoch_ms" fits'),
        ("1,2,cart,31/12/2023\n", {}, 'time_format: "%d/%m/%Y" fits'),
        (
            "1,2,cart,01/02/2023\n",
            {},
            'time_format: "%d/%m/%Y" or time_format: "%m/%d/%Y" fits',
        ),
        (
            "1,2,cart,soon\n",
            {"time_format": "%d/%m/%Y"},
            "time_format is %d/%m/%Y; these values are no times",
        ),
        ("1,2,cart,soon\n", {}, "these values are no times: name another column"),
        ("1,2,cart,2023-01-01\n", {"time_format": "epoch_s"}, 'time_format: "iso" fits'),
        (
            "1,2,cart,31/12/23\n",
            {"time_format": "%d/%m/%Y"},
            'Years of two digits are %y, not %Y: set time_format: "%d/%m/%y".',
        ),
        (
            "1,2,cart,31/12/23 10:15\n",
            {"time_format": ["iso", "%d/%m/%Y %H:%M"]},
            'set time_format: ["iso", "%d/%m/%y %H:%M"].',
        ),
        (
            "1,2,cart,1433193132\n",
            {"time_format": "epoch_ms"},
            'time_format: "epoch_s" fits',
        ),
        ("1,2,cart,1985-01-01\n", {}, "Set earliest_event to what these rows need"),
        ("C1,2,cart,2023-01-01\n", {}, "Set id_type: text if such ids are meant"),
        ("1.2E+15,2,cart,2023-01-01\n", {}, "lost digits: export them as text"),
        (",2,cart,2023-01-01\n", {}, "Name another column for customer_id"),
        ("1;2;cart;2023-01-01\n", {}, "The header has 4 columns: compare the delimiter"),
    ],
)
def test_rows_that_cannot_be_used_come_with_an_example_and_what_helps(
    tmp_path: Path, rows: str, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(LogCheckError, match=r"100\.00% of all 20 rows") as caught:
        checked(tmp_path, HEADER + rows * 20, settings)
    assert message in str(caught.value)
    assert "such as" in str(caught.value)


def test_a_log_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogCheckError, match=r"log\.csv has no rows: .* not only a header"):
        checked(tmp_path, HEADER, {})


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"row_filter": "nonsense > 1"}, 'row_filter: "nonsense > 1" failed: Binder Error'),
        ({"row_filter": "nonsense(1)"}, 'row_filter: "nonsense(1)" failed: Catalog Error'),
        ({"expressions": {"event": "cart"}}, 'expressions: {event: "cart"} is the column'),
        (
            {"expressions": {"event": "cast(event as integer)"}},
            "failed in row 1 of LOG (event = 'cart'): Conversion Error: Could not",
        ),
    ],
)
def test_sql_that_does_not_run_is_refused_as_it_was_written(
    tmp_path: Path, settings: dict[str, Any], message: str
) -> None:
    log = tmp_path / "log.csv"
    expected = re.escape(message.replace("LOG", str(log)))
    with pytest.raises(LogSourceError, match=expected):
        checked(tmp_path, HEADER + ROW, settings)
    # And a build does not start dbt.
    with pytest.raises(LogSourceError, match=expected):
        check_before_build({"log": str(log)} | settings, tmp_path)


def test_the_failed_row_is_that_of_the_file_and_not_of_its_copy(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    row = '{"user": %s, "item": 2, "event": "cart", "event_date": "2023-01-01"}\n'
    log.write_text(row % '"7"' + row % '"x"')
    settings = {
        "log": str(log),
        "columns": {"product_id": "item"},
        "expressions": {"customer_id": "cast(user as integer)"},
    }
    with pytest.raises(LogSourceError, match=rf"failed in row 2 of {log} \(user = 'x'\)"):
        check_settings(settings)


def test_a_few_bad_rows_are_counted_and_not_refused(tmp_path: Path) -> None:
    content = HEADER + ROW * 97 + "x,2,cart,2023-01-01\n1,2,cart\n" + "0,2,cart,2023-1-1\n"
    said = checked(tmp_path, content, {"row_filter": "customer_id <> '0'"})
    assert "of its 100 rows 97 would be accepted, 2 rejected, 1 filtered" in said
    assert "uncastable customer_id: 1" in said
    assert "unreadable line: 1" in said


def test_a_share_that_the_settings_tolerate_is_not_refused(tmp_path: Path) -> None:
    content = HEADER + ROW + "x,2,cart,2023-01-01\n"
    said = checked(tmp_path, content, {"max_reject_share": 0.5})
    assert "1 would be accepted, 1 rejected" in said


def test_only_the_beginning_of_a_large_file_is_read(tmp_path: Path) -> None:
    """A bad line after it does not count; the sample ends with a whole line."""
    path = tmp_path / "log.csv.gz"
    path.write_bytes(gzip.compress((HEADER + ROW * 400_000 + "bad\n").encode()))
    [sample] = judge_files({"log": str(path)}, most_bytes=100_000)
    assert not sample.is_whole
    assert sample.accepted == sample.rows
    assert 90_000 < sample.rows * len(ROW) < 100_001


def test_a_sample_is_read_in_its_encoding(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes((HEADER + ROW * 40_000).encode("utf-16"))
    said = check_settings({"log": str(path), "encoding": "utf-16"})
    rows = 2**20 // 2 // len(ROW)
    assert f"of the first {rows - 2:,} rows" in said
    assert said.startswith(f"{path}: 1 file")
    with pytest.raises(LogSourceError, match=rf"{path} is UTF-16: name the encoding"):
        check_settings({"log": str(path)})


def test_bytes_that_are_not_utf8_are_named(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    names = HEADER.replace("\n", ",product_name\n") + ROW.replace("\n", ",Tee\n") * 9
    path.write_bytes(names.encode() + ROW.replace("\n", ",Café\n").encode("cp1252"))
    with pytest.raises(LogCheckError, match="not UTF-8 from line 11 on: set encoding: win"):
        check_settings({"log": str(path)})
    said = check_settings({"log": str(path), "encoding": "windows-1252"})
    assert "10 would be accepted" in said


def test_json_is_checked_as_a_build_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    row = '{"user": {"id": 1}, "item": 2, "event": "cart", "event_date": "2023-01-01"}\n'
    path.write_text(row * 9)
    columns = {"customer_id": "user.id", "product_id": "item"}
    said = check_settings({"log": str(path), "columns": columns})
    assert "9 would be accepted" in said
    columns["product_id"] = "items"
    refusal = r"log\.jsonl has no column items .*it has user\.id, item.*\(unnest: \.\.\.\)"
    with pytest.raises(LogSourceError, match=refusal):
        check_settings({"log": str(path), "columns": columns})


def test_folders_of_a_log_give_columns(tmp_path: Path) -> None:
    path = tmp_path / "event=cart" / "log.csv"
    path.parent.mkdir()
    path.write_text("customer_id,product_id,event_date\n1,2,2023-01-01\n")
    said = check_settings({"log": f"{tmp_path}/*/*.csv"})
    assert "of its 1 rows 1 would be accepted" in said


def test_first_and_last_files_are_judged(tmp_path: Path) -> None:
    for number in range(9):
        rows = ROW if number < 8 else ROW.replace("2023-01-01", "1433193132")
        (tmp_path / f"{number}.csv").write_text(HEADER + rows)
    with pytest.raises(LogCheckError, match=r"8\.csv: 100\.00%"):
        check_settings({"log": f"{tmp_path}/*.csv"})


def test_a_few_bad_rows_of_one_file_are_no_reason(tmp_path: Path) -> None:
    bad = ROW.replace("2023-01-01", "soon")
    (tmp_path / "1.csv").write_text(HEADER + ROW * 100)
    (tmp_path / "2.csv").write_text(HEADER + ROW + bad)
    assert "1 rejected" in check_settings({"log": f"{tmp_path}/*.csv"})
    (tmp_path / "1.csv").write_text(HEADER + ROW * 10_000)
    (tmp_path / "2.csv").write_text(HEADER + bad * 30)
    with pytest.raises(LogCheckError, match="of all 30 rows would be rejected"):
        check_settings({"log": f"{tmp_path}/*.csv"})


def test_parquet_is_judged_in_place(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    duckdb.execute(
        "copy (select 1 as customer_id, 2 as product_id, 'cart' as event,"
        " timestamp '2023-01-01' as event_date from range(50_000))"
        f" to '{path}'"
    )
    [sample] = judge_files({"log": str(path)}, most_rows=1000)
    assert (sample.rows, sample.accepted, sample.is_whole) == (1000, 1000, False)


def test_the_command_ends_with_1_where_a_build_would(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.csv"
    log.write_text(HEADER + ROW)
    assert main(["check", "--log", str(log)]) == 0
    assert "of its 1 rows 1 would be accepted" in capsys.readouterr().out
    missing = json.dumps({"columns": {"event": "what"}})
    assert main(["check", "--log", str(log), "--vars", missing]) == 1
    assert "has no column what for event" in capsys.readouterr().err
    assert main(["check", "--log", str(log), "--vars", "top_n: many"]) == 1
    assert "Setting top_n = many: expected a whole number" in capsys.readouterr().err


def test_the_check_judges_as_the_build_does(dirty_build: FinishedBuild) -> None:
    """Every row of a log with broken rows of every kind."""
    settings = {"log": str(dirty_build.log)}
    sample = judge_sample(dirty_build.log, settings, 2**30, 10**9)
    with duckdb.connect(dirty_build.folder.warehouse, read_only=True) as warehouse:
        rows = warehouse.execute(
            "select outcome, reason, count(*) from staging.stg_log_rows group by all"
        ).fetchall()
    outcomes: Counter[str] = Counter()
    for outcome, _, count in rows:
        outcomes[outcome] += count
    assert sample.is_whole
    assert sample.reasons == {reason: count for _, reason, count in rows if reason}
    assert sample.accepted == outcomes["accepted"]
    assert sample.rows == outcomes.total()
    assert len(sample.reasons) > 5


def test_a_column_that_one_file_lacks_comes_from_the_others(tmp_path: Path) -> None:
    """As in events of an hour, of which some have products and some have none."""
    event = '{"user": %d, "at": "2023-01-01", "items": %s}\n'
    (tmp_path / "1.json").write_text(event % (1, "[]"))
    (tmp_path / "2.json").write_text(event % (2, '[{"sku": 5}, {"sku": 6}]'))
    settings = {
        "log": f"{tmp_path}/*.json",
        "unnest": "items",
        "columns": {"customer_id": "user", "event_date": "at", "product_id": "items.sku"},
        "expressions": {"event": "'view'"},
        "row_filter": '"items.sku" is not null',
    }
    said = check_settings(settings)
    assert "of the first 3 rows 2 would be accepted, 1 filtered" in said


def test_a_build_refuses_a_log_of_which_no_row_can_be_used_at_once(
    tmp_path: Path, folder: BuildFolder
) -> None:
    """Before dbt starts; a log with a few usable rows is left to the build."""
    path = tmp_path / "log.csv"
    row = "1,2,cart,31.12.2023\n"
    path.write_text(HEADER + row * 40)
    outcome = run_audience(folder, "build", "--log", str(path))
    assert outcome.returncode == 1
    assert '%d.%m.%Y" fits' in outcome.stderr
    assert "Nothing was published" in outcome.stderr
    assert not folder.dbt_target.exists()
    path.write_text(HEADER + row * 40 + ROW)
    check_before_build({"log": str(path)}, folder.readable_copies)
    with pytest.raises(LogCheckError):
        check_settings({"log": str(path)})


def test_a_check_does_not_wait_for_pandas(tmp_path: Path) -> None:
    """DuckDB imports it for the parameters of a query, where it can."""
    log = tmp_path / "log.csv"
    log.write_text(HEADER + ROW)
    program = (
        "import sys; from scripts.cli.main import main;"
        f" sys.argv = ['audience', 'check', '--log', {str(log)!r}]; code = main();"
        " print(code, 'pandas.core' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT)
    assert done.stdout.splitlines()[-1] == "0 False", done.stdout + done.stderr


def test_the_log_is_named_with_its_option_or_without(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text("customer_id,product_id,event,event_date\n1,2,cart,2023-01-01\n")
    accepted = f"{log}: 1 file; of its 1 rows 1 would be accepted.\n"
    for words in ([str(log)], ["--log", str(log)]):
        assert CliRunner().invoke(audience, ["check", *words]).output == accepted
    both = CliRunner().invoke(audience, ["check", "a.csv", "--log", "b.csv"])
    assert both.exit_code == 2
    assert "The log is named twice, as a.csv and as b.csv: name one." in both.output

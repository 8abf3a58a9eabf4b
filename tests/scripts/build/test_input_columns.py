"""The columns of inputs: their names, and what is refused before dbt starts."""

import gzip
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build.input_columns import Input, check_input_columns, columns_of
from scripts.build.log_source import LogSourceError
from scripts.build_folder import BuildFolder
from scripts.settings.input_format import InputFormat

HEADER = "customer_id,product_id,event,event_date"
ROW = "1,2,cart,2023-01-01"
# A legal file that is odd in every way, and the names of its columns.
ODD = f' customer_id ,"product_id",,event\t,event_date,"a ""name""",Event,\n{ROW}\n9,8\n'
ODD_NAMES = ["customer_id", "product_id", "column3", "event", "event_date", 'a "name"']
ODD_NAMES += ["Event_7", "column8"]


def names(file: Path, **written: Any) -> list[str]:
    return list(columns_of([str(file)], Input(str(file), InputFormat(**written))))


@pytest.mark.parametrize(
    ("content", "written", "expected"),
    [
        (f"{HEADER}\n{ROW}\n".encode(), {}, HEADER.split(",")),
        (ODD.encode(), {}, ODD_NAMES),
        # Later lines may be broken, and end in another way.
        (b'a,b\r\n1\r\n2,3,4,5\n"6\n', {}, ["a", "b"]),
        ("\ufeffa,b\n".encode(), {}, ["a", "b"]),
        (b"a||b||c", {"delimiter": "||"}, ["a", "b", "c"]),
        ("käufer;b\n".encode("latin-1"), {"encoding": "latin-1", "delimiter": ";"}, None),
        ("käufer;b\n".encode("utf-16"), {"encoding": "utf-16", "delimiter": ";"}, None),
        (b"1,cart\n2,cart\n", {"has_header": False}, ["column1", "column2"]),
    ],
)
def test_names_of_csv_columns(
    tmp_path: Path, content: bytes, written: dict[str, Any], expected: list[str] | None
) -> None:
    plain, packed = tmp_path / "log.csv", tmp_path / "log.csv.gz"
    plain.write_bytes(content)
    packed.write_bytes(gzip.compress(content))
    assert names(plain, **written) == (expected or ["käufer", "b"])
    assert names(packed, **written) == (expected or ["käufer", "b"])


@pytest.mark.slow
def test_dbt_finds_the_same_names(tmp_path: Path, folder: BuildFolder) -> None:
    """An expression that names a column fails where dbt knows it by another name."""
    log = tmp_path / "log.csv"
    log.write_text(ODD)
    listed = " || ".join(
        f"""coalesce("{name.replace('"', '""')}", '')""" for name in ODD_NAMES
    )
    settings = {
        "log": str(log),
        "id_type": "text",
        "columns": {"event": 4, "product_id": "Product_ID"},
        "expressions": {"product_name": listed},
    }
    run = run_dbt(["run", "--select", "stg_raw_log", "stg_log_rows"], settings, folder)
    assert run.problems == []


def test_types_of_parquet_columns(tmp_path: Path) -> None:
    for number, type_ in enumerate(("bigint", "double")):
        duckdb.sql(f"select 1::{type_} as customer_id, 'cart' as event").write_parquet(
            str(tmp_path / f"{number}.parquet")
        )
    files = sorted(str(file) for file in tmp_path.iterdir())
    source = Input(f"{tmp_path}/*.parquet", InputFormat())
    assert columns_of(files[:1], source)["customer_id"] == "BIGINT"
    assert columns_of(files, source) == {
        "customer_id": "DOUBLE",
        "event": "VARCHAR",
    }


@pytest.mark.parametrize(
    ("content", "settings", "said"),
    [
        (
            f"user,{HEADER[12:]}\n{ROW}\n",
            {},
            "has no column customer_id for customer_id; it",
        ),
        (HEADER.replace(",", ";"), {}, "or the delimiter if these are not columns at all"),
        (
            HEADER,
            {"columns": {"event": "action"}},
            "has no column action for event; it has",
        ),
        (
            HEADER,
            {"columns": {"event": 5}},
            "has no column 5 for event; it has customer_id",
        ),
        (HEADER, {"columns": {"product_name": "name"}}, "no column name for product_name"),
        (f"_input_file,{HEADER}\n", {}, "has a column _input_file, a name that the reader"),
        ('"cus\ntomer",product_id\n', {}, "opens a quote and does not close it"),
        (",".join(f"c{number}" for number in range(1200)), {}, "has 1000 columns or more"),
        (
            f"# x\n\n{HEADER}\n{ROW}\n",
            {},
            'leave out lines that begin with # (comment: "#")',
        ),
        (HEADER.replace(",", "\t"), {}, 'not columns at all (delimiter: "\\t")'),
        (
            f"{HEADER},customer_id\n{ROW},9\n",
            {},
            "names the column customer_id 2 times (columns 1, 5): rename the others, or"
            " name the position of the right one in the mapping (columns: {customer_id:"
            " 1})",
        ),
        (
            f"{HEADER},Event\n{ROW},9\n",
            {"columns": {"event": "Event"}},
            "names the column Event 2 times (columns 3, 5)",
        ),
    ],
)
def test_columns_that_do_not_fit_are_refused(
    tmp_path: Path, content: str, settings: dict[str, Any], said: str
) -> None:
    log = tmp_path / "log.csv"
    log.write_text(content)
    with pytest.raises(LogSourceError) as caught:
        check_input_columns({"log": str(log)} | settings)
    assert said in str(caught.value)
    assert str(log) in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"columns": {"event": "EVENT", "customer_id": 1}},
        {"expressions": {"event_date": "'2023-01-01'"}, "columns": {"event_date": "no"}},
    ],
)
def test_columns_that_fit_are_not(tmp_path: Path, settings: dict[str, Any]) -> None:
    log = tmp_path / "log.csv"
    log.write_text(f"{HEADER}\n{ROW}\n")
    check_input_columns({"log": str(log)} | settings)


def test_files_of_an_input_have_one_header(tmp_path: Path) -> None:
    for name, header in (
        ("1", HEADER),
        ("2", f'"{HEADER}"'.replace(",", '","')),
        ("3", ""),
    ):
        (tmp_path / f"{name}.csv").write_text(f"{header}\n")
    check_input_columns({"log": f"{tmp_path}/*.csv"})
    (tmp_path / "4.csv").write_text(f"{HEADER},name\n")
    with pytest.raises(LogSourceError) as caught:
        check_input_columns({"log": f"{tmp_path}/*.csv"})
    assert str(caught.value) == (
        f"{tmp_path}/4.csv has the header {HEADER},name, expected {HEADER} as in"
        f" {tmp_path}/1.csv. Name a pattern that finds only files of one layout, such as"
        " --log 'orders/2023-*.csv', or give them the same columns."
    )


def test_csv_and_parquet_files_are_not_one_log(tmp_path: Path) -> None:
    written, other = tmp_path / "log.csv", tmp_path / "a_day.parquet"
    written.write_text(f"{HEADER}\n{ROW}\n")
    duckdb.read_csv(str(written)).write_parquet(str(other))
    pattern = f"{tmp_path}/*.*"
    with pytest.raises(LogSourceError) as caught:
        check_input_columns({"log": pattern})
    assert str(caught.value) == (
        f"{pattern} matches both CSV and Parquet files ({written}, {other}): expected one"
        " format. Narrow the pattern."
    )


def test_a_time_that_is_one_needs_no_format(tmp_path: Path) -> None:
    log = tmp_path / "log.parquet"
    duckdb.sql(
        "select 1 as customer_id, 2 as product_id, 'cart' as event, now() as event_date"
    ).write_parquet(str(log))
    check_input_columns({"log": str(log)})
    with pytest.raises(LogSourceError, match=r"column event_date of .* is a TIMESTAMP"):
        check_input_columns({"log": str(log), "time_format": "epoch_ms"})

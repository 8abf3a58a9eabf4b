"""`audience inspect`: what it proposes, what it leaves to people, and what it prints."""

import json
from pathlib import Path

import duckdb
import pytest
import yaml

from scripts.build.log_source import LogSourceError, read_mapping
from scripts.cli.main import main
from scripts.inspection.column_names import roles_of_name, words_of
from scripts.inspection.inspect_log import inspect_log
from scripts.inspection.mapping_file import mapping_text
from scripts.inspection.proposal import Proposal

HEADER = "customer_id,product_id,event,event_date\n"
ROWS = "".join(
    f"{n % 9},{n % 7},{'cart' if n % 2 else 'purchased'},2024-01-0{1 + n % 9}\n"
    for n in range(50)
)


def proposal_for(tmp_path: Path, content: str) -> Proposal:
    path = tmp_path / "log.csv"
    path.write_text(content)
    return inspect_log(str(path)).proposal


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("CustomerID", {"customer_id"}),
        ("visitorid", {"customer_id"}),
        ("user_session", set()),
        ("customer_state", set()),
        ("StockCode", {"product_id"}),
        ("product_category_name", set()),
        ("product_name", {"product_name"}),
        ("itemName", {"product_name"}),
        ("event_type", {"event"}),
        ("event_time", {"event_date"}),
        ("rating_timestamp", {"event_date"}),
        ("UnitPrice", {"price"}),
        ("categoryid", set()),
        ("Event", {"event"}),
    ],
)
def test_a_name_says_what_a_column_may_be(name: str, roles: set[str]) -> None:
    assert roles_of_name(name) == roles


def test_a_name_has_words() -> None:
    assert words_of("CustomerID") == ["customer", "id"]
    assert words_of("order_purchase_timestamp") == ["order", "purchase", "timestamp"]


def test_a_log_in_our_own_layout_needs_only_the_type_of_ids(tmp_path: Path) -> None:
    proposal = proposal_for(tmp_path, HEADER + ROWS)
    assert proposal.settings == {"id_type": "integer"}
    assert proposal.is_settled
    assert proposal.warnings == []


@pytest.mark.parametrize(
    ("content", "question", "open_lines"),
    [
        (
            "customer_id,customer_unique_id,product_id,event,event_date\n"
            + "".join(f"{n},{n % 5},1,cart,2024-01-01\n" for n in range(20)),
            "Which column is the customer: customer_id (20 different in 20 rows (1.0 rows"
            " each)); customer_unique_id (5 different in 20 rows (4.0 rows each))?",
            ["customer_id: customer_id", "customer_id: customer_unique_id"],
        ),
        (
            HEADER + "".join(f"{n},1,cart,0{1 + n % 9}/03/2024\n" for n in range(20)),
            "How does event_date write dates: %d/%m/%Y and %m/%d/%Y both read all",
            ['time_format: "%d/%m/%Y"', 'time_format: "%m/%d/%Y"'],
        ),
        (
            HEADER.replace("event,", "tag,") + ROWS.replace("cart", "x").replace("p", "y"),
            "What is the event of a row?",
            ["event: \"'purchased'\"", "event: \"'rating'\""],
        ),
        (
            "user,item,event,ordered_at,shipped_at\n"
            + "".join(f"{n},1,cart,2024-01-01,2024-02-0{1 + n}\n" for n in range(5)),
            "Which column is the time of the event: ordered_at (such as 2024-01-01);",
            ["event_date: ordered_at", "event_date: shipped_at"],
        ),
        (
            "aa,bb,event,ts\n"
            + "".join(f"c{n},p{n % 70},cart,2024-01-01\n" for n in range(99)),
            "Which column is the product: aa",
            ["product_id: aa", "product_id: bb"],
        ),
        (
            "user_id,item_id,behavior_type,time\n"
            + "".join(f"{n % 9},{n},{1 + n % 4},2024-01-01\n" for n in range(20)),
            "Which events are the codes 1, 2, 3, 4 of behavior_type?",
            ['event_aliases: {"1": "view", "2": "view", "3": "view", "4": "view"}'],
        ),
    ],
    ids=["customer", "dates", "event", "time", "product", "codes"],
)
def test_what_cannot_be_told_is_left_to_a_person(
    tmp_path: Path, content: str, question: str, open_lines: list[str]
) -> None:
    proposal = proposal_for(tmp_path, content)
    assert any(question in asked for asked in proposal.decisions)
    lines = [line.strip("# ") for line in mapping_text(proposal, "log.csv").splitlines()]
    assert [line for line in open_lines if line not in lines] == []
    assert not proposal.is_settled


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (HEADER.replace("\n", ",\n") + ROWS, {}),
        (f"sep=;\n{HEADER}{ROWS}".replace(",", ";"), {"delimiter": ";"}),
        (f"# May\n\n{HEADER}{ROWS}", {"comment": "#"}),
        (f"Report of May\n\n{HEADER}{ROWS}", {"skip_lines": 2}),
        (
            HEADER.replace("\n", ",name\n") + ROWS.replace("\n", ',"5\\" pipe, new"\n'),
            {"escape": "\\"},
        ),
    ],
    ids=["a delimiter at the end", "Excel's line", "comments", "a title", "backslashes"],
)
def test_what_programs_write_around_the_rows_becomes_a_setting(
    tmp_path: Path, content: str, expected: dict[str, object]
) -> None:
    proposal = proposal_for(tmp_path, content)
    assert proposal.problems == []
    mapping = yaml.safe_load(mapping_text(proposal, "log.csv"))
    names = ("delimiter", "comment", "skip_lines", "escape")
    written = {name: mapping.get(name) for name in names}
    assert {name: value for name, value in written.items() if value} == expected


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("x,y\nfoo,bar\nbaz,bar\n", "no log of interactions"),
        ("one column\n1\n2\n", "No delimiter divides the lines"),
        (HEADER, "has no rows"),
    ],
)
def test_what_a_build_does_not_read_is_one_sentence(
    tmp_path: Path, content: str, problem: str
) -> None:
    [said] = proposal_for(tmp_path, content).problems
    assert problem in said
    assert not said.startswith("error")


@pytest.mark.parametrize(
    ("column", "setting"),
    [("product_id", "product_attributes"), ("user_id", "customer_attributes")],
)
def test_a_table_next_to_a_log_is_named(
    tmp_path: Path, column: str, setting: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(f"{column},colour\n1,red\n2,blue\n")
    assert main(["inspect", str(path)]) == 1
    said = capsys.readouterr().out
    assert f"each {column} stands once: this is no log" in said
    assert f"""Next: audience build --log LOG --vars '{{"{setting}": "{path}"}}'""" in said


@pytest.mark.parametrize(
    ("ids", "id_type", "warning"),
    [
        (["1.23457E+15", "17", "18"], "text", "digits are lost"),
        (["C1", "C2\u200b", "C3"], "text", "invisible characters"),
        (["00109", "109", "7"], "text", ""),
        (["17850.0", "17851.0", "9"], "integer", ""),
        (["12345678901234567890", "1", "2"], "text", ""),
    ],
)
def test_the_type_of_ids(
    tmp_path: Path, ids: list[str], id_type: str, warning: str
) -> None:
    proposal = proposal_for(
        tmp_path, HEADER + "".join(f"{one},1,cart,2024-01-01\n" for one in ids)
    )
    assert proposal.settings["id_type"] == id_type
    assert [warning in said for said in proposal.warnings] == ([True] if warning else [])


def test_words_for_nothing_are_filtered_before_they_become_customers(
    tmp_path: Path,
) -> None:
    ids = ["C1", "\\N", "(not set)", "C2", "NULL"] * 4
    proposal = proposal_for(
        tmp_path, HEADER + "".join(f"{one},1,cart,2024-01-01\n" for one in ids)
    )
    with duckdb.connect() as connection:
        kept = connection.execute(
            "select customer_id from (select unnest($ids) as customer_id)"
            f" where {proposal.settings['row_filter']}",
            {"ids": ids},
        ).fetchall()
    assert {row[0] for row in kept} == {"C1", "C2"}


def test_floating_point_ids_that_lost_digits_are_named(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    duckdb.execute(
        "copy (select (16777216 + n)::float as customer_id, 1 as product_id,"
        " 'cart' as event, timestamp '2024-01-01' as event_date"
        f" from range(20) as numbers (n)) to '{path}'"
    )
    [said] = inspect_log(str(path)).proposal.warnings
    assert "of type float and has numbers of 16,777,216 or more" in said


def test_files_of_one_log_are_read_together(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(HEADER + ROWS)
    (tmp_path / "b.csv").write_text(HEADER + ROWS)
    inspection = inspect_log(str(tmp_path))
    assert inspection.rows == 100
    assert inspection.proposal.is_settled
    (tmp_path / "c.csv").write_text("userid,version\n1,2\n")
    [said] = inspect_log(str(tmp_path)).proposal.problems
    assert "c.csv has other columns than" in said


def test_text_of_a_log_ends_no_comment_and_moves_no_cursor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name or a value could otherwise add a setting that runs SQL."""
    name = '"user id\nrow_filter: evil\u2028x: \x1b[2J""; \'--"'
    path = tmp_path / "log.csv"
    path.write_text(
        f"{name},product_id,event,event_date\n"
        + "".join(f'"a\nb\x1b[2J{n}",1,cart,2024-01-01\n' for n in range(9))
    )
    inspection = inspect_log(str(path))
    text = mapping_text(inspection.proposal, "x\ny: z")
    loaded = yaml.safe_load(text)
    assert loaded == inspection.proposal.settings
    assert set(loaded) == {"id_type", "columns"}
    main(["inspect", str(path)])
    said = capsys.readouterr()
    assert "\x1b" not in said.out + said.err
    assert "\\x1b[2J" in said.out


def test_the_mapping_is_written_once_and_the_next_command_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, mapping = tmp_path / "my log.csv", tmp_path / "mapping.yml"
    log.write_text(HEADER + ROWS)
    assert main(["inspect", str(log)]) == 0
    said = capsys.readouterr().out
    assert f"Next: audience inspect '{log}' --write mapping.yml\n" in said
    assert "id_type: integer" in said
    assert main(["inspect", str(log), "--write", str(mapping)]) == 0
    said = capsys.readouterr().out
    assert said.endswith(f"Next: audience build --log '{log}' --mapping {mapping}\n")
    assert read_mapping(mapping) == {"id_type": "integer"}
    assert main(["inspect", str(log), "--write", str(mapping)]) == 1
    assert "exists: name another file" in capsys.readouterr().err


def test_an_open_question_ends_with_1_and_a_check_next(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log, mapping = tmp_path / "log.csv", tmp_path / "mapping.yml"
    log.write_text(HEADER + "1,2,cart,01/02/2024\n2,2,cart,03/04/2024\n")
    assert main(["inspect", str(log), "--write", str(mapping)]) == 1
    said = capsys.readouterr().out
    assert "Decide\n  How does event_date write dates" in said
    assert f"Next: audience check --log {log} --mapping {mapping}" in said
    assert "time_format" not in read_mapping(mapping)


def test_an_empty_file_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.touch()
    with pytest.raises(LogSourceError, match="is empty"):
        inspect_log(str(path))


def test_json_is_described_and_its_lists_are_named(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    rows = [
        {"user": {"id": n % 9}, "event": "cart", "at": f"2024-01-{13 + n % 9}"}
        | {"items": [{"sku": 5}]}
        for n in range(50)
    ]
    path.write_text("\n".join(map(json.dumps, rows)))
    inspection = inspect_log(str(path))
    assert [column.name for column in inspection.columns] == [
        "user.id",
        "event",
        "at",
        "items",
    ]
    proposal = inspection.proposal
    unnest, product = proposal.decisions
    assert "each element of a list a row of the log: items has elements with sku?" in unnest
    assert product == "Is this column the product: items.sku (with unnest)?"
    assert proposal.settings["columns"]["customer_id"] == "user.id"
    assert inspection.found.pattern == str(path)


def test_a_log_without_a_telling_column_says_how_to_name_it(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    rows = [f"{100 + n % 5},{n % 9},2023-01-01 10:{10 + n}" for n in range(40)]
    log.write_text("\n".join(["Nr,Artikel,Datum", *rows, ""]))
    assert any(
        "No column could be the customer: if one is, name it in the mapping"
        " (columns: {customer_id: ...})." in problem
        for problem in inspect_log(str(log)).proposal.problems
    )

"""CSV files as other programs write them."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build.dbt_run import run_dbt
from scripts.build.input_columns import check_input_columns
from scripts.build.log_source import LogSourceError
from scripts.build_folder import BuildFolder

HEADER = "customer_id,product_id,event,event_date"
ROW = "1,2,cart,2023-01-01"


@pytest.mark.slow
def test_files_of_other_programs_are_read(folder: BuildFolder, tmp_path: Path) -> None:
    """One input for each program; contacts count whatever they cost."""
    log = tmp_path / "log.csv"
    log.write_text(
        f'# -----\n# An export, 3" wide\n# -----\n\n{HEADER},product_name\n'
        "# a comment among the rows\n"
        '1,2,cart,2023-01-01,"a 3\\" nail"\n2,2,rating,2023-01-02,"a\nb"\n3,2\n'
        f"{ROW},x\n"
    )
    contacts = tmp_path / "contacts.csv"
    contacts.write_text(
        "customer_id;contacted_at;cost;\n1;2023-01-01;0,50\n2;2023-01-02;1.234,5\n"
        "3;2023-01-03;1.23\n4;2023-01-04;\n" + "5;2023-01-05;1.000.000\n" * 40
    )
    suppressions = tmp_path / "suppressions.csv"
    suppressions.write_text('sep=;\n" customer_id\u200b";reason\n1;a\n0100;b\n')
    settings = {
        "log": str(log),
        "comment": "#",
        "escape": "\\",
        "max_reject_share": 0.3,
        "contacts": {
            "path": str(contacts),
            "delimiter": ";",
            "decimal_mark": ",",
            "thousands_mark": ".",
        },
        "suppressions": {"path": str(suppressions), "delimiter": ";"},
    }
    check_input_columns(settings)
    account = ["build", "--exclude-resource-type", "unit_test", "--select"]
    account += ["+row_accounting", "assert_every_row_is_accounted_for"]
    account += ["assert_opt_outs_are_customers", "assert_contacts_have_readable_costs"]
    run = run_dbt([*account, "--indirect-selection", "cautious"], settings, folder)
    assert run.problems == []
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:

        def found(query: str) -> list[Any]:
            return warehouse.execute(query).fetchall()

        assert found(
            "select customer_id, product_name from staging.stg_log_rows"
            " where outcome = 'accepted' order by all"
        ) == [(1, 'a 3" nail'), (1, "x"), (2, "a\nb")]
        assert found("select line_number, reason from staging.stg_rejected_rows") == [
            (9, "unreadable line")
        ], "a value that spans lines counts as one"
        assert found(
            "select customer_id, cost, outcome from staging.stg_contacts"
            " where customer_id < 5 order by all"
        ) == [
            (1, 0.5, "accepted"),
            (2, 1234.5, "accepted"),
            (3, None, "accepted"),
            (4, None, "accepted"),
        ]
        assert found(
            "select input, outcome, reason, row_count from marts.row_accounting"
            " where input <> 'log' order by all"
        ) == [
            ("contacts", "accepted", "unparseable cost", 1),
            ("contacts", "accepted", "usable", 43),
            ("suppressions", "accepted", "usable", 1),
            ("suppressions", "accepted", "usable, but not in the log", 1),
        ]
    assert sorted(run.warnings) == [
        "contacts: 1 contact counts with an unknown cost, because it cannot be read (the"
        f" first in line 4 of {contacts}). Correct it, or name the marks of its numbers"
        " (contacts: {path: ..., decimal_mark: ',', thousands_mark: '.'}).",
        "suppressions: 1 of 2 opt-outs are no customers of the log. Compare the ids of both"
        " files; the setting max_unknown_opt_out_share stops the build instead.",
    ]


@pytest.mark.slow
def test_too_many_unknown_opt_outs_stop_the_build(
    folder: BuildFolder, tmp_path: Path
) -> None:
    """Events without a weight are noted by their number, the rarest together."""
    log, suppressions = tmp_path / "log.csv", tmp_path / "opt_outs.csv"
    rows = [f"00{n},2,event{n},2023-01-01\n" * n for n in range(1, 13)]
    rows = [
        row.replace("2023-01-01", f"2023-01-01 00:00:{place:02}")
        for group in rows
        for place, row in enumerate(group.splitlines(keepends=True))
    ]
    log.write_text(f"{HEADER}\n{''.join(rows)}")
    suppressions.write_text("customer_id\n1\n002\n")
    settings = {
        "log": str(log),
        "suppressions": str(suppressions),
        "id_type": "text",
        "max_unknown_opt_out_share": 0.4,
    }
    select = ["--exclude-resource-type", "unit_test", "--select"]
    select += ["+int_listed_opt_outs", "assert_enough_opt_outs_are_customers"]
    select += ["+stg_event_weights", "assert_events_have_weights"]
    run = run_dbt(
        ["build", *select, "--indirect-selection", "cautious"],
        settings,
        folder,
    )
    assert run.problems == [
        "suppressions: 1 of 2 opt-outs are no customers of the log, and 1 of these differ"
        " from one only in leading zeros: they would be contacted. The setting"
        " max_unknown_opt_out_share tolerates a share of 0.4: correct the ids, or raise it."
    ]
    notes = [note for note in run.warnings if "weight" in note]
    assert [note.split(" has no weight")[0] for note in notes[:-1]] == [
        f"Event event{n} ({n} interactions)" for n in range(12, 3, -1)
    ]
    assert notes[-1] == "3 more events (6 interactions) have no weight and count 1.0."


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        (f"sep=,\n{HEADER}\n{ROW}\n", {}),
        (f"{HEADER},\n{ROW}\n", {}),
        (f"{HEADER},Event\n{ROW},9\n", {"columns": {"event": "event"}}),
        (f"{HEADER},event\n{ROW},9\n", {"columns": {"event": 5}}),
        (HEADER.replace(",", "\t"), {"delimiter": "\\t"}),
        (HEADER.replace("event,", '" event\xa0",'), {"columns": {"event": "event "}}),
        (f"\ufeff# x\n#\n{HEADER}\n", {"comment": "#"}),
        (f"May\n\n{HEADER}\n{ROW}\n", {"skip_lines": 2}),
        (f'"A" title\n# x\n\n{HEADER}\n{ROW}\n', {"skip_lines": 1, "comment": "#"}),
    ],
)
def test_what_fits_is_read(tmp_path: Path, content: str, settings: dict[str, Any]) -> None:
    log = tmp_path / "log.csv"
    log.write_text(content)
    check_input_columns({"log": str(log)} | settings)


@pytest.mark.parametrize(
    ("settings", "lines", "first"),
    [
        (
            {},
            # Texts of several lines, with and without commas, and one with two rows.
            [
                *('7,1,2,cart,2023-01-01,"red', 'and blue, of 5 m, for you, and others"'),
                *('7,1,2,cart,2023-01-01,"red', '12, 5 of them"'),
                *('7,1,2,cart,2023-01-01,"red', "7,2,2,cart,2023-01-02,rug", '7,3,2,cart"'),
            ],
            3,
        ),
        # In the first column of a log whose ids are texts.
        ({"id_type": "text"}, ['"7', '7,a,b,cart,2023-01-02,x",1,2,cart,2023-01-01,x'], 1),
    ],
    ids=["numbers", "texts"],
)
@pytest.mark.slow
def test_rows_within_a_value_are_noted(
    folder: BuildFolder,
    tmp_path: Path,
    settings: dict[str, Any],
    lines: list[str],
    first: int,
) -> None:
    """The mapping does not name the column."""
    log = tmp_path / "log.csv"
    log.write_text("\n".join([f"tag,{HEADER},note", *lines, ""]))
    select = ["test", "--select", "assert_values_are_no_rows"]
    run = run_dbt(select, {"log": str(log)} | settings, folder)
    assert run.problems == []
    assert run.warnings == [
        f"Whole rows are lost within 1 value of several lines in the log (the first in row"
        f" {first} of {log}). A quote opens in one value and closes in another: remove it."
    ]


@pytest.mark.parametrize(
    ("contents", "skip_lines", "message"),
    [
        ([f'"Orders\n{HEADER}\n{ROW}\n'], 1, "line 1, .* opens a quote and does not close"),
        ([f"May\n{HEADER}\n{ROW}\n"], 9, "no row below its first 9 lines"),
        ([f"May\n{ROW}\n{ROW}\n", f"{ROW}\n{ROW}\n"], 1, "line 1, .* as many fields as a"),
    ],
)
def test_skipped_lines_are_not_rows(
    tmp_path: Path, contents: list[str], skip_lines: int, message: str
) -> None:
    for number, content in enumerate(contents):
        (tmp_path / f"{number}.csv").write_text(content)
    settings: dict[str, Any] = {"log": f"{tmp_path}/*.csv", "skip_lines": skip_lines}
    if len(contents) > 1:
        names = enumerate(HEADER.split(","), 1)
        settings |= {"has_header": False, "columns": {name: n for n, name in names}}
    with pytest.raises(LogSourceError, match=message):
        check_input_columns(settings)


def test_an_empty_line_above_the_header_is_named(tmp_path: Path) -> None:
    log = tmp_path / "log.csv"
    log.write_text(f"\n{HEADER}\n{ROW}\n")
    with pytest.raises(LogSourceError, match=r"empty line: .*\(skip_lines: 1\)"):
        check_input_columns({"log": str(log)})
    check_input_columns({"log": str(log), "skip_lines": 1})


def test_a_side_input_names_its_own_setting(tmp_path: Path) -> None:
    log, suppressions = tmp_path / "log.csv", tmp_path / "opt_outs.csv"
    log.write_text(f"{HEADER}\n{ROW}\n")
    suppressions.write_text("\ufeffcustomer_id;reason\n3;letter\n")
    with pytest.raises(LogSourceError) as caught:
        check_input_columns({"log": str(log), "suppressions": str(suppressions)})
    assert str(caught.value).endswith(
        "Name the right one in the mapping (suppressions: {path: ..., columns:"
        " {customer_id: ...}}), or the delimiter if these are not columns at all"
        ' (suppressions: {path: ..., delimiter: ";"}).'
    )


def test_lines_above_the_header_are_as_many_in_each_file(tmp_path: Path) -> None:
    (tmp_path / "1.csv").write_text(f"# x\n{HEADER}\n{ROW}\n")
    (tmp_path / "2.csv").write_text(f"# x\n# y\n{HEADER}\n{ROW}\n")
    with pytest.raises(
        LogSourceError, match=r"2\.csv has 2 lines above its first row that"
    ):
        check_input_columns({"log": f"{tmp_path}/*.csv", "comment": "#"})


def test_columns_whose_names_differ_in_case_are_not_guessed(tmp_path: Path) -> None:
    """DuckDB writes no such file, so a name is changed afterwards."""
    log = tmp_path / "log.parquet"
    duckdb.sql(
        "select 1 as customer_id, 2 as product_id, {'event': 3} as nested, 'a' as EVENT,"
        " 'b' as evenx, now() as event_date"
    ).write_parquet(str(log))
    log.write_bytes(log.read_bytes().replace(b"evenx", b"event"))
    with pytest.raises(LogSourceError, match=r"differ only in case: EVENT and event\. Re"):
        check_input_columns({"log": str(log)})

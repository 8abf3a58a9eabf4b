"""No text of a user's is rendered as a template of dbt."""

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.context.base import Var

from scripts import workspace
from scripts.build import seed_files
from scripts.build.log_source import LogSourceError
from scripts.build.plain_variables import keep_variables_plain
from scripts.build.seed_files import check_seeds
from scripts.build_folder import PROJECT, BuildFolder
from tests.conftest import read_release, run_audience

COPIES = "{{ run_query(\"copy (select 42) to 'ran' (format csv)\") }}"
TEMPLATE = "{{ 7 * 191 }}{% set x = 1 %}{# note #}"  # 1337 if it is rendered


def test_a_variable_is_the_text_that_was_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Var, "get_rendered_var", Var.get_rendered_var)
    given: dict[str, Any] = {"text": TEMPLATE, "number": 3, "names": {"a": TEMPLATE}}
    variables = Var({}, given)
    assert variables("text") == "1337", "what dbt does"
    keep_variables_plain()
    assert {name: variables(name) for name in given} == given


def test_another_dbt_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Var, "get_rendered_var")
    with pytest.raises(RuntimeError, match=r"install the one of requirements\.lock"):
        keep_variables_plain()


def test_a_folder_that_dbt_takes_for_an_address_is_refused(tmp_path: Path) -> None:
    for name in ("a#b", "a?b"):
        outcome = run_audience(BuildFolder(tmp_path / name), "build", "--log", "a.csv")
        assert outcome.returncode == 1
        assert f"{name} has # or ? in its name: name another folder" in outcome.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_no_name_or_value_is_rendered_or_run(tmp_path: Path) -> None:
    """Folder, file, columns, events, attributes, ids, settings: templates with quotes."""
    root = tmp_path / "a '{{ 7 * 191 }}{% do x %}"
    folder = BuildFolder(root / "build")
    root.mkdir()
    names = {"c": f"c {COPIES} '\"", "p": f"p {TEMPLATE}", "e": f"e'{TEMPLATE}\"", "d": "d"}
    quoted = {key: '"' + name.replace('"', '""') + '"' for key, name in names.items()}
    log = tmp_path / f"{COPIES.replace('/', '')}.csv"
    attributes = root / f"attributes {TEMPLATE}.parquet"
    event = f"seen' {TEMPLATE} {COPIES}"
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select 'k' || n % 30 || $id as {quoted['c']}, 'q' || n % 7 || $id"
            f" as {quoted['p']}, $event as {quoted['e']},"
            f" timestamp '2023-01-01' + n * interval 1 hour as {quoted['d']}"
            " from range(300) as numbers(n)) to $log (format csv, header)",
            {"id": TEMPLATE, "event": event, "log": str(log)},
        )
        connection.execute(
            "copy (select 'q' || n || $id as product_id, $id || n % 2"
            f" as {quoted['p']} from range(7) as numbers(n)) to $file (format parquet)",
            {"id": TEMPLATE, "file": str(attributes)},
        )
    settings = {
        "columns": dict(
            zip(
                ("customer_id", "product_id", "event", "event_date"),
                names.values(),
                strict=True,
            )
        ),
        "id_type": "text",
        "time_format": "%Y-%m-%d %H:%M:%S",
        "event_weights": {event: 2, TEMPLATE: 1},
        "event_aliases": {TEMPLATE: event},
        "product_attributes": str(attributes),
    }
    outcome = run_audience(
        folder, "build", *("--log", str(log), "--vars", json.dumps(settings))
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert "1337" not in outcome.stdout + outcome.stderr
    assert not (PROJECT / "ran").exists()
    with read_release(folder) as release:
        assert release.execute("select distinct event from event_mix").fetchall() == [
            (event.lower(),)
        ]
        ids = release.execute("select customer_id from customers").fetchall()
        assert len(ids) == 30
        assert all(row[0].endswith(TEMPLATE) for row in ids)
        named = release.execute("select distinct attribute from lookup.attributes")
        assert {row[0].partition(": ")[0] for row in named.fetchall()} == {
            names["p"].lower()
        }
    hostile = {"score_weights": f"x' or {TEMPLATE} {COPIES}"}
    outcome = run_audience(
        folder,
        "build",
        *("--log", str(log), "--vars", json.dumps(settings | hostile)),
    )
    assert outcome.returncode == 1
    assert "1337" not in outcome.stdout + outcome.stderr
    assert not (PROJECT / "ran").exists()


def test_the_name_of_a_column_of_a_seed_is_no_sql(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (seed_files, workspace):
        monkeypatch.setattr(module, "PROJECT", tmp_path)
    seed = tmp_path / "seeds" / "campaigns.csv"
    seed.parent.mkdir()
    seed.write_text("campaign_id,starts_on\na,b\n")
    check_seeds()
    seed.write_text("campaign_id,x text); copy (select 42) to 'ran'; --\na,b\n")
    with pytest.raises(
        LogSourceError, match=r"campaigns\.csv, line 1 names the column .x text"
    ):
        check_seeds()

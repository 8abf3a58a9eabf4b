"""A workspace: settings and tables of a user's own, outside of the checkout."""

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
import yaml

from scripts import workspace
from scripts.build.build_request import gather_settings
from scripts.build.log_source import LogSourceError
from scripts.build.project_fingerprint import project_files
from scripts.build.seed_files import check_seeds, write_seeds
from scripts.build_folder import PROJECT, BuildFolder
from scripts.cli.main import main
from scripts.settings.build_settings import BuildSettings
from scripts.workspace import with_own_tables
from scripts.workspace_files import WRITTEN, write_workspace


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A new workspace that is in use."""
    folder = tmp_path / "my shop [1]"
    write_workspace(folder)
    monkeypatch.setenv("AUDIENCE_WORKSPACE", str(folder))
    return folder


def test_a_new_workspace_changes_nothing(shop: Path) -> None:
    """All lines of its settings are commented, and its tables are those of the checkout."""
    assert yaml.safe_load((shop / "audience.yml").read_text()) is None
    for name in WRITTEN:
        seed = PROJECT / "seeds" / name
        assert (shop / "tables" / name).read_bytes() == seed.read_bytes()
    folder = BuildFolder(shop / "build")
    assert gather_settings(folder, None, None, None)["with_examples"]


def test_each_line_of_the_settings_is_valid_without_its_mark(shop: Path) -> None:
    lines = (shop / "audience.yml").read_text().splitlines()
    settings = [line[1:] for line in lines if line.startswith("#") and line[1:2].isalpha()]
    given = yaml.safe_load("\n".join(settings))
    assert given.keys() == BuildSettings.model_fields.keys()
    BuildSettings.check(given)


def test_what_is_there_stays(shop: Path) -> None:
    (shop / "audience.yml").write_text("top_n: 3\n")
    assert main(["init", str(shop)]) == 1
    assert (shop / "audience.yml").read_text() == "top_n: 3\n"


def test_messages_name_the_tables_that_are_read(shop: Path) -> None:
    message = "seeds/campaigns.csv, spring: is late. Compare seeds/event_weights.csv."
    assert with_own_tables(message) == (
        f"{shop / 'tables' / 'campaigns.csv'}, spring: is late."
        " Compare seeds/event_weights.csv."
    )


def test_its_paths_are_meant_from_it_on(shop: Path) -> None:
    (shop / "audience.yml").write_text(
        "log: log/*.csv\nsuppressions: opt_out.csv\n"
        "contacts: {path: /data/contacts.csv, delimiter: ';'}\ntop_n: 3\n"
    )
    folder = BuildFolder(shop / "build")
    settings = gather_settings(folder, None, None, "top_n: 4")
    escaped = str(shop).replace("[", "[[]")
    assert settings == {
        "log": f"{escaped}/log/*.csv",
        "suppressions": f"{escaped}/opt_out.csv",
        "contacts": {"path": "/data/contacts.csv", "delimiter": ";"},
        "top_n": 4,
    }
    # Paths given by hand are relative to the working directory, where a later refresh
    # need not run.
    given = gather_settings(folder, "a.csv", None, "suppressions: b.csv")
    assert given["log"] == str(Path.cwd() / "a.csv")
    assert given["suppressions"] == str(Path.cwd() / "b.csv")
    assert given["top_n"] == 3


def test_its_tables_replace_seeds(shop: Path) -> None:
    own = shop / "tables" / "event_weights.csv"
    seed = PROJECT / "seeds" / "event_weights.csv"
    assert seed in project_files(["seeds/*"])
    own.write_text("event,weight\nview,0.5\n")
    files = project_files(["seeds/*"])
    assert own in files
    assert seed not in files
    rows = write_seeds(BuildFolder(shop / "build")) / "seeds" / "event_weights.csv"
    assert rows.read_text() == "event,weight\nview,0.5\n"


def test_a_column_that_it_lacks_is_empty_and_one_too_many_is_named(shop: Path) -> None:
    own = shop / "tables" / "campaigns.csv"
    own.write_text("campaign_id,campaign_name\nspring,Spring\n")
    check_seeds()
    rows = write_seeds(BuildFolder(shop / "build")) / "seeds" / "campaigns.csv"
    with (PROJECT / "seeds" / "campaigns.csv").open() as seed:
        header = seed.readline()
    assert rows.read_text().splitlines(keepends=True)[0].strip() == header.strip()
    assert duckdb.execute(
        "select campaign_id, starts_on from read_csv(?, all_varchar = true)", [str(rows)]
    ).fetchall() == [("spring", None)]
    own.write_text("campaign_id,colour\nspring,red\n")
    with pytest.raises(LogSourceError, match=r"campaigns\.csv, line 1 names the column c"):
        check_seeds()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: expected the header event,weight"),
        (b"event;weight\nview;1\n", "has semicolons: expected commas"),
        (b"event,weight,weight\nview,1,2\n", "names the column weight twice"),
        (b"event,weight\nvi\xfcew,1\n", r"is not UTF-8 \(byte 16 is 0xfc\): save it as"),
        (b"event,weight\n" + b"x" * 200_000 + b",1\n", "is no CSV: field larger than"),
        (b"event,weight\nview\n", "line 2 has 1 values, expected 2: event,weight"),
    ],
)
def test_a_damaged_table_is_one_sentence(shop: Path, content: bytes, message: str) -> None:
    (shop / "tables" / "event_weights.csv").write_bytes(content)
    with pytest.raises(LogSourceError, match=message):
        check_seeds()


def test_a_table_of_another_name_is_refused(shop: Path) -> None:
    (shop / "tables" / ".keep").touch()
    check_seeds()
    (shop / "tables" / "campaigns.xlsx").touch()
    with pytest.raises(workspace.WorkspaceError, match=r"campaigns\.xlsx is no table"):
        check_seeds()


def test_it_is_found_from_a_folder_in_it(
    shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AUDIENCE_WORKSPACE")
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", "")
    (shop / "log").mkdir()
    monkeypatch.chdir(shop / "log")
    workspace.enter_workspace()
    assert workspace.workspace() == shop.resolve()
    assert BuildFolder.from_environment().root == shop.resolve() / "build"
    monkeypatch.delenv("AUDIENCE_WORKSPACE")
    monkeypatch.chdir(shop.parent)
    workspace.enter_workspace()
    assert workspace.workspace() == shop.resolve(), "by its build folder"
    monkeypatch.setenv("AUDIENCE_WORKSPACE", str(shop.parent))
    with pytest.raises(workspace.WorkspaceError, match=r"has no audience\.yml"):
        workspace.enter_workspace()


@pytest.mark.long
def test_a_build_in_a_workspace_uses_its_settings_and_tables(tmp_path: Path) -> None:
    """So does the build with a global holdout, whose tests are quicker."""
    shop = tmp_path / "shop"
    write_workspace(shop)
    (shop / "log.csv").write_text(
        "who;product_id;event;event_date\n1;2;view;2023-01-01\n3;2;cart;2023-01-02\n"
    )
    (shop / "audience.yml").write_text(
        'log: log.csv\ndelimiter: ";"\ncolumns: {customer_id: who}\n'
    )
    (shop / "tables" / "event_weights.csv").write_text("event,weight\nview,7\n")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in ("AUDIENCE_BUILD_DIR", "AUDIENCE_WORKSPACE")
    }
    outcome = subprocess.run(
        [sys.executable, "-m", "scripts.cli", "build"],
        cwd=shop,
        env=environment | {"PYTHONPATH": str(PROJECT), "AUDIENCE_DBT_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    release = shop / "build" / "releases" / "current" / "audience.duckdb"
    with duckdb.connect(release, read_only=True) as connection:
        scores = connection.execute(
            "select customer_id, avg_event_score from customers order by customer_id"
        ).fetchall()
    assert scores == [(1, 7.0), (3, 1.0)]

"""Programs stop with a clear message on releases of other versions."""

import importlib.metadata
import json
import tomllib
from datetime import date
from pathlib import Path

import duckdb
import pytest
import yaml

from scripts.build.preconditions import check_nothing_is_forgotten
from scripts.build_folder import PROJECT, BuildFolder
from scripts.campaigns.contact_ledger import ContactListError, explain_earlier
from scripts.campaigns.export import export_campaign
from scripts.cli.main import main
from scripts.releases.publish import publish, roll_back
from scripts.releases.release_folder import (
    RELEASE_FORMAT,
    NewerReleaseError,
    Release,
    ReleaseError,
    ReleaseFolder,
)
from tests.conftest import alter_release, run_audience

NEWER = {"release_format": 99, "project_version": "9.1.0"}
EARLIER = dict.fromkeys(("release_format", "project_version", "engine", "earlier", "tests"))
READERS = (
    ("export", "spring_rotation", "--on", "2023-04-03"),
    ("start", "mail_example"),
    ("experiment", "mail_example"),
    ("plan", "--effect", "0.3", "--units", "100"),
    ("refresh",),
)


def served(folder: BuildFolder) -> Path:
    return (folder.releases / "current").resolve()


def test_the_version_is_in_one_place() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    assert importlib.metadata.version(project["name"]) == project["version"], (
        "the installation is older than pyproject.toml: `make lint` installs it again"
    )
    assert "version" not in yaml.safe_load((PROJECT / "dbt_project.yml").read_text())


def test_a_release_says_which_version_made_it(published: BuildFolder) -> None:
    manifest = json.loads((served(published) / "manifest.json").read_text())
    assert manifest["release_format"] == RELEASE_FORMAT == 2
    assert manifest["project_version"] == importlib.metadata.version("product-audience")


def test_programs_refuse_a_newer_release(published: BuildFolder) -> None:
    alter_release(served(published), **NEWER)
    for words in READERS:
        outcome = run_audience(published, *words)
        assert outcome.returncode == 1, words
        assert outcome.stderr.startswith(
            f"error: {served(published).name} has release format 99 (of version 9.1.0), and"
            " this version reads formats up to 2: upgrade this checkout, or go back to an"
            " earlier release with `audience rollback`"
        ), words
        assert "Traceback" not in outcome.stderr, words
    # An opt-out waits for no release.
    outcome = run_audience(published, "suppress", "17")
    assert outcome.returncode == 3
    assert "the ids were not checked" in outcome.stderr
    assert "upgrade this checkout, or go back" in outcome.stderr
    assert list(published.suppressions.glob("*.parquet"))
    assert not list(published.exports.glob("*/ledger.parquet"))


def test_a_build_stops_if_the_served_release_is_newer(
    published: BuildFolder,
) -> None:
    alter_release(served(published), **NEWER)
    with pytest.raises(NewerReleaseError, match="upgrade this checkout"):
        check_nothing_is_forgotten(published, {})


def test_a_rollback_leaves_a_newer_release_and_does_not_return_to_it(
    built: BuildFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    releases = ReleaseFolder(built.releases)
    first, newer = publish(built), publish(built)
    alter_release(newer.folder, **NEWER)
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(built.root))
    assert main(["releases"]) == 0
    assert "has release format 99" in capsys.readouterr().out.splitlines()[1]
    assert roll_back(releases) == first
    with pytest.raises(NewerReleaseError, match="reads formats up to 2"):
        roll_back(releases, newer.release_id)
    assert releases.current() == first


def test_programs_read_the_tables_that_an_earlier_release_has(
    published: BuildFolder,
) -> None:
    alter_release(served(published), ("experiment_baselines",), **EARLIER)
    release = ReleaseFolder(published.releases).readable()
    assert release is not None
    release.check()
    found = export_campaign(published, "spring_rotation", date(2023, 4, 3), dry_run=True)
    assert found.receipt["contacts"] > 0
    outcome = run_audience(published, "plan", "--units", "100")
    assert outcome.returncode == 1
    assert outcome.stderr == (
        f"error: {release.release_id} was made before there was experiment_baselines:"
        " run `audience build`\n"
    )


def test_a_table_that_an_earlier_release_lacks_is_named_in_one_sentence() -> None:
    release = Release(Path("000007-20260101T000000Z"))
    for query in ("from nothing", "select nothing from range(1)"):
        with (
            pytest.raises(ContactListError, match="was made by an earlier version: run"),
            explain_earlier(release),
        ):
            duckdb.sql(query)


def test_a_format_that_is_no_number_is_damage(published: BuildFolder) -> None:
    alter_release(served(published), release_format="new")
    with pytest.raises(ReleaseError, match="is damaged: serve another release"):
        ReleaseFolder(published.releases).readable()

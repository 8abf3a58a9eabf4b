"""Which builds are published, and which releases are kept."""

import contextlib
import json
import multiprocessing
import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest

from scripts.build_folder import PROJECT, BuildFolder
from scripts.cli.main import main
from scripts.releases.evidence_state import evidence_nodes, read_artifact
from scripts.releases.publish import publish, roll_back
from scripts.releases.release_folder import ReleaseError, ReleaseFolder
from scripts.releases.release_removal import hide_old_releases
from scripts.releases.run_history import RolledBackError, recorded_run
from tests.conftest import FinishedBuild, read_release


def edit_results(folder: BuildFolder, **changes: object) -> None:
    path = folder.dbt_target / "run_results.json"
    results = json.loads(path.read_text())
    tests = [row for row in results["results"] if row["unique_id"].startswith("test.")]
    tests[-1] |= changes
    path.write_text(json.dumps(results))


def test_releases_are_numbered_and_the_last_is_served(built: BuildFolder) -> None:
    releases = ReleaseFolder(built.releases)
    first, second = publish(built), publish(built)
    assert releases.all() == [first, second]
    assert releases.current() == second
    assert first.release_id.startswith("000001-")
    assert second.release_id.startswith("000002-")


def test_old_releases_are_removed_but_never_the_served_one(built: BuildFolder) -> None:
    releases = ReleaseFolder(built.releases)
    first = publish(built, keep=2)
    second = publish(built, keep=2)
    with duckdb.connect(first.database, read_only=True) as reader:
        third = publish(built, keep=2)
        assert releases.all() == [second, third]
        assert reader.execute("select count(*) from customers").fetchone() is not None
    roll_back(releases, second.release_id)
    with releases.lock():
        assert hide_old_releases(releases, keep=1) == []
    assert releases.all() == [second, third]


def test_a_rollback_serves_the_release_before(
    built: BuildFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(built.root))
    assert main(["publish"]) == 0
    assert main(["publish"]) == 0
    assert main(["rollback"]) == 0
    capsys.readouterr()
    assert main(["releases"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line[:8] for line in listed] == ["* 000001", "  000002"]
    assert main(["rollback"]) == 1
    assert "no earlier release" in capsys.readouterr().err
    assert main(["rollback", "000009-20200101T000000Z"]) == 1
    assert "expected one of 000001-" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"status": "error"}, "failed or did not run in the last dbt run"),
        ({"status": "fail"}, "failed or did not run in the last dbt run"),
        ({"status": "skipped"}, "failed or did not run in the last dbt run"),
        ({"unique_id": "model.x.y"}, r"left out 1 of \d+ models and tests"),
    ],
)
def test_an_incomplete_or_failed_build_is_not_published(
    built: BuildFolder, changes: dict[str, object], message: str
) -> None:
    edit_results(built, **changes)
    with pytest.raises(ReleaseError, match=message):
        publish(built)
    assert ReleaseFolder(built.releases).current() is None


def leave_out_evidence(folder: BuildFolder) -> int:
    """Make the last dbt run look like a daily one; returns how many nodes it left out."""
    nodes = evidence_nodes(read_artifact(folder, "manifest.json"))
    results = read_artifact(folder, "run_results.json")
    kept = [one for one in results["results"] if one["unique_id"] not in nodes]
    left_out = len(results["results"]) - len(kept)
    results["results"] = kept
    (folder.dbt_target / "run_results.json").write_text(json.dumps(results))
    return left_out


def test_evidence_of_an_earlier_run_is_published_as_it_is(
    built: BuildFolder, dirty_build: FinishedBuild
) -> None:
    whole = publish(built)
    shutil.copy(dirty_build.folder.evidence_state, built.evidence_state)
    assert leave_out_evidence(built) > 40
    daily = publish(built)
    assert daily.manifest["tests"] == whole.manifest["tests"]
    assert daily.manifest["row_counts"] == whole.manifest["row_counts"]
    with duckdb.connect(daily.database, read_only=True) as release:
        release.execute(f"attach '{built.warehouse}' as warehouse (read_only)")
        same = release.execute(
            "select count(*) from (from targeting_lift intersect all"
            " from warehouse.marts.targeting_lift)"
        ).fetchone()
    assert same == (whole.manifest["row_counts"]["targeting_lift"],)


def test_evidence_is_not_published_before_its_tests_have_passed(
    built: BuildFolder, dirty_build: FinishedBuild
) -> None:
    leave_out_evidence(built)
    with pytest.raises(ReleaseError, match=r"left out \d+ of \d+ models and tests"):
        publish(built)

    state = json.loads(dirty_build.folder.evidence_state.read_text())
    failed = next(one for one in state["results"] if one["unique_id"].startswith("test."))
    failed["status"] = "fail"
    built.evidence_state.write_text(json.dumps(state))
    with pytest.raises(ReleaseError, match=failed["unique_id"].split(".")[2]):
        publish(built)
    assert ReleaseFolder(built.releases).current() is None

    failed["status"] = "pass"
    built.evidence_state.write_text(json.dumps(state))
    publish(built)


def test_a_run_on_spark_has_no_evidence_of_an_earlier_one(
    built: BuildFolder, dirty_build: FinishedBuild
) -> None:
    """The state is that of the warehouse of DuckDB."""
    shutil.copy(dirty_build.folder.evidence_state, built.evidence_state)
    leave_out_evidence(built)
    path = built.dbt_target / "run_results.json"
    results = json.loads(path.read_text())
    results["args"]["target"] = "spark"
    path.write_text(json.dumps(results))
    with pytest.raises(ReleaseError, match=r"left out \d+ of \d+ models and tests"):
        publish(built)


def test_evidence_that_was_changed_since_its_tests_is_not_published(
    built: BuildFolder, dirty_build: FinishedBuild
) -> None:
    shutil.copy(dirty_build.folder.evidence_state, built.evidence_state)
    leave_out_evidence(built)
    with duckdb.connect(built.warehouse) as warehouse:
        warehouse.execute("update marts.targeting_lift set lift = 9 where decile = 1")
    with pytest.raises(ReleaseError, match=r"left out \d+ of \d+ models and tests"):
        publish(built)


def test_a_warehouse_changed_since_its_tests_is_not_published(built: BuildFolder) -> None:
    with duckdb.connect(built.warehouse) as warehouse:
        warehouse.execute("update last_run set invocation_id = 'another run'")
    with pytest.raises(ReleaseError, match="last written by another dbt run"):
        publish(built)


def test_a_rollback_restores_a_lost_pointer(built: BuildFolder) -> None:
    releases = ReleaseFolder(built.releases)
    publish(built)
    last = publish(built)
    (built.releases / "current").unlink()
    assert releases.current() is None
    assert roll_back(releases) == last
    assert releases.current() == last


def test_a_damaged_manifest_is_listed_as_damaged(
    built: BuildFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(built.root))
    damaged, good = publish(built), publish(built)
    (damaged.folder / "manifest.json").write_text("{")
    assert main(["releases"]) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"  {damaged.release_id}")
    assert first.endswith(
        "manifest.json is damaged: serve another release (`audience rollback`), or build"
        " again"
    )
    assert second.startswith(f"* {good.release_id}")


def test_a_pointer_that_leads_to_itself_is_set_again_by_roll_back(
    built: BuildFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    release = publish(built)
    (built.releases / "current").unlink()
    (built.releases / "current").symlink_to("current")
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(built.root))
    assert main(["releases"]) == 0
    assert capsys.readouterr().out.startswith(f"  {release.release_id}")
    assert main(["rollback"]) == 0
    assert ReleaseFolder(built.releases).current() == release


@pytest.mark.parametrize("content", ["{}", '{"row_counts": {}, "input": {}}'])
def test_an_incomplete_manifest_is_damaged(built: BuildFolder, content: str) -> None:
    release = publish(built)
    (release.folder / "manifest.json").write_text(content)
    with pytest.raises(ReleaseError, match="is damaged"):
        release.check()


def test_a_rollback_skips_releases_that_the_watch_rolled_back(
    built: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = publish(built), publish(built)
    with contextlib.suppress(RolledBackError), recorded_run(built, "refresh") as run:
        run.publish(second)
        raise RolledBackError("it answered with errors")
    publish(built)
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(built.root))
    assert main(["rollback"]) == 0
    releases = ReleaseFolder(built.releases)
    assert releases.current() == first
    assert main(["rollback", second.release_id]) == 0
    assert releases.current() == second


def test_the_current_release_says_how_many_releases_are_kept(
    built: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(built.root))
    publish(built, keep=2)
    for _ in range(2):
        assert main(["publish"]) == 0
    releases = ReleaseFolder(built.releases).all()
    assert [one.release_id[:6] for one in releases] == ["000002", "000003"]


def test_a_rollback_skips_a_release_without_its_database(built: BuildFolder) -> None:
    releases = ReleaseFolder(built.releases)
    first, second, third = publish(built), publish(built), publish(built)
    second.database.unlink()
    with pytest.raises(ReleaseError, match=f"{second.release_id} is damaged"):
        roll_back(releases, second.release_id)
    assert releases.current() == third
    assert roll_back(releases) == first
    with pytest.raises(
        ReleaseError, match="no earlier release to go back to that is undamaged"
    ):
        roll_back(releases)


def test_a_folder_that_cannot_be_removed_does_not_stop_a_release(
    built: BuildFolder, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    publish(built, keep=1)

    def refuse(path: Path) -> None:
        raise PermissionError(f"cannot remove {path}")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    second = publish(built, keep=1)
    third = publish(built, keep=1)
    assert ReleaseFolder(built.releases).all() == [third]
    assert f".unfinished-{second.release_id} could not be removed" in caplog.text
    monkeypatch.undo()
    publish(built, keep=1)
    assert not list(built.releases.glob(".unfinished-*"))


def test_a_pointer_that_is_a_folder_stops_publishing(built: BuildFolder) -> None:
    (built.releases / "current").mkdir(parents=True)
    with pytest.raises(ReleaseError, match="is not a link to a release"):
        publish(built)
    assert ReleaseFolder(built.releases).all() == []


def test_nothing_is_published_before_the_first_build(folder: BuildFolder) -> None:
    with pytest.raises(ReleaseError, match="run `audience build`"):
        publish(folder)


def test_two_programs_cannot_publish_at_the_same_time(built: BuildFolder) -> None:
    releases = ReleaseFolder(built.releases)
    with (
        releases.lock(),
        pytest.raises(ReleaseError, match="Another program is publishing"),
    ):
        publish(built)


def publish_until_killed(root: Path) -> None:
    publish(BuildFolder(root))


@pytest.mark.slow
def test_a_release_that_is_killed_while_it_is_written_is_never_visible(
    built: BuildFolder,
) -> None:
    """Visible releases are complete; the next run removes the rest."""
    releases = ReleaseFolder(built.releases)
    served = publish(built)
    started = time.monotonic()
    publish(built)
    takes = time.monotonic() - started
    context = multiprocessing.get_context("spawn")
    for attempt in range(5):
        child = context.Process(target=publish_until_killed, args=(built.root,))
        child.start()
        assert child.pid is not None
        # Starting the process takes about as long again as publishing.
        time.sleep(0.5 + takes * attempt / 4)
        os.kill(child.pid, signal.SIGKILL)
        child.join()
        current = releases.current()
        assert current is not None
        assert current.release_id >= served.release_id
        for release in releases.all():
            counts = release.manifest["row_counts"]
            with duckdb.connect(release.database, read_only=True) as reader:
                found = reader.execute("select count(*) from product_audiences").fetchone()
            assert found == (counts["product_audiences"],)
        served = current
    last = publish(built)
    assert releases.current() == last
    assert not list(built.releases.glob(".unfinished-*"))


def test_a_full_disk_leaves_the_last_release(built: BuildFolder) -> None:
    """A limit on file size stands in for a full disk."""
    served = publish(built)

    def limit_file_size() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    outcome = subprocess.run(
        [sys.executable, "-m", "scripts.cli", "publish"],
        cwd=PROJECT,
        env=os.environ | {"AUDIENCE_BUILD_DIR": str(built.root)},
        preexec_fn=limit_file_size,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert "could not be written" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    assert ReleaseFolder(built.releases).current() == served
    assert not list(built.releases.glob(".unfinished-*"))


def test_a_release_is_read_without_access_to_anything_else(
    dirty_build: FinishedBuild,
) -> None:
    database = dirty_build.folder.releases / "current" / "audience.duckdb"
    with (
        duckdb.connect(
            database,
            read_only=True,
            config={"enable_external_access": False, "lock_configuration": True},
        ) as reader,
        pytest.raises(duckdb.PermissionException),
    ):
        reader.execute("from read_text('/etc/hostname')")
    with read_release(dirty_build.folder) as reader:
        version = reader.execute(
            "select tags['storage_version'] from duckdb_databases()"
            " where database_name = 'audience'"
        ).fetchone()
    assert version is not None
    assert version[0].startswith("v1.2")

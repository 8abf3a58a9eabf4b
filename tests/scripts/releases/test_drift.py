"""How programs react to drift; unit tests of the models show how it is measured."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from scripts.build_folder import BuildFolder
from scripts.releases.drift import (
    Drift,
    DriftError,
    check_drift,
    notes_on,
    releases_to_compare,
)
from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder
from scripts.releases.release_removal import hide_old_releases

FEWER = Drift(
    "interactions of the last day", "the days before", 120, 2700, 22.32, 1.5, 2.5, "block"
)
REJECTED = Drift("rejected rows", "the reference", 0.031, 0.002, 0.029, 0.01, 0.05, "warn")
FINE = replace(REJECTED, value=0.002, drift=0.0, level="ok")


def test_too_much_drift_stops_the_build_and_the_error_names_the_measure() -> None:
    with pytest.raises(DriftError) as stopped:
        check_drift([FINE, REJECTED, FEWER], None)
    message = str(stopped.value)
    assert (
        "interactions of the last day: 22.3 times the usual drift from the days before"
        " (120 now, 2,700 before), 2.5 times or more blocks" in message
    )
    assert "rejected rows" not in message
    assert "--accept-drift 'why'" in message


def test_an_accepted_drift_does_not_stop_the_build() -> None:
    check_drift([FEWER], "the shop was closed on Good Friday")


def test_drift_warnings_become_notes() -> None:
    check_drift([FINE, REJECTED], None)
    assert notes_on([FINE, REJECTED]) == [
        "Drift, rejected rows: drift of 2.9% from the reference (3.1% now, 0.2% before),"
        " 1.0% or more is a warning."
    ]


def test_a_young_log_is_noted_once_and_does_not_stop_the_build() -> None:
    young = replace(FEWER, drift=None, level="too little history")
    report = [FINE, young, replace(young, measure="hours of the last day")]
    check_drift(report, None)
    assert notes_on(report) == [
        "Drift, too little history: the log has too few days to judge"
        " interactions of the last day, hours of the last day."
    ]


def release(folder: BuildFolder, number: int, **settings: object) -> Release:
    """A release that has only a manifest and an empty database."""
    made = folder.releases / f"{number:06}-20260101T00000{number}Z"
    made.mkdir(parents=True)
    manifest = {
        "settings": settings,
        "row_counts": {"customers": 1, "products": 1},
        "input": {"as_of_at": None},
        "files": {"audience.duckdb": {"bytes": 0}},
    }
    (made / "audience.duckdb").touch()
    (made / "manifest.json").write_text(json.dumps(manifest))
    found = Release(made)
    ReleaseFolder(folder.releases).serve(found)
    return found


def compared(folder: BuildFolder, *accepted: str, **settings: object) -> tuple[str, str]:
    """The numbers of the release before and of the reference."""
    found = releases_to_compare(folder, settings, accepted)
    before, reference = (
        found["AUDIENCE_RELEASE_BEFORE"],
        found["AUDIENCE_REFERENCE_RELEASE"],
    )
    return before[:6], reference[:6]


def test_only_releases_with_the_same_settings_are_compared(tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path)
    assert compared(folder, log="a") == ("", "")
    release(folder, 1, log="b")
    release(folder, 2, log="a")
    assert compared(folder, log="a") == ("000002", "")
    release(folder, 3, log="a")
    release(folder, 4, log="a")
    assert compared(folder, log="a") == ("000004", "000002")
    assert compared(folder, log="b") == ("", "000001")


def test_the_ranking_is_compared_with_the_served_release_whatever_its_settings(
    tmp_path: Path,
) -> None:
    folder = BuildFolder(tmp_path)
    assert releases_to_compare(folder, {}, ())["AUDIENCE_SERVED_RELEASE"] == ""
    served = release(folder, 1, log="b")
    found = releases_to_compare(folder, {"log": "a"}, ())
    assert found["AUDIENCE_SERVED_RELEASE"] == served.release_id
    assert found["AUDIENCE_RELEASE_BEFORE"] == ""
    served.database.write_bytes(b"other than the manifest says")
    assert releases_to_compare(folder, {}, ())["AUDIENCE_SERVED_RELEASE"] == ""


def test_a_release_before_an_accepted_drift_is_no_reference(tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path)
    releases = [release(folder, number, log="a") for number in (1, 2, 3, 4)]
    assert compared(folder, releases[1].release_id, log="a") == ("000004", "000002")
    assert compared(folder, releases[3].release_id, log="a") == ("000004", "")


def test_a_rolled_back_release_is_no_reference(tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path)
    first, second, third = [release(folder, number, log="a") for number in (1, 2, 3)]
    ReleaseFolder(folder.releases).serve(second)
    assert compared(folder, log="a") == ("000002", "000001")
    assert compared(folder, third.release_id, log="a") == ("000002", "000001")
    ReleaseFolder(folder.releases).serve(first)
    assert compared(folder, log="a") == ("000001", "")


def test_a_partial_copy_of_a_release_is_not_compared(tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path)
    first, *_ = [release(folder, number, log="a") for number in (1, 2, 3)]
    assert compared(folder, log="a") == ("000003", "000001")
    first.database.write_bytes(b"other than the manifest says")
    assert compared(folder, log="a") == ("000003", "000002")


def test_the_reference_may_be_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = BuildFolder(tmp_path)
    for number in (1, 2, 3):
        made = release(folder, number, log="a")
    monkeypatch.setenv("AUDIENCE_REFERENCE", made.release_id)
    assert compared(folder, log="a") == ("000003", "000003")
    monkeypatch.setenv("AUDIENCE_REFERENCE", "000009")
    with pytest.raises(ReleaseError, match="No release 000009: expected one of 000001-"):
        compared(folder, log="a")


def test_a_named_reference_is_kept(tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path)
    first, *_ = [release(folder, number) for number in (1, 2, 3, 4)]
    releases = ReleaseFolder(folder.releases)
    hide_old_releases(releases, 2, {first.release_id})
    assert [one.release_id[:6] for one in releases.all()] == ["000001", "000003", "000004"]

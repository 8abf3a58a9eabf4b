"""Whether a build has drifted too far from the releases before to be published.

The mart `drift_report` measures it, by the thresholds of seeds/drift_thresholds.csv; here
its report is put into words and acted on.
"""

import os
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from scripts import resource_limits
from scripts.build_folder import BuildFolder
from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder
from scripts.reported_error import ReportedError
from scripts.workspace import with_own_tables

REFERENCE = "AUDIENCE_REFERENCE"
# Shares are shown in per cent, counts as plain numbers.
SHARES = (
    "new customers of the last day",
    "new products of the last day",
    "rejected rows",
    "duplicate rows",
    "top of the ranking",
)
# Their drift is a share too. That of a day is a multiple of the drift of usual days.
SHARES_OF_DRIFT = SHARES[2:]


class DriftError(ReportedError):
    """A build has drifted too far; the message names the measures."""


@dataclass(frozen=True)
class Drift:
    """A row of the mart `drift_report`.

    Attributes:
        value, value_before: of the build, and of what it is compared with; None if no
            single number describes the measure.
        drift: None if there is nothing, or too little, to compare.
        level: ok, warn, block, not compared or too little history.
    """

    measure: str
    compared_with: str
    value: float | None
    value_before: float | None
    drift: float | None
    warn_from: float
    block_from: float
    level: str

    def sentence(self) -> str:
        """The drift in words."""
        limit = self.block_from if self.level == "block" else self.warn_from
        values = ""
        if self.value is not None and self.value_before is not None:
            values = (
                f" ({self._text(self.value)} now, {self._text(self.value_before)} before)"
            )
        return (
            f"{self.measure}: {self._size(self.drift or 0)} from"
            f" {self.compared_with}{values}, {self._size(limit, is_short=True)} or more"
            f" {'blocks' if self.level == 'block' else 'is a warning'}"
        )

    def _size(self, drift: float, *, is_short: bool = False) -> str:
        """A drift in words: per cent, or a multiple of the usual."""
        if self.measure in SHARES_OF_DRIFT:
            return f"{drift:.1%}" if is_short else f"drift of {drift:.1%}"
        return f"{drift:.3g} times" if is_short else f"{drift:.3g} times the usual drift"

    def _text(self, value: float) -> str:
        return f"{value:.1%}" if self.measure in SHARES else f"{value:,.0f}"


def releases_to_compare(
    folder: BuildFolder, settings: dict[str, Any], accepted: Collection[str]
) -> dict[str, str]:
    """The releases that a build is compared with, as environment variables for dbt.

    Drift is measured only against releases with the same settings, because other settings
    are expected to give another result. Changes of the ranking are listed against the
    served release, whatever its settings.

    Args:
        accepted: releases whose drift was accepted. The reference is not older than the
            last of them, or the same change would have to be accepted again and again.

    Raises:
        ReleaseError: AUDIENCE_REFERENCE names a release that does not exist.
    """
    releases = ReleaseFolder(folder.releases)
    current = releases.current()
    served = current.release_id if current else ""
    named = os.environ.get(REFERENCE)
    if named:
        try:
            reference: Release | None = releases.find(named)
        except ReleaseError as error:
            raise ReleaseError(f"{REFERENCE} = {named}: {error}") from error
    else:
        # A release newer than the served one was rolled back, and its acceptance with it.
        since = max((one for one in accepted if one <= served), default="")
        alike = (
            one
            for one in releases.all()
            if since <= one.release_id < served and _is_comparable(one, settings)
        )
        reference = next(alike, None)
    is_alike = current is not None and _is_comparable(current, settings)
    return {
        "AUDIENCE_RELEASE_BEFORE": served if is_alike else "",
        "AUDIENCE_REFERENCE_RELEASE": reference.release_id if reference else "",
        "AUDIENCE_SERVED_RELEASE": served if current and _has_all_files(current) else "",
    }


def read_drift(folder: BuildFolder, target: str) -> list[Drift]:
    """The drift of the build in the warehouse."""
    is_spark = target == "spark"
    table = folder.spark_mart("drift_report") if is_spark else "marts.drift_report"
    with resource_limits.connect(
        folder, None if is_spark else folder.warehouse
    ) as connection:
        rows = connection.execute(
            "select measure, compared_with, value, value_before, drift, warn_from,"
            f" block_from, drift_level from {table} order by compared_with desc, measure"
        ).fetchall()
    return [Drift(*row) for row in rows]


def check_drift(report: list[Drift], accepted: str | None) -> None:
    """Check that a build has not drifted too far to be published.

    Args:
        accepted: the reason to publish the build anyway.

    Raises:
        DriftError: it has drifted too far, and the drift was not accepted.
    """
    blocked = [drift.sentence() for drift in report if drift.level == "block"]
    if blocked and accepted is None:
        raise DriftError(
            "The build has drifted too far from what was published before: "
            + "; ".join(blocked)
            + ". Check the new data. If the change is expected, publish it with"
            " --accept-drift 'why'. The thresholds are in"
            f" {with_own_tables('seeds/drift_thresholds.csv')}"
        )


def notes_on(report: list[Drift]) -> list[str]:
    """A sentence for each measure that warns or blocks, one for a log that is too young."""
    notes = [
        f"Drift, {drift.sentence()}."
        for drift in report
        if drift.level in ("warn", "block")
    ]
    young = [drift.measure for drift in report if drift.level == "too little history"]
    if young:
        notes.append(
            "Drift, too little history: the log has too few days to judge "
            + ", ".join(young)
            + "."
        )
    return notes


def _is_comparable(release: Release, settings: dict[str, Any]) -> bool:
    """Whether a release is complete and has these settings."""
    return _has_all_files(release) and release.manifest.get("settings") == settings


def _has_all_files(release: Release) -> bool:
    """Whether every file has the size that the manifest says: a copy may be partial."""
    try:
        return all(
            (release.folder / name).stat().st_size == file["bytes"]
            for name, file in release.manifest["files"].items()
        )
    except (ReleaseError, OSError, KeyError, TypeError):
        return False

"""What a build would do with a log: its settings, its columns and a sample of its rows.

The rows are judged by the models of a build (`staging_sql`).
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from scripts.build.build_request import check_inputs, gather_settings
from scripts.build.log_source import LogSourceError, matching
from scripts.build.readable_copies import original_of
from scripts.build_folder import BuildFolder
from scripts.inspection.found_files import spread
from scripts.inspection.judged_sample import JudgedSample, judge_sample
from scripts.inspection.plain_text import shortened
from scripts.inspection.reject_advice import advice_for
from scripts.settings.build_settings import BuildSettings

# Files of a log of which rows are judged.
MOST_FILES = 3
SAMPLE_BYTES = 2**20
SAMPLE_ROWS = 10_000
# A file of so many rows of which none can be used is no chance.
UNREAD_ROWS = 20


class LogCheckError(LogSourceError):
    """A build would refuse the log; the message says why and what helps."""


def check_log_of(
    folder: BuildFolder, log: str | None, mapping: Path | None, extra: str | None
) -> str:
    """The same for the options of a build.

    Raises:
        LogSourceError, SettingError: a build would refuse them.
    """
    return check_settings(gather_settings(folder, log, mapping, extra))


def check_settings(settings: Mapping[str, Any]) -> str:
    """See that a build with these settings would read the log.

    Returns:
        What it would read, in a line.

    Raises:
        LogSourceError, SettingError: it would refuse it.
    """
    with tempfile.TemporaryDirectory() as folder:
        # Whole files would take longer, and the build copies them itself.
        copies = Path(folder).resolve()
        read = check_inputs(copies, settings, most_bytes=SAMPLE_BYTES)
        samples = judge_files(read, copies=copies)
        # Files that lie elsewhere are found as copies.
        files = len(matching(str(read["log"])))
    return _summary(str(settings["log"]), files, samples)


def check_before_build(settings: Mapping[str, Any], copies: Path) -> None:
    """Refuse a log of which no judged row can be used, before dbt starts.

    It takes a second; the build itself would find out after it has read the whole log.
    What the build explains better is left to it.

    Args:
        settings: that read the copies, in the folder `copies`.

    Raises:
        LogSourceError: the build would refuse it.
    """
    try:
        samples = _judged(settings, SAMPLE_BYTES, SAMPLE_ROWS, copies.resolve())
    except LogCheckError:
        return  # The engine says why, and the build what helps.
    if all(one.rejected == one.rows >= UNREAD_ROWS for one in samples):
        raise LogCheckError(_refusal(samples[0], settings))


def judge_files(
    settings: Mapping[str, Any],
    most_bytes: int = SAMPLE_BYTES,
    most_rows: int = SAMPLE_ROWS,
    copies: Path | None = None,
) -> list[JudgedSample]:
    """Judge the first rows of some files of a log.

    Args:
        copies: the folder of copies of their beginnings, which messages do not name.

    Raises:
        LogCheckError: there are none, more of them cannot be used than a build
            tolerates, or none of a file.
    """
    samples = _judged(settings, most_bytes, most_rows, copies)
    rows = sum(sample.rows for sample in samples)
    if not rows and len(samples) == len(matching(str(settings["log"]))):
        raise LogCheckError(
            f"{samples[0].file} has no rows: expected one per interaction, not only a"
            " header, and the same line end in all lines."
        )
    rejected = sum(sample.rejected for sample in samples)
    worst = max(samples, key=lambda sample: sample.reject_share)
    is_unread = worst.rejected == worst.rows >= UNREAD_ROWS
    tolerated = BuildSettings.check(settings).max_reject_share
    if is_unread or rejected > tolerated * rows:
        raise LogCheckError(_refusal(worst, settings))
    _check_amounts(samples, tolerated)
    return samples


def _check_amounts(samples: Sequence[JudgedSample], tolerated: float) -> None:
    """See that the amounts can be read, of most rows.

    Raises:
        LogCheckError: they cannot.
    """
    unreadable = sum(sample.unreadable_amounts for sample in samples)
    if unreadable > tolerated * sum(sample.accepted for sample in samples):
        worst = max(samples, key=lambda sample: sample.unreadable_amounts)
        raise LogCheckError(
            f"{worst.file}: the amounts of {worst.unreadable_amounts:,} of its first"
            f" {worst.accepted:,} usable rows cannot be read, such as"
            f" {shortened(worst.unreadable_amount)!r}. Name their marks (decimal_mark,"
            " thousands_mark), or another column."
        )


def _judged(
    settings: Mapping[str, Any], most_bytes: int, most_rows: int, copies: Path | None
) -> list[JudgedSample]:
    """The first rows of some files.

    Raises:
        LogCheckError: one cannot be read with these settings.
        LogSourceError: the same, because of an expression.
    """
    samples = []
    for file in spread(matching(str(settings["log"])), MOST_FILES):
        original = original_of(copies, file)
        try:
            sample = judge_sample(file, settings, most_bytes, most_rows, original)
        except duckdb.Error as error:
            reason = str(error).split("\n")[0]
            raise LogCheckError(
                f"{original} cannot be read: {reason}. Check row_filter,"
                " expressions and time_format in the mapping."
            ) from error
        if original != file:
            sample = replace(sample, file=original, is_whole=False)
        samples.append(sample)
    return samples


def _refusal(sample: JudgedSample, settings: Mapping[str, Any]) -> str:
    """Why the rows of a sample cannot be used, and what helps."""
    (reason, count), *_ = sample.reasons.most_common(1)
    example = sample.examples[reason]
    rows = (
        f"all {sample.rows:,} rows"
        if sample.is_whole
        else f"the first {sample.rows:,} rows"
    )
    return (
        f"{sample.file}: {sample.reject_share:.2%} of {rows} would be rejected, most often"
        f" {reason} ({count:,} rows, such as {shortened(example)!r})."
        f" {advice_for(sample, reason, settings)}"
    )


def _summary(pattern: str, files: int, samples: Sequence[JudgedSample]) -> str:
    """What a build would read, in a line."""
    rows = sum(sample.rows for sample in samples)
    counts = [f"{sum(sample.accepted for sample in samples):,} would be accepted"]
    for name in ("rejected", "filtered"):
        if number := sum(getattr(sample, name) for sample in samples):
            counts.append(f"{number:,} {name}")
    if number := sum(sample.unreadable_amounts for sample in samples):
        counts.append(f"{number:,} of them without their unreadable amount")
    reasons = sum((sample.reasons for sample in samples), start=type(samples[0].reasons)())
    why = ", ".join(f"{reason}: {count:,}" for reason, count in reasons.most_common(3))
    is_whole = files == len(samples) and all(sample.is_whole for sample in samples)
    checked = "its" if is_whole else "the first"
    return (
        f"{pattern}: {files} file{'' if files == 1 else 's'}; of {checked} {rows:,} rows"
        f" {', '.join(counts)}{f' ({why})' if why else ''}."
    )

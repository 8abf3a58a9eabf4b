"""What helps where rows of a log would be rejected."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args

import duckdb

from scripts.build.text_encodings import why_not_utf8
from scripts.inspection.column_profiles import profile_columns
from scripts.inspection.judged_sample import UNREADABLE, JudgedSample
from scripts.inspection.sampled_table import TABLE
from scripts.inspection.time_evidence import time_evidence
from scripts.inspection.time_reading import TimeEvidence
from scripts.inspection.value_kinds import kind_of_value
from scripts.settings.build_settings import BuildSettings
from scripts.settings.input_settings import LogColumn

LONG_YEAR = re.compile(r"\d{4}")


def advice_for(sample: JudgedSample, reason: str, settings: Mapping[str, Any]) -> str:
    """The setting that helps, in a sentence."""
    words = reason.replace(":", " ").split()
    column = next((word for word in words if word in get_args(LogColumn)), "event_date")
    setting = next((word for word in words if word in BuildSettings.model_fields), None)
    is_missing = words[0] == "missing"
    if reason == UNREADABLE:
        return why_not_utf8([sample.file]) or (
            f"The header has {len(sample.columns)} columns: compare the delimiter"
            " (setting delimiter), quotes and encoding of the lines; `audience inspect"
            f" {sample.file}` shows them."
        )
    if column == "event_date" and not is_missing:
        times = sample.times.get(reason, ())
        if not setting:
            return _advice_for_times(times, settings)
        if other := _other_format(times, settings):
            return other
    if setting:
        return f"Set {setting} to what these rows need, or correct them."
    if column.endswith("_id") and not is_missing:
        return _advice_for_ids(sample.examples[reason])
    return (
        f"Name another column for {column} (columns: {{{column}: ...}}), or leave such rows"
        " out with row_filter."
    )


def _advice_for_times(times: Sequence[str], settings: Mapping[str, Any]) -> str:
    """What is known of times that the time format does not read."""
    given = settings.get("time_format", "iso")
    if other := _other_format(times, settings):
        return other
    evidence = _evidence_of(times)
    if evidence is None:
        return f"time_format is {given}; these values are no times: name another column."
    return f"time_format is {given}; {evidence.evidence}."


def _other_format(times: Sequence[str], settings: Mapping[str, Any]) -> str:
    """The time format that reads the values, if it is not one of those given."""
    given = settings.get("time_format", "iso")
    formats = [given] if isinstance(given, str) else list(given)
    short = [one.replace("%Y", "%y") for one in formats]
    if short != formats and _have_short_years(times, short):
        shown = json.dumps(short[0] if isinstance(given, str) else short)
        return f"Years of two digits are %y, not %Y: set time_format: {shown}."
    evidence = _evidence_of(times)
    if evidence is None:
        return ""
    fitting = [evidence.time_format] if evidence.time_format else evidence.choices
    if not fitting or set(formats) & set(fitting):
        return ""
    named = " or ".join(f'time_format: "{one}"' for one in fitting)
    return f"time_format is {given}; {named} fits: {evidence.evidence}."


def _have_short_years(times: Sequence[str], formats: Sequence[str]) -> bool:
    """Whether patterns with years of two digits read most of the values."""
    if any(LONG_YEAR.search(time) for time in times):
        return False
    row = duckdb.execute(
        "select count(try_strptime(trim(time), $patterns)), count(*)"
        " from unnest($times) as given (time)",
        {"times": list(times), "patterns": [one for one in formats if "%y" in one]},
    ).fetchone()
    return bool(row and row[0] > row[1] / 2)


def _evidence_of(times: Sequence[str]) -> TimeEvidence | None:
    """How values write times; None if they do not."""
    with duckdb.connect() as connection:
        connection.execute(
            f"create table {TABLE} as select unnest($times::varchar[]) as event_date",
            {"times": list(times[:1000])},
        )
        [column] = profile_columns(connection)
        return time_evidence(connection, column)


def _advice_for_ids(example: str) -> str:
    """What helps where an id is no whole number."""
    if kind_of_value(example) == "scientific notation":
        return "Such ids have lost digits: export them as text."
    return "Set id_type: text if such ids are meant; the default is whole numbers."

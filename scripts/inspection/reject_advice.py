"""What helps where rows of a log would be rejected."""

from collections.abc import Mapping
from typing import Any, get_args

import duckdb

from scripts.build.text_encodings import why_not_utf8
from scripts.inspection.column_profiles import profile_columns
from scripts.inspection.judged_sample import UNREADABLE, JudgedSample
from scripts.inspection.sampled_table import TABLE
from scripts.inspection.time_evidence import time_evidence
from scripts.inspection.value_kinds import kind_of_value
from scripts.settings.build_settings import BuildSettings
from scripts.settings.input_settings import LogColumn


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
    if setting:
        return f"Set {setting} to what these rows need, or correct them."
    if column == "event_date" and not is_missing:
        return _advice_for_times(sample, settings)
    if column.endswith("_id") and not is_missing:
        return _advice_for_ids(sample.examples[reason])
    return (
        f"Name another column for {column} (columns: {{{column}: ...}}), or leave such rows"
        " out with row_filter."
    )


def _advice_for_times(sample: JudgedSample, settings: Mapping[str, Any]) -> str:
    """The time format that reads the values."""
    given = settings.get("time_format", "iso")
    with duckdb.connect() as connection:
        connection.execute(f"create table {TABLE} (event_date varchar)")
        connection.executemany(
            f"insert into {TABLE} values (?)", [(time,) for time in sample.times[:1000]]
        )
        [column] = profile_columns(connection)
        evidence = time_evidence(connection, column)
    if evidence is None:
        return f"time_format is {given}; these values are no times: name another column."
    fitting = [evidence.time_format] if evidence.time_format else evidence.choices
    if not fitting or given in fitting:
        return f"time_format is {given}; {evidence.evidence}."
    named = " or ".join(f'time_format: "{one}"' for one in fitting)
    return f"time_format is {given}; {named} fits: {evidence.evidence}."


def _advice_for_ids(example: str) -> str:
    """What helps where an id is no whole number."""
    if kind_of_value(example) == "scientific notation":
        return "Such ids have lost digits: export them as text."
    return "Set id_type: text if such ids are meant; the default is whole numbers."

"""The first rows of a file of the log, as a build judges them."""

import glob
import gzip
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from scripts.build.expressions import failed_in
from scripts.build.log_source import LogSourceError
from scripts.inspection.staging_sql import StagingSql

# The table of a build's reader with the lines that it could not split.
UNREADABLE = "unreadable line"


@dataclass(frozen=True)
class JudgedSample:
    """What becomes of the first rows of a file.

    Attributes:
        rows: all that were judged.
        reasons: rejected rows by reason.
        examples: the value of a rejected row, by reason.
        is_whole: whether these are all rows of the file.
        times: times of rejected rows as the file has them, by reason.
        unreadable_amounts: accepted rows with an amount that cannot be read.
        unreadable_amount: such an amount.
    """

    file: Path
    rows: int
    accepted: int
    filtered: int
    reasons: Counter[str]
    examples: dict[str, str]
    is_whole: bool
    columns: tuple[str, ...] = ()
    times: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unreadable_amounts: int = 0
    unreadable_amount: str = ""

    @property
    def rejected(self) -> int:
        return self.reasons.total()

    @property
    def reject_share(self) -> float:
        return self.rejected / self.rows if self.rows else 0.0


def judge_sample(
    file: Path,
    settings: Mapping[str, Any],
    most_bytes: int,
    most_rows: int,
    shown: Path | None = None,
) -> JudgedSample:
    """Judge the first rows of a file.

    Args:
        shown: the name of the file in messages, if it is a copy.

    Raises:
        LogSourceError: a macro refuses the file, or an expression fails.
        duckdb.Error: the engine does.
    """
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as connection:
        # As in profiles.yml.
        connection.execute("set timezone = 'UTC'")
        is_whole = False
        if is_parquet := file.suffix == ".parquet":
            # A column that this file lacks may be in others.
            given = {**settings, "log": str(Path(settings["log"]).absolute())}
            sql = StagingSql(connection, given, most_rows, file.absolute())
        else:
            # A copy, because the reader goes to the end of a file without a good line.
            # Its folders may give columns (`name=value`).
            named = [part for part in file.parts[:-1] if "=" in part]
            read = Path(folder, *named, file.name.removesuffix(".gz"))
            read.parent.mkdir(parents=True, exist_ok=True)
            is_whole = _copy_beginning(file, read, most_bytes)
            given = {**settings, "log": glob.escape(str(read))}
            # No limit of rows: the reader would note bad lines beyond it too.
            sql = StagingSql(connection, given)
        try:
            connection.execute(f"create temp table judged as {sql.log_rows()}")
        except duckdb.Error as error:
            if said := failed_in(connection.sql(sql.read_rows()), settings, shown or file):
                raise LogSourceError(said) from error
            raise
        described = sql.described_log()
        reasons, examples = _rejected(connection)
        if described["format"] == "csv":
            _add_unreadable(connection, reasons, examples)
        accepted, filtered, unreadable, amount = _counts(connection)
        rows = accepted + filtered + reasons.total()
        times = connection.execute(
            "select reason, list(json_extract_string(original_text, '$.event_date'))"
            " from judged where contains(reason, 'event_date') and reason not like"
            " 'missing%' group by reason"
        ).fetchall()
    return JudgedSample(
        file=file,
        rows=rows,
        accepted=accepted,
        filtered=filtered,
        reasons=reasons,
        examples=examples,
        is_whole=is_whole or (is_parquet and rows < most_rows),
        columns=tuple(described["columns"]),
        times=dict(times),
        unreadable_amounts=unreadable,
        unreadable_amount=amount,
    )


def _copy_beginning(file: Path, copy: Path, most_bytes: int) -> bool:
    """Copy whole lines; returns whether these are all."""
    with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as stream:
        content = stream.read(most_bytes)
        is_whole = not stream.read(1)
    if not is_whole:
        wide = content[:2] in (b"\xff\xfe", b"\xfe\xff") or content[1:400:2].count(0) > 100
        end = content.rfind(b"\n\x00" if wide else b"\n") + (2 if wide else 1)
        content = content[: end if end > 1 else len(content)]
    copy.write_bytes(content)
    return is_whole


def _counts(connection: duckdb.DuckDBPyConnection) -> tuple[int, int, int, str]:
    """Accepted and filtered rows; accepted rows with an unreadable amount, and one."""
    row = connection.execute(
        "select count(*) filter (outcome = 'accepted'),"
        " count(*) filter (outcome = 'filtered'),"
        " count(unreadable_amount) filter (outcome = 'accepted'),"
        " coalesce(min(unreadable_amount) filter (outcome = 'accepted'), '') from judged"
    ).fetchone()
    assert row
    return row[0], row[1], row[2], row[3]


def _rejected(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[Counter[str], dict[str, str]]:
    """Rejected rows by reason, and a value of each."""
    found = connection.execute(
        "select reason, count(*), coalesce(min(json_extract_string(original_text, '$.' ||"
        " regexp_extract(reason, '(customer_id|product_id|event_date|event)'))),"
        " min(original_text)) from judged"
        " where reason is not null group by reason"
    ).fetchall()
    return Counter({row[0]: row[1] for row in found}), {row[0]: row[2] for row in found}


def _add_unreadable(
    connection: duckdb.DuckDBPyConnection, reasons: Counter[str], examples: dict[str, str]
) -> None:
    """Add the lines that the reader could not split."""
    row = connection.execute(
        "select count(distinct line), min(csv_line) from unreadable_lines"
    ).fetchone()
    if row and row[0]:
        reasons[UNREADABLE] += row[0]
        examples.setdefault(UNREADABLE, str(row[1]).strip("\r\n"))

"""Look at a log: its files, format, columns and times, and propose a mapping."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from scripts.build.copied_rows import write_rows
from scripts.build.file_kinds import FileKind, check_readable
from scripts.build.log_source import LogSourceError
from scripts.build.remote_files import download, is_remote
from scripts.build.text_encodings import Encoding, encoding_of
from scripts.inspection.column_choices import choose_columns
from scripts.inspection.column_profiles import ColumnProfile, profile_columns
from scripts.inspection.column_roles import Roles, find_roles
from scripts.inspection.dialects import Dialect, dialect_of
from scripts.inspection.format_choices import choose_format
from scripts.inspection.found_files import FoundFiles, find_files, spread
from scripts.inspection.id_choices import choose_id_type
from scripts.inspection.list_choices import choose_unnest, elements_by_role, lists_of
from scripts.inspection.log_check import check_settings
from scripts.inspection.proposal import Proposal
from scripts.inspection.sampled_table import MOST_FILES, load_parquet, load_text
from scripts.inspection.side_tables import hint_of_side_table
from scripts.inspection.text_samples import WHOLE, parts_of
from scripts.inspection.time_evidence import time_evidence
from scripts.inspection.time_reading import TimeEvidence


@dataclass
class Inspection:
    """What was found out about a log.

    Attributes:
        rows: of the sample.
        side_input: the setting for it, if it is a table next to a log.
        total: rows of all files; None if that is not known.
        check: what a build would do with the proposed settings; empty if it was not asked.
    """

    found: FoundFiles
    proposal: Proposal = field(default_factory=Proposal)
    encoding: Encoding | None = None
    dialect: Dialect | None = None
    columns: Sequence[ColumnProfile] = ()
    roles: Roles | None = None
    rows: int = 0
    total: int | None = None
    side_input: str = ""
    check: str = ""


def inspect_log(path: str) -> Inspection:
    """Look at a file, a folder or a pattern; what lies elsewhere is copied first.

    Raises:
        LogSourceError: there is nothing to look at.
    """
    with tempfile.TemporaryDirectory() as folder:
        if not is_remote(path):
            return _inspect(find_files(path))
        found = find_files(download(Path(folder), path))
        return _inspect(replace(found, pattern=path))


def _inspect(found: FoundFiles) -> Inspection:
    inspection = Inspection(found)
    proposal = inspection.proposal
    file = found.files[0]
    try:
        check_readable(file, found.kind)
    except LogSourceError as error:
        proposal.problems.append(f"{error}.")
        return inspection
    with duckdb.connect() as connection, tempfile.TemporaryDirectory() as folder:
        connection.execute("set timezone = 'UTC'")
        if found.kind.has_text:
            has_names = _load_text(connection, inspection)
        else:
            has_names = True
            is_json = found.kind.content != "Parquet"
            rows = _rows_of_json(found, Path(folder)) if is_json else found
            inspection.total = load_parquet(connection, rows)
            inspection.rows = _rows(connection)
            if is_json and (len(found.files) > 1 or file.stat().st_size > WHOLE):
                inspection.total = None
        if inspection.rows:
            _judge_columns(connection, inspection, has_names=has_names)
        elif not proposal.problems:
            proposal.problems.append(f"{found.pattern} has no rows, only a header.")
    if proposal.is_settled:
        inspection.check = _checked(inspection)
    return inspection


def _rows_of_json(found: FoundFiles, folder: Path) -> FoundFiles:
    """Copies of the beginnings of JSON files, as a build makes them of whole files."""
    copies = []
    for number, file in enumerate(spread(list(found.files), MOST_FILES)):
        copies.append(folder / f"{number}.parquet")
        write_rows(file, found.kind, None, copies[-1], WHOLE)
    return FoundFiles(f"{folder}/*.parquet", tuple(copies), FileKind("", "Parquet"))


def _load_text(connection: duckdb.DuckDBPyConnection, inspection: Inspection) -> bool:
    """Load parts of CSV files; returns whether their columns have names."""
    found = inspection.found
    file, compression = found.files[0], found.kind.compression
    encoding = encoding_of(file, compression)
    parts = {
        one: parts_of(one, compression, encoding.codec, is_first=one == file)
        for one in spread(list(found.files), MOST_FILES)
    }
    beginning = parts[file][0]
    if not beginning.strip():
        raise LogSourceError(f"{file} is empty: expected a header and rows")
    dialect = dialect_of(beginning)
    inspection.encoding, inspection.dialect = encoding, dialect
    choose_format(inspection.proposal, file, encoding, dialect)
    if not dialect.delimiter:
        return False
    loaded = load_text(connection, parts, dialect)
    inspection.rows = len(loaded.rows)
    proposal = inspection.proposal
    if loaded.irregular:
        proposal.warnings.append(
            f"{loaded.irregular} of {loaded.irregular + inspection.rows:,} lines have"
            f" another number of fields than {dialect.width}: a build rejects them."
        )
    if loaded.others:
        proposal.problems.append(
            f"{loaded.others[0]} has other columns than {file}: they are not one log."
            " Inspect one file, or narrow the pattern."
        )
    if encoding.is_whole and len(found.files) == 1:
        inspection.total = max(
            0, encoding.lines - dialect.lines_above - bool(dialect.header)
        )
    return bool(dialect.header)


def _judge_columns(
    connection: duckdb.DuckDBPyConnection, inspection: Inspection, *, has_names: bool
) -> None:
    """Describe the columns, and propose what they are."""
    columns = profile_columns(connection)
    times: dict[str, TimeEvidence] = {}
    for column in columns:
        if evidence := time_evidence(connection, column):
            times[column.name] = evidence
    lists = [] if inspection.found.kind.has_text else list(lists_of(columns))
    names = {one.column.name for one in lists}
    plain = [column for column in columns if column.name not in names]
    roles = find_roles(plain, times, has_names=has_names)
    inspection.columns, inspection.roles = columns, roles
    choose_unnest(inspection.proposal, lists)
    elements = elements_by_role(lists)
    hint, inspection.side_input = hint_of_side_table(roles)
    if hint and not elements["event_date"]:
        inspection.proposal.problems.append(hint)
        return
    proposal = inspection.proposal
    proposal.warnings.extend(_doubles(columns))
    chosen = choose_columns(
        connection, proposal, plain, roles, elements, has_names=has_names
    )
    choose_id_type(proposal, chosen)


def _doubles(columns: Sequence[ColumnProfile]) -> Iterator[str]:
    """Warnings of columns of the same name, to which the reader gives a number."""
    names = {column.name.lower(): column for column in columns}
    for column in columns:
        name, _, number = column.name.rpartition("_")
        first = names.get(name.lower())
        if first and number.isdigit() and number in ("1", str(column.position)):
            yield (
                f"Columns {first.position} and {column.position} have the same name"
                f" ({first.name}; upper and lower case do not matter): the second is read"
                f" as {column.name}."
            )


def _checked(inspection: Inspection) -> str:
    """What a build would do with the proposed settings; a refusal is a problem."""
    proposal = inspection.proposal
    try:
        return check_settings({**proposal.settings, "log": inspection.found.pattern})
    except LogSourceError as error:
        proposal.problems.append(str(error))
    except duckdb.Error as error:
        # The engine's reader is stricter about encodings than this program.
        reason = str(error).split("\n")[0]
        advice = ": write it as UTF-8" if inspection.encoding else ""
        proposal.problems.append(f"{inspection.found.files[0]}: {reason}{advice}.")
    return ""


def _rows(connection: duckdb.DuckDBPyConnection) -> int:
    row = connection.execute("select count(*) from sampled_rows").fetchone()
    return int(row[0]) if row else 0

"""The result of an inspection on a terminal, and the next command."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path

from scripts.build.file_kinds import WORKBOOK
from scripts.build.remote_files import is_remote
from scripts.inspection.column_profiles import ColumnProfile
from scripts.inspection.column_roles import ROLES
from scripts.inspection.dialects import Dialect
from scripts.inspection.inspect_log import Inspection
from scripts.inspection.plain_text import one_line, shortened

# Values of a column on its line.
SHOWN_EXAMPLES = 24
MOST_COLUMNS = 60


def print_inspection(inspection: Inspection) -> None:
    """Print what was found; questions and problems come last."""
    sections = (
        ("Format", _format(inspection)),
        ("Columns", _columns(inspection)),
        ("What they could be", _roles(inspection)),
        ("Warnings", inspection.proposal.warnings),
        ("Not readable", inspection.proposal.problems),
        ("Decide", inspection.proposal.decisions),
        ("Check", [inspection.check]),
    )
    for title, lines in sections:
        shown = [one_line(line) for line in lines if line]
        if shown:
            print(title)
            for line in shown:
                print(f"  {line}")
            print()


def next_command(inspection: Inspection, written: Path | None) -> str:
    """The command that comes next."""
    log = shlex.quote(inspection.found.pattern)
    proposal = inspection.proposal
    if inspection.side_input:
        given = json.dumps({inspection.side_input: inspection.found.pattern})
        return f"audience build --log LOG --vars {shlex.quote(given)}  # LOG is the log"
    if proposal.problems:
        return f"audience inspect {log}  # again, with what is named above put right"
    if written is None:
        return f"audience inspect {log} --write mapping.yml"
    mapping = shlex.quote(str(written))
    if proposal.decisions:
        return f"audience check --log {log} --mapping {mapping}  # after you have edited it"
    return f"audience build --log {log} --mapping {mapping}"


def _format(inspection: Inspection) -> Iterator[str]:
    found, dialect = inspection.found, inspection.dialect
    count = len(found.files)
    more = f" (the first of {count:,} files)" if count > 1 else ""
    # A file that lies elsewhere was looked at as a copy.
    file = found.pattern if is_remote(found.pattern) else found.files[0]
    yield f"file         {file}{more}"
    content = "CSV" if found.kind.has_text else found.kind.content
    packed = f", {found.kind.compression}" if found.kind.compression else ""
    is_workbook = found.kind.compression == WORKBOOK
    yield f"format       {'workbook' if is_workbook else content + packed}"
    if inspection.encoding:
        yield f"encoding     {inspection.encoding.name}"
        if inspection.encoding.line:
            line = shortened(inspection.encoding.text)
            yield f"             line {inspection.encoding.line}: {line}"
    if dialect and dialect.delimiter:
        yield from _dialect(dialect)
    if inspection.rows:
        total = inspection.total
        of = f"{inspection.rows:,}" + (f" of {total:,}" if total else "")
        yield f"rows         looked at {of}"


def _dialect(dialect: Dialect) -> Iterator[str]:
    yield f"delimiter    {dialect.delimiter_name} ({dialect.width} columns)"
    if dialect.is_quoted:
        within = f"{dialect.escape}{dialect.quote}"
        yield f"quotes       {dialect.quote}, within a field {within}"
    known = {True: "yes", False: "none", None: "cannot be told"}[dialect.has_header]
    yield f"header       {known}: {dialect.why_header}"
    if dialect.lines_above:
        lines = "1 line" if dialect.lines_above == 1 else f"{dialect.lines_above} lines"
        yield f"above it     {lines}, the first is {dialect.above!r}"


def _columns(inspection: Inspection) -> Iterator[str]:
    columns = inspection.columns[:MOST_COLUMNS]
    if not columns:
        return
    lines = [("", "name", "type", "distinct", "null", "examples")]
    lines += [
        (
            str(column.position),
            shortened(column.name, 28),
            shortened(column.type_name, 24),
            f"{column.distinct:,}",
            f"{column.null_share:.0%}" if column.nulls else "",
            _examples(column),
        )
        for column in columns
    ]
    widths = [max(len(line[place]) for line in lines) for place in range(5)]
    for line in lines:
        yield "  ".join(
            [value.ljust(width) for value, width in zip(line, widths, strict=False)]
            + [line[5]]
        ).rstrip()
    if len(inspection.columns) > MOST_COLUMNS:
        yield f"... and {len(inspection.columns) - MOST_COLUMNS} more"


def _examples(column: ColumnProfile) -> str:
    if column.few and len(column.few) < column.filled:
        pairs = [
            f"{shortened(value, SHOWN_EXAMPLES)} ({count:,})"
            for value, count in list(column.few.items())[:5]
        ]
        return ", ".join(pairs) + (" ..." if len(column.few) > 5 else "")
    return ", ".join(shortened(value, SHOWN_EXAMPLES) for value in column.examples)


def _roles(inspection: Inspection) -> Iterator[str]:
    if inspection.roles is None:
        return
    for role in ROLES:
        candidates = inspection.roles.candidates[role]
        shown = [one for one in candidates if one.is_named] or candidates[:4]
        for one in shown:
            yield f"{role.ljust(13)}{shortened(one.column.name)}: {one.why}"
        if not shown and role in ("customer_id", "product_id", "event", "event_date"):
            yield f"{role.ljust(13)}none found"

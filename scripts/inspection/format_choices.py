"""Settings of how CSV files are written, and what of it a build cannot read."""

from pathlib import Path

from scripts.build.csv_header import EXCEL_LINE
from scripts.build.text_encodings import Encoding
from scripts.inspection.dialects import Dialect
from scripts.inspection.proposal import Proposal


def choose_format(
    proposal: Proposal, file: Path, encoding: Encoding, dialect: Dialect
) -> None:
    """Propose encoding, delimiter and header."""
    if encoding.setting != "utf-8":
        proposal.add("encoding", encoding.setting, encoding.name)
    if not dialect.delimiter:
        proposal.problems.append(
            f"No delimiter divides the lines of {file} into columns. If these have fixed"
            " places, give their widths, such as column_widths: [8, 10, 16]."
        )
        return
    if dialect.delimiter != ",":
        proposal.add(
            "delimiter", dialect.delimiter, f"{dialect.width} fields in most lines"
        )
    if dialect.has_header is None:
        proposal.ask(
            "has_header",
            (True, False),
            f"Is the first line of {file} a header: {dialect.why_header}?",
        )
    elif not dialect.has_header:
        proposal.add("has_header", False, dialect.why_header)
    _judge_rest(proposal, file, dialect)


def _judge_rest(proposal: Proposal, file: Path, dialect: Dialect) -> None:
    """What stands above the header, and how quotes are written."""
    is_excel_s = EXCEL_LINE.fullmatch(dialect.above.strip()) and dialect.lines_above == 1
    if dialect.comment:
        proposal.add("comment", dialect.comment, "the lines above the header begin with it")
    elif dialect.lines_above and not is_excel_s:
        below = "header" if dialect.header else "rows"
        proposal.add(
            "skip_lines",
            dialect.lines_above,
            f"what stands above the {below} of {file}, such as {dialect.above!r}",
        )
    if dialect.escape == "\\":
        proposal.add("escape", "\\", 'quotes within fields are written as \\"')
    if dialect.quote != '"':
        proposal.warnings.append(
            f'{file} encloses fields in {dialect.quote}, a build expects ": the quotes'
            " would be part of every value. Write the file with double quotes."
        )

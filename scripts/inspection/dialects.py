"""How lines of a CSV file are divided: delimiter, quote, escape, header, lines above it.

DuckDB's sniff_csv finds most of this in a good file. But a header that ends in a delimiter
becomes one column there, and bytes that are not UTF-8 are an error.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from scripts.inspection.column_names import is_known_name
from scripts.inspection.value_kinds import TYPED, kind_of_value

DELIMITERS = (",", ";", "\t", "|", "::", "||", "\x01", "^", "~")
# Stands for a delimiter of several characters, which Python's reader does not take.
STAND_IN = "\x1f"
# Of the beginning, what the delimiter is judged by.
JUDGED = 2**18
# Lines that may stand above the header.
MOST_ABOVE = 50
# Of these, lines with as many fields as a row, most of them empty.
MOST_TITLES = 5
SEP_LINE = re.compile(r'"?sep=(.{1,2})"?', re.IGNORECASE)
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", "\x01": "0x01"}


@dataclass(frozen=True)
class Dialect:
    r"""How a CSV file is written.

    Attributes:
        delimiter: empty where no delimiter divides the lines.
        quote: what encloses fields: '"' or "'".
        is_quoted: whether any field is enclosed.
        escape: what stands before a quote in a field: the quote itself, or a backslash.
        header: the names in the header; none without one.
        has_header: None where it cannot be told.
        why_header: the evidence.
        lines_above: lines before the header or the first row.
        above: the first of them.
        comment: the sign with which all of them begin, apart from empty ones.
        width: fields of a row.
    """

    delimiter: str
    quote: str = '"'
    is_quoted: bool = False
    escape: str = '"'
    header: tuple[str, ...] = ()
    has_header: bool | None = None
    why_header: str = ""
    lines_above: int = 0
    above: str = ""
    comment: str = ""
    width: int = 1

    @property
    def delimiter_name(self) -> str:
        """The delimiter in words."""
        return NAMES.get(self.delimiter, repr(self.delimiter))


def rows_of(text: str, dialect: Dialect) -> Iterator[list[str]]:
    """The rows of a text, each as its fields; empty lines give none."""
    csv.field_size_limit(2**31 - 1)
    delimiter = dialect.delimiter or "\x00"
    if len(delimiter) > 1:
        text, delimiter = text.replace(delimiter, STAND_IN), STAND_IN
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quotechar=dialect.quote,
        doublequote=dialect.escape != "\\",
        escapechar="\\" if dialect.escape == "\\" else None,
    )
    return reader


def dialect_of(text: str) -> Dialect:
    """The dialect of a file, by its beginning."""
    text = text[:JUDGED] if len(text) <= JUDGED else text[: text.rfind("\n", 0, JUDGED) + 1]
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    named = SEP_LINE.fullmatch(first.strip())
    delimiter = named[1] if named else _best_delimiter(text)
    quote = "'" if delimiter and _is_quoted(text, delimiter, "'") else '"'
    is_quoted = bool(delimiter) and _is_quoted(text, delimiter, quote)
    escape = "\\" if is_quoted and _has_backslashes(text, delimiter, quote) else quote
    return _with_header(text, Dialect(delimiter, quote, is_quoted, escape))


def _best_delimiter(text: str) -> str:
    """The delimiter that divides most lines into as many fields, and into most fields."""
    best: tuple[bool, int, float] = (False, 0, 0.0)
    found = ""
    for delimiter in DELIMITERS:
        if delimiter not in text:
            continue
        widths = _widths(text, Dialect(delimiter))
        (width, count), *_ = widths.most_common(1)
        share = count / widths.total()
        rank = (share >= 0.9, width, share)
        if width >= 2 and share >= 0.5 and rank > best:
            best, found = rank, delimiter
    return found


def _widths(text: str, dialect: Dialect) -> Counter[int]:
    """How many rows have how many fields."""
    widths = Counter(len(row) for row in rows_of(text, dialect) if row)
    return widths or Counter({0: 1})


def _is_quoted(text: str, delimiter: str, quote: str) -> bool:
    """Whether fields are enclosed by a quote: often, or at all for the usual one."""
    around = re.escape(delimiter)
    mark = re.escape(quote)
    fields = re.findall(
        rf"(?m)(?:^|{around}){mark}[^\n]*?{mark}(?={around}|\r?$)", text[:JUDGED]
    )
    lines = text.count("\n") + 1
    return bool(fields) if quote == '"' else len(fields) > 0.5 * lines


def _has_backslashes(text: str, delimiter: str, quote: str) -> bool:
    r"""Whether quotes within fields are written as `\"`, and not as the end of a path."""
    ends = rf"(?!\s*(?:{re.escape(delimiter)}|\r?\n|$))"
    return bool(re.search(rf"\\{re.escape(quote)}{ends}", text))


def _with_header(text: str, dialect: Dialect) -> Dialect:
    """The dialect with what the first lines are."""
    widths = _widths(text, dialect)
    width = widths.most_common(1)[0][0]
    reader = rows_of(text, dialect)
    rows: list[list[str]] = []
    ends: list[int] = []
    lines_above, found = 0, False
    for row in reader:
        if not found:
            is_wider = len(row) == width + 1 and not row[-1].strip()
            found = len(row) == width or is_wider
            # A comment may have as many commas as a row.
            found = found and not (row[0].startswith("#") and len(rows) < MOST_ABOVE)
            if not found:
                lines_above = reader.line_num  # type: ignore[attr-defined]
                continue
        rows.append(row)
        ends.append(reader.line_num)  # type: ignore[attr-defined]
    if titles := _titles(rows[: MOST_TITLES + 1], rows, width):
        lines_above, rows = ends[titles - 1], rows[titles:]
    if not rows or lines_above > MOST_ABOVE:
        return Dialect(dialect.delimiter, width=width)
    first, data = rows[0], [row for row in rows[1:] if len(row) == width]
    has_header, why = _judge_header(first[:width], data)
    above = [line for line in text.splitlines()[:lines_above] if line.strip()]
    return Dialect(
        delimiter=dialect.delimiter,
        quote=dialect.quote,
        is_quoted=dialect.is_quoted,
        escape=dialect.escape,
        header=tuple(name.strip() for name in first[:width]) if has_header else (),
        has_header=has_header,
        why_header=why,
        lines_above=lines_above if above else 0,
        above=above[0] if above else "",
        comment=above[0][0] if above and _are_comments(above) else "",
        width=width,
    )


def _titles(first: list[list[str]], rows: list[list[str]], width: int) -> int:
    """How many rows are titles above the header, filled up with empty fields."""
    for place, row in enumerate(first):
        if len(row) == width and all(value.strip() for value in row):
            data = [one for one in rows[place + 1 :] if len(one) == width]
            is_text = not any(kind_of_value(value) in TYPED for value in row)
            return place if place and is_text and _judge_header(row, data)[0] else 0
    return 0


def _are_comments(lines: list[str]) -> bool:
    """Whether all lines begin with the same sign."""
    sign = lines[0][0]
    return sign in "#%;!/-" and all(line.startswith(sign) for line in lines)


def _judge_header(first: list[str], data: list[list[str]]) -> tuple[bool | None, str]:
    """Whether the first row is a header, and why; None where it cannot be told."""
    typed = [kind_of_value(value) in TYPED for value in first]
    known = [name for name in first if is_known_name(name)]
    for place, value in enumerate(first):
        kinds = [kind_of_value(row[place]) for row in data[:1000] if row[place].strip()]
        share = sum(kind in TYPED for kind in kinds) / len(kinds) if kinds else 0
        if share >= 0.9 and value.strip() and not typed[place]:
            return True, f"{value!r} stands above numbers or times"
        if share >= 0.9 and typed[place] and not known:
            return False, f"the first line has the value {value!r} among its like"
    if known:
        return True, f"{known[0]!r} is a usual name of a column"
    if any(typed) or len(set(first)) < len(first):
        return False, "the first line has numbers, or a value twice"
    return None, "all columns are text, and no name in the first line is a usual one"

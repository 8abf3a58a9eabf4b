"""What a text value is: a number, a time, a word for nothing ... in Python and in SQL.

Both read the same patterns, in the order of this list; the first that matches counts.
"""

import re

from scripts.settings.build_settings import BuildSettings

# Words that a build takes for nothing; and others that programs write, which it would take
# for ids.
BUILD_NULL_WORDS = {
    word.lower()
    for word in BuildSettings.model_fields["null_words"].get_default(
        call_default_factory=True
    )
}
NULL_WORDS = BUILD_NULL_WORDS | {"nil", "(none)", "nat"}
ISO_DATE = r"\d{4}-\d{1,2}-\d{1,2}"
PATTERNS = {
    "whole number": r"[+-]?\d+",
    "whole number with .0": r"[+-]?\d+[.]0*",
    "number": r"[+-]?(\d+[.]\d+|[.]\d+)",
    "scientific notation": r"[+-]?\d+([.,]\d+)?[eE][+-]?\d+",
    "number with comma": r"[+-]?(\d{1,3}([. ]\d{3})+|\d+),\d+",
    # The second mark of the class is an apostrophe.
    "number with thousands": r"[+-]?\d{1,3}([,\x27]\d{3})+[.]\d+",
    "ISO time": ISO_DATE + r"([T ].*)?",
    "date": r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}\D.*|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}",
    "date with a name": (
        r"([A-Za-z]{3,9}[,.]? )?(\d{1,2}[ /-][A-Za-z]{3,9}|[A-Za-z]{3,9}[ -]\d{1,2}),?"
        r"[ /-].*\d.*"
    ),
    "true or false": r"(?i:true|false)",
}
NUMBERS = {
    "whole number",
    "whole number with .0",
    "number",
    "scientific notation",
    "number with comma",
    "number with thousands",
}
TIMES = {"ISO time", "date", "date with a name"}
# What the name of a column is not.
TYPED = NUMBERS | TIMES | {"true or false"}
COMPILED = {kind: re.compile(pattern) for kind, pattern in PATTERNS.items()}


def kind_of_value(value: str) -> str:
    """The kind of a value: one of PATTERNS, 'word for nothing', 'empty' or 'text'."""
    text = value.strip()
    if not text:
        return "empty"
    if text.lower() in NULL_WORDS:
        return "word for nothing"
    for kind, pattern in COMPILED.items():
        if pattern.fullmatch(text):
            return kind
    return "text"


def kind_in_sql(column: str) -> str:
    """The kind of a trimmed text, which is not null, as SQL of DuckDB."""
    words = ", ".join("'{}'".format(word.replace("'", "''")) for word in sorted(NULL_WORDS))
    cases = "\n".join(
        f"when regexp_full_match({column}, '{pattern}') then '{kind}'"
        for kind, pattern in PATTERNS.items()
    )
    return (
        f"case when lower({column}) in ({words}) then 'word for nothing'\n{cases}"
        "\nelse 'text' end"
    )

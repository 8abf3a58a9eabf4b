"""SQL in a mapping must be one expression: a text that ends it early could run anything."""

import functools
import json
import re
from typing import TYPE_CHECKING, Any

from scripts.settings.setting_error import refusal

if TYPE_CHECKING:
    import duckdb

# Names as Spark writes them. Only words: they can hide neither a quote nor a comment.
NAME_IN_BACKTICKS = re.compile(r"`([\w .]+)`")

# What can follow an expression in a statement without a table.
CLAUSES = ("where_clause", "group_expressions", "having", "qualify", "sample", "modifiers")


def check_expression(value: Any) -> Any:
    """One value for each row, as SQL; a number is SQL too."""
    if not isinstance(value, str | int | float) or not str(value).strip():
        raise refusal("an SQL expression such as \"'purchased'\"")
    text = str(value)
    trouble = _trouble(text)
    if trouble and _trouble(NAME_IN_BACKTICKS.sub(r'"\1"', text)):
        raise refusal(f"a single SQL expression ({trouble})")
    if _has_several_rows(text):
        raise refusal(
            "one value for each row; where each element of a list is a row, name the list"
            " in the setting unnest, such as unnest: items",
            text,
        )
    return value


def _has_several_rows(expression: str) -> bool:
    """Whether an expression makes several rows of one; a subquery may."""
    plain = re.sub(r"'[^']*'|--.*", "", expression.lower())
    is_unnested = re.search(r"\bunnest\s*\(", plain)
    return bool(is_unnested) and not re.search(r"\bselect\b", plain)


@functools.cache
def _parser() -> "duckdb.DuckDBPyConnection":
    """A database that parses; it runs nothing of a mapping."""
    import duckdb

    return duckdb.connect(config={"threads": 1, "enable_external_access": False})


@functools.cache
def _trouble(text: str) -> str | None:
    """Why a text is not a single expression; None if it is one.

    It is parsed as it stands in a statement: in parentheses, with a line end before the
    second, because it may end in a comment.
    """
    import duckdb

    statement = f"select cast((\n{text}\n) as varchar)"
    try:
        row = (
            _parser()
            .execute("select json_serialize_sql($statement)", {"statement": statement})
            .fetchone()
        )
    except duckdb.Error as error:
        return str(error).split("\n")[0]
    assert row is not None
    found = json.loads(row[0])
    if found["error"]:
        return str(found["error_message"]).split("\n")[0]
    statements = found["statements"]
    query = statements[0]["node"]
    is_single = (
        len(statements) == 1
        and query["type"] == "SELECT_NODE"
        and [one["type"] for one in query["select_list"]] == ["OPERATOR_CAST"]
        and query["from_table"]["type"] == "EMPTY"
        and not any(query[clause] for clause in CLAUSES)
    )
    return None if is_single else "it goes on behind the expression"

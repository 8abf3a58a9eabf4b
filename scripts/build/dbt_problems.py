"""What failed in a dbt run, as sentences for the user, from dbt's own results."""

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from scripts import resource_limits
from scripts.build.dbt_environment import as_option, dbt_environment
from scripts.build.expressions import failed_expression
from scripts.build.log_source import matching
from scripts.build.text_encodings import why_not_utf8
from scripts.build_folder import BuildFolder
from scripts.workspace import with_own_tables

# What dbt writes above a message: "Compilation Error in model x (models/x.sql)".
HEADING = re.compile(r"([A-Z]\w+ )*Error( in [a-z_ ]+ .+)?")

# What to do where a model cannot read what it reads.
EXPRESSION_MODELS = ("stg_raw_log", "stg_log_rows")
ADVICE = {
    **dict.fromkeys(
        EXPRESSION_MODELS,
        "Check row_filter, expressions and time_format in the mapping.",
    ),
    **dict.fromkeys(
        ("stg_als_rankings", "stg_fitted_weights", "stg_return_propensity"),
        "Remove the file, or write it again with `audience evidence`.",
    ),
}


def explain(
    folder: BuildFolder, target: Path, variables: dict[str, Any]
) -> tuple[list[str], list[str]]:
    """Problems and warnings of the run, from dbt's run results."""
    results_file = target / "run_results.json"
    try:
        outcome = json.loads(results_file.read_text(encoding="utf-8"))
    except ValueError:
        return [], []  # Killed, or out of disk, while it wrote them.
    results = outcome["results"]
    engine = outcome["args"].get("target") or "duckdb"

    def found(query: str) -> list[str]:
        if engine == "spark":
            return _found_by_spark(folder, query, variables)
        return _found_by_duckdb(folder, query)

    problems, warnings = [], []
    for result in results:
        if result["status"] in ("error", "runtime error"):
            problem = one_sentence(result["message"] or "")
            model = result["unique_id"].split(".")[-1]
            # The project's own messages say what to do; DuckDB's do not.
            if model in ADVICE and "Error:" in problem:
                found_cause = (
                    failed_expression(variables)
                    if model in EXPRESSION_MODELS and engine == "duckdb"
                    else None
                )
                problem = found_cause or f"{problem} {ADVICE[model]}"
            problems.append(problem)
        elif result["status"] == "fail":
            problems.extend(_explain_test(target, result, found))
        elif result["status"] == "warn":
            warnings.extend(_explain_test(target, result, found))
    if any("unreadable line" in problem for problem in problems):
        problems.append(why_not_utf8(matching(str(variables["log"]))))
    # Several nodes may fail of one cause.
    return _distinct(problems), _distinct(warnings)


def _distinct(found: list[str]) -> list[str]:
    """Each sentence once, about the tables that the user has written."""
    return list(dict.fromkeys(with_own_tables(text) for text in found if text))


def _explain_test(
    target: Path, result: dict[str, Any], found: Callable[[str], list[str]]
) -> list[str]:
    """What a test found: its own sentences if it has any, else where to look."""
    name = result["unique_id"].split(".")[2]
    if result["unique_id"].startswith("unit_test."):
        return [f"Unit test {name} failed: {one_sentence(result['message'] or '')}"]
    sentences = found(result.get("compiled_code") or "")
    if sentences:
        return sentences
    # The test's own message says what there is to say.
    query = next((target / "compiled").rglob(f"{name}.sql"), target / "compiled")
    return [f"Test {name} failed: {result['message']}. The query that finds them: {query}"]


def _found_by_duckdb(folder: BuildFolder, query: str) -> list[str]:
    """The sentences of a test that words its findings as `problem`."""
    try:
        with resource_limits.connect(folder, folder.warehouse) as connection:
            found = connection.execute(query)
            if [column[0] for column in found.description or []] == ["problem"]:
                return [row[0] for row in found.fetchmany(10)]
    except duckdb.Error:
        pass
    return []


def _found_by_spark(
    folder: BuildFolder, query: str, variables: dict[str, Any]
) -> list[str]:
    """The same, asked of Spark's tables by another dbt, which takes some seconds."""
    if not re.search(r"\bas problem\b", query):
        return []
    outcome = subprocess.run(
        [
            str(Path(sys.executable).with_name("dbt")),
            *("--quiet", "show", "--target", "spark", "--inline", query, "--limit", "10"),
            *("--output", "json", "--vars", as_option(variables)),
        ],
        # Results of their own, so that those of the build stay.
        env=dbt_environment(folder, folder.dbt_target / "show"),
        capture_output=True,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    start = outcome.stdout.find("{")
    try:
        rows = json.loads(outcome.stdout[start:])["show"] if start >= 0 else []
    except (json.JSONDecodeError, KeyError):
        return []
    return [row["problem"] for row in rows]


def one_sentence(message: str) -> str:
    """The cause out of a dbt error: without the heading, the call stack and file names."""
    message = message.split("Traceback (most recent call last)")[0]
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    kept = [
        line
        for line in lines
        if not line.startswith((">", "compiled code at", "Encountered an error", "^"))
    ]
    while len(kept) > 1 and HEADING.fullmatch(kept[0]):
        kept.pop(0)
    return " ".join(kept)

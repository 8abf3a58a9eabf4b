"""Run dbt in a process of its own, show how far it is, and say in words what failed.

A process of its own, because dbt keeps the warehouse locked until its process ends.
"""

import collections
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import yaml

from scripts import resource_limits
from scripts.build.parsed_project import parsed_project, prune
from scripts.build_folder import DBT_PROCESS, PROJECT, TIED_PROCESS, BuildFolder

# What dbt writes above a message: "Compilation Error in model x (models/x.sql)".
HEADING = re.compile(r"([A-Z]\w+ )*Error( in [a-z_ ]+ .+)?")

# What to do where a model cannot read what it reads.
ADVICE = {
    **dict.fromkeys(
        ("stg_raw_log", "stg_log_rows"),
        "Check row_filter, expressions and time_format in the mapping.",
    ),
    **dict.fromkeys(
        ("stg_als_rankings", "stg_fitted_weights"),
        "Remove the file, or write it again with `make evidence`.",
    ),
}


@dataclass(frozen=True)
class NodeResult:
    """What became of one model, seed or test.

    Attributes:
        kind: model, seed, test, unit_test or operation.
        status: dbt's own word: success, pass, warn, fail, error or skipped.
        seconds: time that it took.
    """

    name: str
    kind: str
    status: str
    seconds: float


@dataclass
class DbtRun:
    """The outcome of one dbt command.

    Attributes:
        exit_code: 0 where nothing failed.
        seconds: wall time, dbt's start included.
        problems: what failed, a sentence each.
        is_damaged: whether dbt came upon damage in the warehouse.
        warnings: tests that only warn, a sentence each.
        notes: what the project's macros say of the run, a sentence each.
    """

    exit_code: int
    seconds: float
    nodes: list[NodeResult] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_damaged: bool = False
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


NodeProgress = Callable[[int, int, NodeResult], None]


def run_dbt(
    command: list[str],
    variables: dict[str, Any],
    folder: BuildFolder,
    show: NodeProgress | None = None,
    *,
    target: Path | None = None,
    lock: int | None = None,
    environment: dict[str, str] | None = None,
) -> DbtRun:
    """Run a dbt command such as ["build"].

    Args:
        variables: for `--vars`.
        show: called after every node, with how many are done and how many there are.
        target: where dbt's artifacts go; the folder's own place for them if None.
        lock: file descriptor of the folder's lock, held as long as dbt runs.
        environment: more environment variables for dbt.
    """
    started = time.monotonic()
    target = target or folder.dbt_target
    earlier_results = _stamp(target)
    parsed = parsed_project(folder, variables, _option(command, "--target") or "duckdb")
    run = DbtRun(exit_code=0, seconds=0)
    errors: list[str] = []
    # What Python prints when dbt cannot start, or cannot write its log: the end is enough.
    outcry: collections.deque[str] = collections.deque(maxlen=50)
    process = subprocess.Popen(
        [
            # -P: modules are looked for where dbt's own program looks for them.
            *(sys.executable, "-P", str(TIED_PROCESS), str(DBT_PROCESS)),
            *("--log-format", "json", "--log-level-file", "warn"),
            *command,
            *("--vars", _flow(variables)),
        ],
        cwd=Path.cwd(),
        env=_environment(folder, target)
        | {"AUDIENCE_PARSED_PROJECT": str(parsed)}
        | (environment or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        pass_fds=() if lock is None else (lock,),
    )
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        # A daemon: a program that is ended must not wait for it.
        listener = threading.Thread(
            target=outcry.extend, args=(process.stderr,), daemon=True
        )
        listener.start()
        for line in process.stdout:
            _read_event(line, run, errors, show)
        run.exit_code = process.wait()
        listener.join()
    finally:
        # From its first moment on: dbt would wait for ever for a reader of its output.
        if process.poll() is None:
            process.terminate()
            process.wait()
        # Not earlier: this is what dbt holds on to.
        assert process.stdin is not None
        process.stdin.close()
    run.seconds = time.monotonic() - started
    prune(folder)
    # Where dbt could not write its results, those of an earlier run must not pass for them.
    if _stamp(target) != earlier_results:
        run.problems, run.warnings = _explain(folder, target, variables)
    said = "\n".join((*errors, *outcry, *run.problems))
    killed = resource_limits.explain_end(run.exit_code)
    wanting = resource_limits.explain(said, folder) if run.exit_code else None
    run.is_damaged = bool(run.exit_code) and "Corrupt database file" in said
    if killed or wanting:
        run.problems = [f"{killed or wanting}. Then build again"]
    elif any("CSV Parser state machine" in text for text in run.problems):
        run.problems = [
            f"{variables['log']} cannot be split into lines: some end in CR LF and some in"
            " LF. Write all of them with the same line end"
        ]
    elif run.exit_code and not run.problems:
        run.problems = [_one_sentence(text) for text in errors] or [
            f"dbt ended with exit code {run.exit_code} ({''.join(outcry).strip()[-300:]});"
            f" see {folder.dbt_logs}/dbt.log"
        ]
    return run


def _environment(folder: BuildFolder, target: Path) -> dict[str, str]:
    return (
        os.environ
        | resource_limits.dbt_environment(folder)
        | {
            "AUDIENCE_BUILD_DIR": str(folder.root),
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(folder.dbt_logs),
            "DBT_PROJECT_DIR": str(PROJECT),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DO_NOT_TRACK": "1",
        }
    )


def _option(command: list[str], name: str) -> str | None:
    return command[command.index(name) + 1] if name in command else None


def _flow(variables: dict[str, Any]) -> str:
    return yaml.safe_dump(variables, default_flow_style=True, width=10**9)


def _read_event(
    line: str, run: DbtRun, errors: list[str], show: NodeProgress | None
) -> None:
    try:
        event = json.loads(line)
    except json.JSONDecodeError:
        return  # A line that dbt could not write as a whole.
    info, data = event["info"], event.get("data", {})
    if info["name"] in (
        "LogModelResult",
        "LogSeedResult",
        "LogTestResult",
        "LogUnitTestResult",
        "LogNodeNoOpResult",
        "SkippingDetails",
    ):
        node = data.get("node_info", {})
        result = NodeResult(
            name=node.get("node_name", ""),
            kind=node.get("resource_type", ""),
            status=str(data.get("status", node.get("node_status", ""))).lower(),
            seconds=float(data.get("execution_time", 0)),
        )
        run.nodes.append(result)
        if show is not None:
            total = int(data.get("total", data.get("num_models", 0)))
            show(len(run.nodes), total, result)
    elif info["name"] == "JinjaLogInfo":
        run.notes.append(info["msg"])
    elif info["level"] == "error":
        errors.append(info["msg"])


def _stamp(target: Path) -> int | None:
    """When dbt's results were last written; None where there are none."""
    results_file = target / "run_results.json"
    return results_file.stat().st_mtime_ns if results_file.exists() else None


def _explain(
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
            problem = _one_sentence(result["message"] or "")
            model = result["unique_id"].split(".")[-1]
            # The project's own messages say what to do; DuckDB's do not.
            if model in ADVICE and "Error:" in problem:
                problem += f" {ADVICE[model]}"
            problems.append(problem)
        elif result["status"] == "fail":
            problems.extend(_explain_test(target, result, found))
        elif result["status"] == "warn":
            warnings.extend(_explain_test(target, result, found))
    # Several nodes may fail of one cause.
    return list(dict.fromkeys(problems)), list(dict.fromkeys(warnings))


def _explain_test(
    target: Path, result: dict[str, Any], found: Callable[[str], list[str]]
) -> list[str]:
    """What a test found: its own sentences if it has any, else where to look."""
    name = result["unique_id"].split(".")[2]
    if result["unique_id"].startswith("unit_test."):
        return [f"Unit test {name} failed: {_one_sentence(result['message'] or '')}"]
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
            *("--output", "json", "--vars", _flow(variables)),
        ],
        # Results of their own, so that those of the build stay.
        env=_environment(folder, folder.dbt_target / "show"),
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


def _one_sentence(message: str) -> str:
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

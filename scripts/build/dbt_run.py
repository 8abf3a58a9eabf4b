"""Run dbt in a process of its own, show how far it is, and say in words what failed.

A process of its own, because dbt keeps the warehouse locked until its process ends.
"""

import collections
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scripts import resource_limits
from scripts.build.dbt_environment import as_option, dbt_environment
from scripts.build.dbt_problems import explain, one_sentence
from scripts.build.log_source import side_inputs
from scripts.build.parsed_project import parsed_project, prune
from scripts.build_folder import DBT_PROCESS, TIED_PROCESS, BuildFolder


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
    """

    exit_code: int
    seconds: float
    nodes: list[NodeResult] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    is_damaged: bool = False
    warnings: list[str] = field(default_factory=list)


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
    stderr_tail: collections.deque[str] = collections.deque(maxlen=50)
    process = subprocess.Popen(
        [
            # -P: modules are looked for where dbt's own program looks for them.
            *(sys.executable, "-P", str(TIED_PROCESS), str(DBT_PROCESS)),
            *command,
            *("--vars", as_option(variables)),
        ],
        cwd=Path.cwd(),
        env=dbt_environment(folder, target)
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
            target=stderr_tail.extend, args=(process.stderr,), daemon=True
        )
        listener.start()
        for line in process.stdout:
            _read_line(line, run, errors, show)
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
        run.problems, run.warnings = explain(folder, target, variables)
    said = "\n".join((*errors, *stderr_tail, *run.problems))
    killed = resource_limits.explain_end(run.exit_code)
    shortage = resource_limits.explain(said, folder) if run.exit_code else None
    run.is_damaged = bool(run.exit_code) and "Corrupt database file" in said
    if killed or shortage:
        run.problems = [f"{killed or shortage}. Then build again"]
    elif any("CSV Parser state machine" in text for text in run.problems):
        run.problems = [
            "A CSV file cannot be split into lines: some of its lines end in CR LF and some"
            f" in LF. Look at {_inputs(variables)}, and write all lines with the same line"
            " end"
        ]
    elif run.exit_code and not run.problems:
        run.problems = [one_sentence(text) for text in errors] or [
            f"dbt ended with exit code {run.exit_code}:"
            f" {''.join(stderr_tail).strip()[-300:]}"
        ]
    return run


def _inputs(variables: dict[str, Any]) -> str:
    """The files that a build reads, the log first."""
    return " or ".join([variables["log"], *(path for _, path in side_inputs(variables))])


def _option(command: list[str], name: str) -> str | None:
    return command[command.index(name) + 1] if name in command else None


def _read_line(
    line: str, run: DbtRun, errors: list[str], show: NodeProgress | None
) -> None:
    try:
        said = json.loads(line)
    except json.JSONDecodeError:
        return  # What a Python model prints, or a line that was cut off.
    if "error" in said:
        errors.append(said["error"])
        return
    total = said.pop("total")
    node = NodeResult(**said | {"status": said["status"].lower()})
    run.nodes.append(node)
    if show is not None:
        show(len(run.nodes), total, node)


def _stamp(target: Path) -> int | None:
    """When dbt's results were last written; None where there are none."""
    results_file = target / "run_results.json"
    return results_file.stat().st_mtime_ns if results_file.exists() else None

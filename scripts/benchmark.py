"""Time whole builds at several scales, their models, and plain Polars beside them.

Every measured piece runs in a process of its own, so that its peak memory is its own.
`make bench SCALES='1 10'` writes build/bench/benchmark.md.
"""

import argparse
import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import yaml
from rich.console import Console

from scripts.benchmark_report import (
    COMPARED_TABLES,
    CONTENDERS,
    MEMORY_LIMIT,
    ScaleResult,
    Timing,
    WholeBuild,
    report,
)
from scripts.build import BuildError, dbt_progress
from scripts.build_folder import PROJECT, BuildFolder
from scripts.dbt_run import DbtRun, run_dbt
from scripts.marketplace_plan import GeneratorError, plan_log

ROUNDS = 3
Result = TypeVar("Result")


def in_own_process(function: Callable[..., Result], *arguments: object) -> Result:
    """Call a function in a new process."""
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawning) as pool:
        return pool.submit(function, *arguments).result()


def peak_megabytes(whose: int) -> float:
    """Peak memory of this process, or of the largest child that it has waited for."""
    return resource.getrusage(whose).ru_maxrss * 1024 / 1e6  # Linux counts in KiB.


def run_program(folder: BuildFolder, module: str, *arguments: str) -> str:
    """Run one of the project's programs; returns what it printed.

    Raises:
        BuildError: it failed.
    """
    program = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env=os.environ | {"AUDIENCE_BUILD_DIR": str(folder.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if program.returncode:
        raise BuildError(program.stderr.strip().removeprefix("error: "))
    return program.stdout


def is_whole(log: Path, interactions: int) -> bool:
    """Whether a log is there with so many interactions."""
    if not log.exists():
        return False
    count = duckdb.execute("select count(*) from read_parquet(?)", [str(log)])
    return count.fetchone() == (interactions,)


def build_whole(folder: BuildFolder, log: Path) -> tuple[Timing, float]:
    """Build and test everything from nothing; in a process of its own.

    Returns:
        What each model took beside others, and the wall time of `dbt build` in seconds.
    """
    shutil.rmtree(folder.root, ignore_errors=True)
    with dbt_progress(Console()) as show:
        run = run_dbt(["build"], {"log": str(log)}, folder, show)
    return model_timing(run), run.seconds


def build_models(folder: BuildFolder, log: Path) -> Timing:
    """Run all models one after the other, from nothing; in a process of its own."""
    shutil.rmtree(folder.root, ignore_errors=True)
    kinds = ("--resource-type", "seed", "--resource-type", "model")
    command = ["build", "--threads", "1", *kinds]
    return model_timing(run_dbt(command, {"log": str(log)}, folder))


def model_timing(run: DbtRun) -> Timing:
    """What dbt says of each model, and the peak memory of its process.

    Raises:
        BuildError: something failed.
    """
    if run.exit_code:
        raise BuildError("\n".join(run.problems))
    seconds = {node.name: node.seconds for node in run.nodes if node.kind == "model"}
    return Timing(seconds, peak_megabytes(resource.RUSAGE_CHILDREN))


def nodes_by_table(folder: BuildFolder) -> dict[str, list[dict[str, Any]]]:
    """Models and seeds that each compared table needs, from dbt's manifest, in order.

    What several tables need stands with the first of them.
    """
    nodes = json.loads((folder.dbt_target / "manifest.json").read_text())["nodes"]
    ids = {node["name"]: node_id for node_id, node in nodes.items()}
    seen: set[str] = set()

    def collect(node_id: str) -> list[dict[str, Any]]:
        if node_id in seen:
            return []
        seen.add(node_id)
        parents = nodes[node_id]["depends_on"].get("nodes", [])
        return [node for parent in parents for node in collect(parent)] + [nodes[node_id]]

    return {table: collect(ids[table]) for table in COMPARED_TABLES}


def evaluation_models(folder: BuildFolder) -> set[str]:
    """The models that measure how well rankings do, by the folders that they lie in."""
    nodes = json.loads((folder.dbt_target / "manifest.json").read_text())["nodes"]
    return {
        node["name"]
        for node in nodes.values()
        if node["resource_type"] == "model" and "evaluation" in node["fqn"]
    }


def run_plain_sql(folder: BuildFolder, database: Path) -> Timing:
    """Run the compared models' SQL, compiled by a dbt run; in a process of its own.

    Args:
        database: in a folder of its own; named like the warehouse, as compiled SQL is.
    """
    shutil.rmtree(database.parent, ignore_errors=True)
    database.parent.mkdir(parents=True)
    results = json.loads((folder.dbt_target / "run_results.json").read_text())["results"]
    compiled = {result["unique_id"]: result["compiled_code"] for result in results}
    seconds = dict.fromkeys(COMPARED_TABLES, 0.0)
    profile = yaml.safe_load((PROJECT / "profiles.yml").read_text(encoding="utf-8"))
    settings = profile["product_audience"]["outputs"]["duckdb"]["settings"]
    skipped = settings["disabled_compression_methods"]
    with duckdb.connect(database) as connection:
        connection.execute(
            f"set memory_limit = '{MEMORY_LIMIT}'; set TimeZone = 'UTC';"
            "set enable_progress_bar = false;"
            f"set disabled_compression_methods = '{skipped}'"
        )
        for table, nodes in nodes_by_table(folder).items():
            for node in nodes:
                is_seed = node["resource_type"] == "seed"
                query = compiled[node["unique_id"]]
                if is_seed:
                    query = f"from read_csv('{PROJECT / node['original_file_path']}')"
                kind = "view" if node["config"]["materialized"] == "view" else "table"
                connection.execute(f"create schema if not exists {node['schema']}")
                started = time.perf_counter()
                connection.execute(f"create {kind} {node['relation_name']} as {query}")
                seconds[table] += 0 if is_seed else time.perf_counter() - started
    return Timing(seconds, peak_megabytes(resource.RUSAGE_SELF))


def measure_whole_build(folder: BuildFolder, log: Path) -> WholeBuild:
    """Build, test and publish."""
    models, build_seconds = in_own_process(build_whole, folder, log)
    started = time.monotonic()
    run_program(folder, "scripts.publish")
    publish_seconds = time.monotonic() - started
    files = [file for file in folder.releases.rglob("*") if file.is_file()]
    return WholeBuild(
        models=models,
        build_seconds=build_seconds,
        publish_seconds=publish_seconds,
        warehouse_megabytes=folder.warehouse.stat().st_size / 1e6,
        release_megabytes=sum(file.stat().st_size for file in files) / 1e6,
    )


def measure(root: Path, scale: float, rounds: int, console: Console) -> ScaleResult:
    """Measure everything at one scale, in a folder of its own."""
    log, folder = root / "interactions.parquet", BuildFolder(root / "models")
    interactions = plan_log(scale).interactions
    if not is_whole(log, interactions):
        console.print(f"Scale {scale:g}: generating {interactions:,} interactions ...")
        run_program(
            folder, "scripts.generate_interactions", str(log), "--scale", f"{scale}"
        )
    console.print(f"Scale {scale:g}: building, testing and publishing ...")
    whole = measure_whole_build(BuildFolder(root / "build"), log)
    # Timings are noisy: what is compared takes turns, and the best run of each counts.
    measured: list[list[Timing]] = []
    for number in range(1, rounds + 1):
        alone = in_own_process(build_models, folder, log)
        needed = {
            table: sum(alone.seconds.get(node["name"], 0) for node in nodes)
            for table, nodes in nodes_by_table(folder).items()
        }
        database = root / "plain" / folder.warehouse.name
        plain = in_own_process(run_plain_sql, folder, database)
        polars = Timing(
            **json.loads(
                run_program(
                    folder, "scripts.benchmark_polars", str(log), str(root / "polars")
                )
            )
        )
        measured.append([alone, Timing(needed, alone.peak_megabytes), plain, polars])
        names = ("all models", *CONTENDERS)
        totals = [
            f"{name} {timing.total:.1f} s"
            for name, timing in zip(names, measured[-1], strict=True)
        ]
        console.print(f"  round {number}/{rounds}: {', '.join(totals)}", soft_wrap=True)
    best = [min(runs, key=lambda run: run.total) for runs in zip(*measured, strict=True)]
    worst = [max(run.total for run in runs) for runs in zip(*measured, strict=True)]
    return ScaleResult(
        scale=scale,
        interactions=interactions,
        whole=whole,
        alone=best[0],
        evaluation_seconds=sum(best[0].seconds[n] for n in evaluation_models(folder)),
        contenders=dict(zip(CONTENDERS, best[1:], strict=True)),
        slowest=dict(zip(CONTENDERS, worst[1:], strict=True)),
    )


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.benchmark",
        description="Time builds, models and a plain Polars program beside them, at each"
        " scale; writes bench/benchmark.md in the build folder.",
    )
    parser.add_argument(
        "scales", nargs="*", default=["1"], help="1 is 498,879 interactions (default 1)"
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"how many runs (default {ROUNDS})"
    )
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error(f"--rounds {options.rounds}, must be 1 or more")
    bench = BuildFolder.from_environment().root / "bench"
    console = Console()
    try:
        scales = sorted({_scale(text) for text in options.scales})
        results = [
            measure(bench / f"{scale:g}", scale, options.rounds, console)
            for scale in scales
        ]
        text = report(results, options.rounds)
        (bench / "benchmark.md").write_text(text, encoding="utf-8")
    except (GeneratorError, BuildError, OSError, duckdb.Error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("error: interrupted", file=sys.stderr)
        return 130
    print(f"\n{text}\nWritten to {bench / 'benchmark.md'}")
    return 0


def _scale(text: str) -> float:
    """A scale that a log can be planned for.

    Raises:
        GeneratorError: it is none.
    """
    try:
        scale = float(text)
    except ValueError as error:
        raise GeneratorError(f"scale {text}, must be a number such as 1 or 0.1") from error
    plan_log(scale)
    return scale


if __name__ == "__main__":
    sys.exit(main())

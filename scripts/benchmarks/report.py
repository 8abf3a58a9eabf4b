"""The report of a benchmark in Markdown."""

import itertools
import os
import platform
from importlib.metadata import version

from scripts import resource_limits
from scripts.benchmarks.builds import LARGEST_COMPARED_SCALE
from scripts.benchmarks.daily_refresh import SHORT_LOG
from scripts.benchmarks.polars_comparison import COMPARED_TABLES
from scripts.benchmarks.scale_result import ScaleResult
from scripts.benchmarks.waiting_times import waiting_rows

DBT_THREADS = resource_limits.dbt_threads()
# The other models share a row.
LISTED_MODELS = 30


def table(heading: str, rows: list[str]) -> str:
    """A Markdown table of lines such as `a | b`; all but the first column right-aligned."""
    rule = "---" + " | ---:" * heading.count("|")
    return "\n".join(f"| {line} |" for line in (heading, rule, *rows))


def report(results: list[ScaleResult]) -> str:
    """The report in Markdown, from results in the order of scale."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ("duckdb", "dbt-core", "dbt-duckdb", "polars")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    sections = [
        "# Benchmarks",
        "After this page you can tell what a build costs at each size of the log, which"
        " models take the time, and how fast the API answers.",
        f"{os.cpu_count()} cores, {memory:.0f} GB of memory; Python"
        f" {platform.python_version()}, {versions}. DuckDB may use"
        f" {resource_limits.memory_limit()} before it spills to disk; `dbt build` runs"
        f" {DBT_THREADS} of its models and tests at a time.",
        *report_waiting(results),
        "## Whole builds",
        "Models alone: the sum over all models, run one after the other, best of"
        f" {_rounds(results)}. *Evaluation* counts the models in the folders `evaluation`"
        " alone; the evidence also has the rankings at past cutoffs: One more day, below,"
        " shows the models with and without all of it. CPU time: of that run"
        " on all cores, dbt's own included."
        f" Beyond scale {LARGEST_COMPARED_SCALE} both are of the whole build, one by one."
        " `dbt build`: wall time of one run of all models and tests, dbt's start included,"
        " the peak memory of its process, and the most that it spilled to disk at a time.",
        table(
            "scale | interactions | models alone, s | per interaction, µs"
            " | of them evaluation, s | CPU time, s | `dbt build` with tests, s"
            " | peak memory, MB | spilled, MB",
            [
                f"{r.scale:g} | {r.interactions:,} | {r.alone.total:,.1f}"
                f" | {r.microseconds:.1f} | {r.evaluation_seconds:,.1f}"
                f" | {r.alone.cpu_seconds:,.0f}"
                f" | {r.whole.build_seconds:,.1f} | {r.whole.models.peak_megabytes:,.0f}"
                f" | {r.whole.temp_megabytes:,.0f}"
                for r in results
            ],
        ),
        table(
            "scale | warehouse, MB | release, MB | publish, s | its peak memory, MB",
            [
                f"{r.scale:g} | {r.whole.warehouse_megabytes:,.0f}"
                f" | {r.whole.release_megabytes:,.0f} | {r.whole.publish_seconds:,.1f}"
                f" | {r.whole.publish_megabytes:,.0f}"
                for r in results
            ],
        ),
        *report_growth(results),
        *report_days(results),
        *report_serving(results),
        *report_tables([result for result in results if result.contenders]),
    ]
    return "\n\n".join(sections) + "\n"


def _share(share: float) -> str:
    """A share of time; below 0 the noise is larger than what was measured."""
    return "below the noise" if share < 0 else f"{share:.0%}"


def _rounds(results: list[ScaleResult]) -> str:
    """How many runs the best is out of: 3, or 3 (1 at scale 100)."""
    first = results[0].rounds
    others = [f"{r.rounds} at scale {r.scale:g}" for r in results if r.rounds != first]
    return f"{first} ({', '.join(others)})" if others else f"{first}"


def report_waiting(results: list[ScaleResult]) -> list[str]:
    """What users wait for at scale 1."""
    return [
        text
        for result in results
        if result.scale == 1
        for text in (
            "## What you wait for",
            "At scale 1. The limit is what the project has set itself; the first version"
            " was measured on another machine. Builds are the first in their folder, so dbt"
            " parses the project. Look-ups: 64 connections of wrk, as a share of the same"
            " handler without a look-up; and the slowest hundredth at 1,000 connections, by"
            " wrk or h2load, whichever is larger. Cold: right after the start.",
            table("what | limit | first version | now", waiting_rows(result)),
        )
    ]


def report_days(results: list[ScaleResult]) -> list[str]:
    """What another day of the log costs."""
    measured = [(result, result.day_more) for result in results if result.day_more]
    if not measured:
        return []
    return [
        "## One more day",
        "A log with a file per day, built from nothing, and then another day's file, which"
        " leaves the evidence as it is. Models: one after the other. Of it dbt: the time"
        f" that the same models take on a log of {SHORT_LOG:,} interactions. The share"
        " compares what remains without it. `make build` and `make refresh`: wall time with"
        " tests and publishing. Served: until a running API answers from the new release.",
        table(
            "scale | days before | interactions of the day | all models, s (of it dbt)"
            " | models for the day, s (of it dbt) | share | `make build`, s"
            " | `make refresh`, s | share | served, s",
            [
                f"{result.scale:g} | {day.days} | {day.day_interactions:,}"
                f" | {day.all_models:.1f} ({day.least_all:.1f})"
                f" | {day.day_models:.1f} ({day.least_day:.1f})"
                f" | {_share(day.share_of_models)} | {day.build:.1f}"
                f" | {day.refresh:.1f} | {day.refresh / day.build:.0%} | {day.served:.1f}"
                for result, day in measured
            ],
        ),
    ]


def report_serving(results: list[ScaleResult]) -> list[str]:
    """The API over each release."""
    served = [(result, result.serving) for result in results if result.serving]
    if not served:
        return []
    questions = list(served[0][1].answers)
    rows = []
    for question in questions:
        cells = []
        for _, serving in served:
            found = serving.answers[question]
            rate = "" if found.rate is None else f"{found.rate:,.0f}"
            failed = f" ({found.failed} failed)" if found.failed else ""
            cells.append(f"{rate} | {found.p50:,.1f} | {found.p99:,.1f}{failed}")
        rows.append(" | ".join([question, *cells]))
    heading = ["call"]
    for result, _ in served:
        scale = f"{result.scale:g}"
        heading += [f"{scale}: per s", f"{scale}: p50, ms", f"{scale}: p99, ms"]
    return [
        "## The API over these releases",
        "Two workers with their default settings, on the same machine as the client."
        " Look-ups: wrk, 64 connections, random products of the whole catalogue, right"
        " after the start (cold) and then again (warm). The other calls: one after the"
        " other; p99 is the slowest of a few.",
        table(
            "scale | start to first answer, s | memory of a worker, MB",
            [
                f"{result.scale:g} | {serving.start_seconds:.1f}"
                f" | {serving.worker_megabytes:,.0f}"
                for result, serving in served
            ],
        ),
        table(" | ".join(heading), rows),
    ]


def report_tables(results: list[ScaleResult]) -> list[str]:
    """The compared tables, at each scale at which they are."""
    if not results:
        return []
    sections = [
        "## Two tables, compared with Polars",
        f"Seconds for {', '.join(f'`{name}`' for name in COMPARED_TABLES)} and the"
        f" models that they need. The programs take turns; the best of {_rounds(results)}"
        " runs counts. The start of a process and its imports are left out.",
        "(a) is what dbt reports for exactly these models, run one after the other: its own"
        " work per model is included, and its memory is that of a run of all models. (b) is"
        " the same compiled SQL in one DuckDB process, written to a database file. Polars"
        " writes Parquet files. The models do more: they count rejected rows by reason"
        " and find the log's window.",
    ]
    for result in results:
        runs = list(result.contenders.values())
        rows = [
            f"`{name}`, s | " + " | ".join(f"{run.seconds[name]:.2f}" for run in runs)
            for name in COMPARED_TABLES
        ]
        rows.append("both, s | " + " | ".join(f"{run.total:.2f}" for run in runs))
        slowest = " | ".join(f"{seconds:.2f}" for seconds in result.slowest.values())
        rows.append(f"the slowest run, s | {slowest}")
        peaks = " | ".join(f"{run.peak_megabytes:,.0f}" for run in runs)
        heading = f"scale {result.scale:g} | {' | '.join(result.contenders)}"
        sections.append(table(heading, [*rows, f"peak memory, MB | {peaks}"]))
    return sections


def report_growth(results: list[ScaleResult]) -> list[str]:
    """Growth from scale to scale, and seconds per model, slowest first."""
    steps = list(itertools.pairwise(results))
    growth = [
        f"{small.scale:g} to {large.scale:g}"
        f" | {large.interactions / small.interactions:.1f}"
        f" | {large.alone.total / small.alone.total:.1f}"
        f" | {large.microseconds / results[0].microseconds:.2f}"
        f" | {large.whole.build_seconds / small.whole.build_seconds:.1f}"
        for small, large in steps
    ]
    heading = ["model"]
    heading += [f"{r.scale:g} {how}, s" for r in results for how in ("alone", "in a build")]
    heading += [f"{a.scale:g} to {b.scale:g} alone, times" for a, b in steps]
    seconds = results[-1].alone.seconds
    slowest = sorted(seconds, key=lambda name: -seconds[name])
    rows = [_growth_row(f"`{name}`", [name], results) for name in slowest[:LISTED_MODELS]]
    if others := slowest[LISTED_MODELS:]:
        rows.append(_growth_row(f"{len(others)} others, together", others, results))
    return [
        "## Growth",
        table(
            "times as much | interactions | models alone"
            f" | models per interaction, of scale {results[0].scale:g} | `dbt build`",
            growth,
        )
        if steps
        else "One scale was measured; growth needs two.",
        "## Seconds per model",
        f"Alone: one model at a time, best of {_rounds(results)} runs of all; these add"
        " up. In a build: in the one `dbt build`, where models and tests share the cores;"
        " these overlap. Both include dbt's own time for a model.",
        table(" | ".join(heading), rows),
    ]


def _growth_row(label: str, names: list[str], results: list[ScaleResult]) -> str:
    """Seconds of some models at each scale, and their growth from one to the next."""
    alone = [sum(result.alone.seconds[name] for name in names) for result in results]
    in_build = [
        sum(result.whole.models.seconds[name] for name in names) for result in results
    ]
    cells = [f"{one:.2f} | {other:.2f}" for one, other in zip(alone, in_build, strict=True)]
    cells += [f"{large / small:.1f}" for small, large in itertools.pairwise(alone)]
    return " | ".join([label, *cells])

"""What a benchmark measures, and the Markdown report of it."""

import itertools
import os
import platform
from dataclasses import dataclass
from importlib.metadata import version

# What the Polars program writes too.
COMPARED_TABLES = ("stg_interactions", "customers", "product_audiences")
CONTENDERS = ("DuckDB by dbt (a)", "DuckDB without dbt (b)", "Polars")
MEMORY_LIMIT = os.environ.get("AUDIENCE_MEMORY_LIMIT", "4GB")
DBT_THREADS = os.environ.get("AUDIENCE_DBT_THREADS", "4")


@dataclass(frozen=True)
class Timing:
    """One measured run.

    Attributes:
        seconds: by model or table.
        peak_megabytes: the most memory (RSS) that its process held; MB are 10^6 bytes.
    """

    seconds: dict[str, float]
    peak_megabytes: float

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


@dataclass(frozen=True)
class WholeBuild:
    """A `dbt build` of all models and tests, and the release made of it.

    Attributes:
        models: while other models and tests run beside them.
        build_seconds: wall time, dbt's start included.
    """

    models: Timing
    build_seconds: float
    publish_seconds: float
    warehouse_megabytes: float
    release_megabytes: float


@dataclass(frozen=True)
class ScaleResult:
    """Everything measured at one scale.

    Attributes:
        alone: all models, one after the other, in the best of several rounds.
        evaluation_seconds: the part of it that measures how well rankings do.
        contenders: the compared tables, by who computed them, in the best round of each.
        slowest: seconds for all compared tables in the slowest round of each contender;
            far from the best where the machine was busy with something else.
    """

    scale: float
    interactions: int
    whole: WholeBuild
    alone: Timing
    evaluation_seconds: float
    contenders: dict[str, Timing]
    slowest: dict[str, float]


def table(heading: str, rows: list[str]) -> str:
    """A Markdown table of lines such as `a | b`; all but the first column right-aligned."""
    rule = "---" + " | ---:" * heading.count("|")
    return "\n".join(f"| {line} |" for line in (heading, rule, *rows))


def report(results: list[ScaleResult], rounds: int) -> str:
    """The report in Markdown, from results in the order of scale."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ("duckdb", "dbt-core", "dbt-duckdb", "polars")
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    sections = [
        "# Benchmark",
        f"{os.cpu_count()} cores, {memory:.0f} GB of memory; Python"
        f" {platform.python_version()}, {versions}. DuckDB may use {MEMORY_LIMIT} before it"
        f" spills to disk; `dbt build` runs {DBT_THREADS} models or tests at a time.",
        "## Whole builds",
        f"Models alone: the sum over all models, run one after the other, best of {rounds};"
        " those of the evaluation measure how well every ranking does."
        " `dbt build`: wall time of one run of all models and tests, dbt's start included,"
        " and the peak memory of its process.",
        table(
            "scale | interactions | models alone, s | of them evaluation, s"
            " | `dbt build` with tests, s"
            " | peak memory, MB | warehouse, MB | release, MB | publish, s",
            [
                f"{r.scale:g} | {r.interactions:,} | {r.alone.total:.1f}"
                f" | {r.evaluation_seconds:.1f}"
                f" | {r.whole.build_seconds:.1f} | {r.whole.models.peak_megabytes:,.0f}"
                f" | {r.whole.warehouse_megabytes:,.1f}"
                f" | {r.whole.release_megabytes:,.1f} | {r.whole.publish_seconds:.1f}"
                for r in results
            ],
        ),
        *report_growth(results, rounds),
        "## Three tables beside Polars",
        f"Seconds for {', '.join(f'`{name}`' for name in COMPARED_TABLES)} and what they"
        f" need; who computes them takes turns, and the best of {rounds} runs counts."
        " Without the start of a process and its imports.",
        "(a) is what dbt reports for exactly these models, run one after the other: its own"
        " work per model is included, and its memory is that of a run of all models. (b) is"
        " the same compiled SQL in one DuckDB process, written to a database file. Polars"
        " writes Parquet files. The models do more: they tell rejects apart and find the"
        " log's window. And they know a short cut that the Polars program does not take:"
        " the audience of most products is the top of the ranking itself.",
    ]
    for result in results:
        runs = list(result.contenders.values())
        rows = [
            f"`{name}`, s | " + " | ".join(f"{run.seconds[name]:.2f}" for run in runs)
            for name in COMPARED_TABLES
        ]
        rows.append("all three, s | " + " | ".join(f"{run.total:.2f}" for run in runs))
        slowest = " | ".join(f"{seconds:.2f}" for seconds in result.slowest.values())
        rows.append(f"the slowest run, s | {slowest}")
        peaks = " | ".join(f"{run.peak_megabytes:,.0f}" for run in runs)
        heading = f"scale {result.scale:g} | {' | '.join(result.contenders)}"
        sections.append(table(heading, [*rows, f"peak memory, MB | {peaks}"]))
    return "\n\n".join(sections) + "\n"


def report_growth(results: list[ScaleResult], rounds: int) -> list[str]:
    """Growth from scale to scale, and seconds per model, slowest first."""
    steps = list(itertools.pairwise(results))
    growth = [
        f"{small.scale:g} to {large.scale:g}"
        f" | {large.interactions / small.interactions:.1f}"
        f" | {large.alone.total / small.alone.total:.1f}"
        f" | {large.whole.build_seconds / small.whole.build_seconds:.1f}"
        for small, large in steps
    ]
    heading = ["model"]
    heading += [f"{r.scale:g} {how}, s" for r in results for how in ("alone", "beside")]
    heading += [f"{a.scale:g} to {b.scale:g} alone, times" for a, b in steps]
    slowest = sorted(results[-1].alone.seconds.items(), key=lambda item: -item[1])
    rows = []
    for name, _ in slowest:
        alone = [result.alone.seconds[name] for result in results]
        beside = [result.whole.models.seconds[name] for result in results]
        cells = [
            f"{one:.2f} | {other:.2f}" for one, other in zip(alone, beside, strict=True)
        ]
        cells += [f"{large / small:.1f}" for small, large in itertools.pairwise(alone)]
        rows.append(" | ".join([f"`{name}`", *cells]))
    return [
        "## Growth",
        table("times as much | interactions | models alone | `dbt build`", growth)
        if steps
        else "One scale only.",
        "## Seconds per model",
        f"Alone: one model at a time, best of {rounds} runs of all; these add up. Beside:"
        " in the one `dbt build`, where models and tests share the cores; these overlap."
        " Both include what dbt itself does for a model.",
        table(" | ".join(heading), rows),
    ]

"""Time whole builds at several scales: models, memory, disk, releases, the API, and Polars.

Each part runs in a process of its own, so that its peak memory can be measured.
`make bench SCALES='1 10 100'` writes build/bench/benchmark.md and growth.svg;
docs/benchmarks.md is a copy of the first. The measurements of a scale stay next to its log,
and `--kept` reports them again.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb
from rich.console import Console

from scripts.benchmarks.api_throughput import lookups_of, measure_servers
from scripts.benchmarks.builds import (
    LARGEST_COMPARED_SCALE,
    Timing,
    build_models,
    evaluation_models,
    in_own_process,
    measure_whole_build,
    run_audience,
)
from scripts.benchmarks.daily_refresh import measure_day_more
from scripts.benchmarks.growth_chart import growth_chart
from scripts.benchmarks.polars_comparison import CONTENDERS, compare_tables
from scripts.benchmarks.report import report
from scripts.benchmarks.scale_result import ScaleResult
from scripts.benchmarks.serving import measure_serving
from scripts.build.preconditions import BuildError
from scripts.build_folder import BuildFolder
from scripts.synthetic.marketplace_plan import GeneratorError, plan_log

LOOKUP_SECONDS, LOOKUP_WORKERS = 10, 2


def is_whole(log: Path, interactions: int) -> bool:
    """Whether the log exists and has so many interactions."""
    if not log.exists():
        return False
    count = duckdb.execute("select count(*) from read_parquet(?)", [str(log)])
    return count.fetchone() == (interactions,)


def measure(root: Path, scale: float, rounds: int, console: Console) -> ScaleResult:
    """Measure everything at one scale, in a folder of its own."""
    log, folder = root / "interactions.parquet", BuildFolder(root / "models")
    interactions = plan_log(scale).interactions
    if not is_whole(log, interactions):
        console.print(f"Scale {scale:g}: generating {interactions:,} interactions ...")
        run_audience(folder, "generate", "log", str(log), "--scale", f"{scale}")
    console.print(f"Scale {scale:g}: building, testing and publishing ...")
    built = BuildFolder(root / "build")
    is_compared = scale <= LARGEST_COMPARED_SCALE
    whole = measure_whole_build(built, log, one_by_one=not is_compared)
    serving = measure_serving(built)
    lookups = None
    if scale == 1:
        lookups = lookups_of(measure_servers(built, LOOKUP_SECONDS, LOOKUP_WORKERS)[0])
    # Timings are noisy: the contenders take turns, and the best run of each counts.
    measured: list[list[Timing]] = []
    for number in range(1, (rounds if is_compared else 1) + 1):
        alone = in_own_process(build_models, folder, log) if is_compared else whole.models
        compared = compare_tables(folder, log, root, alone) if is_compared else []
        measured.append([alone, *compared])
        totals = [
            f"{name} {timing.total:.1f} s"
            for name, timing in zip(("all models", *CONTENDERS), measured[-1], strict=False)
        ]
        console.print(f"  round {number}: {', '.join(totals)}", soft_wrap=True)
    day_more = measure_day_more(root, log) if is_compared else None
    best = [min(runs, key=lambda run: run.total) for runs in zip(*measured, strict=True)]
    worst = [max(run.total for run in runs) for runs in zip(*measured, strict=True)]
    return ScaleResult(
        scale=scale,
        interactions=interactions,
        rounds=len(measured),
        whole=whole,
        serving=serving,
        lookups=lookups,
        day_more=day_more,
        alone=best[0],
        evaluation_seconds=sum(best[0].seconds[n] for n in evaluation_models(built)),
        contenders=dict(zip(CONTENDERS, best[1:], strict=False)),
        slowest=dict(zip(CONTENDERS, worst[1:], strict=False)),
    )


def result_of(
    root: Path, scale: float, rounds: int, console: Console, *, is_kept: bool
) -> ScaleResult:
    """The measurements of a scale, new or kept.

    Raises:
        BuildError: nothing is kept.
    """
    kept = root / "result.json"
    if is_kept:
        if not kept.exists():
            raise BuildError(f"scale {scale:g} has not been measured: leave out --kept")
        return ScaleResult.from_json(kept.read_text(encoding="utf-8"))
    result = measure(root, scale, rounds, console)
    kept.write_text(result.to_json(), encoding="utf-8")
    return result


def write_report(bench: Path, scales: Sequence[str], rounds: int, *, is_kept: bool) -> str:
    """Measure some scales, write benchmark.md and growth.svg to a folder; returns the text.

    Args:
        scales: numbers; 1 is 498,879 interactions.
        rounds: how often to measure scales up to LARGEST_COMPARED_SCALE.
        is_kept: whether to report earlier measurements.

    Raises:
        GeneratorError: no log can have such a scale.
        BuildError, MeasurementError: something could not be measured.
    """
    console = Console()
    results = [
        result_of(bench / f"{scale:g}", scale, rounds, console, is_kept=is_kept)
        for scale in sorted({_scale(text) for text in scales})
    ]
    text = report(results)
    (bench / "benchmark.md").write_text(text, encoding="utf-8")
    (bench / "growth.svg").write_text(growth_chart(results), encoding="utf-8")
    return text


def _scale(text: str) -> float:
    """A scale as a number.

    Raises:
        GeneratorError: no log can have such a scale.
    """
    try:
        scale = float(text)
    except ValueError as error:
        raise GeneratorError(f"scale {text}, must be a number such as 1 or 0.1") from error
    plan_log(scale)
    return scale

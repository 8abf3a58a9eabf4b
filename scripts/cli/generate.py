"""Commands that generate synthetic data: log, experiments."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scripts.cli.error_reports import report_errors
from scripts.cli.options import examples

if TYPE_CHECKING:
    from scripts.synthetic.marketplace_truth import LogTruth


@click.group()
def generate() -> None:
    """Generate a synthetic log, or units of example experiments."""


@generate.command(
    epilog=examples(
        "audience generate log log.parquet --scale 10 --seed 7",
        "audience generate log log.csv --retention 0.4 --taste",
        "audience generate log log.csv --dirty 0.03",
        "audience generate log log.parquet --automated 3 --truth truth.parquet",
    )
)
@click.argument("output", type=click.Path(path_type=Path))
@click.option(
    "--scale", default=1.0, help="The size of the log; 1 is 498,879 interactions."
)
@click.option("--seed", default=1, help="The same options and seed generate the same log.")
@click.option(
    "--retention",
    type=float,
    show_default="as in the case study, 0.0305",
    help="Share of customers who return after the split.",
)
@click.option(
    "--taste",
    type=float,
    is_flag=False,
    flag_value=0.8,
    default=0.0,
    help="Share of a customer's later interactions that follow a taste; 0.8 without a"
    " number.",
)
@click.option(
    "--dirty",
    type=float,
    is_flag=False,
    flag_value=0.02,
    default=0.0,
    help="Share of broken rows, of every kind; 0.02 without a number.",
)
@click.option(
    "--automated",
    default=0,
    help="Number of customers to add, each with hundreds of interactions on one day.",
)
@click.option(
    "--truth",
    type=click.Path(path_type=Path),
    help="Also write the truth about each customer to this Parquet file.",
)
@click.option(
    "--memory-limit", default="4GB", help="How much memory DuckDB uses before it spills."
)
def log(
    output: Path,
    scale: float,
    seed: int,
    retention: float | None,
    taste: float,
    dirty: float,
    automated: int,
    truth: Path | None,
    memory_limit: str,
) -> None:
    """Write a synthetic marketplace log to OUTPUT.

    Its name ends in .parquet, .csv or .csv.gz.
    """
    started = time.monotonic()
    print(f"Writing {output} (scale {scale:g}, seed {seed}) ...", flush=True)
    with report_errors():
        from scripts.synthetic.interactions import generate as generate_log

        written = generate_log(
            output,
            scale,
            seed,
            retention,
            taste,
            dirty,
            memory_limit,
            automated=automated,
            truth=truth,
        )
        print(
            f"{written.interactions:,} interactions of {written.customers:,} customers with"
            f" {written.products:,} products"
            + (f", and {dirty:.1%} broken rows" if dirty else "")
            + f"; {output.stat().st_size / 1e6:,.1f} MB in"
            f" {time.monotonic() - started:.1f} s."
        )
        if automated:
            print(
                f"{automated:,} of the customers are automated; they have"
                f" {written.automated_interactions:,} of the interactions."
            )
        print(_describe(written.truth))
        if truth is not None:
            print(f"The truth about each customer is in {truth}.")


def _describe(truth: "LogTruth") -> str:
    """What a ranking of this log can reach."""
    if not truth.retention > 0:
        return (
            "No customer returns after the split, so no ranking can be told from another."
        )
    return (
        f"{truth.retention:.2%} of the customers seen before the split return after it;"
        f" {truth.oracle_lift * truth.retention:.2%} of the tenth with the highest planted"
        f" chance do (the oracle's lift: {truth.oracle_lift:.2f})."
    )


@generate.command(epilog=examples("audience generate experiments units.parquet"))
@click.argument("output", type=click.Path(path_type=Path))
def experiments(output: Path) -> None:
    """Write the units of two example experiments to OUTPUT.

    OUTPUT is a Parquet file: a row per customer, with arm and outcomes.
    """
    with report_errors():
        from scripts.synthetic.experiments import TRUTH, generate_experiments

        generate_experiments(output)
        units = sum(count for count, _ in TRUTH.values())
        print(f"Wrote {units:,} units to {output}.")

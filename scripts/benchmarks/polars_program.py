"""The clean log and the engagement score of each customer as one plain Polars program.

What a build is compared with: `stg_interactions` and `int_engagement_ranks` at default
settings, with the values that the models give, as Parquet files. It does no more: no
rejects, no product names, no checks. Its features are written by hand: a definition taken
from the models could not contradict them.
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import polars as pl

from scripts.build_folder import PROJECT

RECENCY_DAYS = 90


def read_interactions(log: Path) -> pl.DataFrame:
    """The clean log: one row per customer, product, event and time."""
    return (
        pl.scan_parquet(log)
        .select(
            "customer_id",
            "product_id",
            event=pl.col("event").str.strip_chars(" \t\n\r\xa0").str.to_lowercase(),
            event_at="event_date",
        )
        .drop_nulls()
        .filter(pl.col("event") != "")
        .unique()
        .with_columns(row_id=pl.lit(None, pl.String))
        .collect()
    )


def pair_customers_with_products(interactions: pl.DataFrame) -> pl.DataFrame:
    """One row per customer and product that have at least one interaction."""
    event_weights = pl.scan_csv(PROJECT / "seeds" / "event_weights.csv")
    return (
        interactions.lazy()
        .join(event_weights, on="event", how="left")
        .group_by("customer_id", "product_id")
        .agg(
            interaction_count=pl.len(),
            event_weight_sum=pl.col("weight").fill_null(1.0).sum(),
            first_interaction_at=pl.col("event_at").min(),
            last_interaction_at=pl.col("event_at").max(),
        )
        .collect()
    )


def rank_customers(customer_products: pl.DataFrame) -> pl.DataFrame:
    """One row per customer, best first: score and rank."""
    feature_weights: dict[str, float] = dict(
        pl.read_csv(PROJECT / "seeds" / "feature_weights.csv")
        .filter(pl.col("weight_set") == "published")
        .select("feature", "weight")
        .iter_rows()
    )
    first_day = pl.col("first_interaction_at").dt.date()
    last_day = pl.col("last_interaction_at").dt.date()
    days_active = (last_day - first_day).dt.total_days() + 1
    days_since_last = (last_day.max() - last_day).dt.total_days()
    return (
        customer_products.lazy()
        .group_by("customer_id")
        .agg(
            pl.col("first_interaction_at").min(),
            pl.col("last_interaction_at").max(),
            total_interactions=pl.col("interaction_count").sum().cast(pl.Int64),
            unique_products=pl.len().cast(pl.Int64),
            event_weight_sum=pl.col("event_weight_sum").sum(),
        )
        .with_columns(
            avg_event_score=pl.col("event_weight_sum") / pl.col("total_interactions"),
            interaction_frequency=pl.col("total_interactions") / days_active,
            recency_score=(-days_since_last / RECENCY_DAYS).exp(),
        )
        .with_columns(
            _min_max_normalized(feature).alias(f"{feature}_normalized")
            for feature in feature_weights
        )
        .with_columns(
            (pl.col(f"{feature}_normalized") * weight).alias(f"{feature}_contribution")
            for feature, weight in feature_weights.items()
        )
        .with_columns(
            engagement_score=pl.sum_horizontal(
                f"{feature}_contribution" for feature in feature_weights
            ).round(9, mode="half_away_from_zero")
        )
        .sort(
            "engagement_score",
            "last_interaction_at",
            "customer_id",
            descending=[True, True, False],
        )
        .with_row_index("engagement_rank", offset=1)
        .select(
            "customer_id",
            "engagement_score",
            pl.col("engagement_rank").cast(pl.Int64),
        )
        .collect()
    )


def _min_max_normalized(feature: str) -> pl.Expr:
    value = pl.col(feature)
    # 0 / 0 if all values are equal: such a feature does not rank customers.
    return ((value - value.min()) / (value.max() - value.min())).fill_nan(0.0)


def write_tables(log: Path, folder: Path) -> dict[str, float]:
    """Write both tables of a Parquet log to a folder.

    Args:
        log: with the columns customer_id, product_id (whole numbers), event and event_date
            (a timestamp in UTC).

    Returns:
        Seconds per table, computed and written, without Python's start and imports.
    """
    folder.mkdir(parents=True, exist_ok=True)
    seconds: dict[str, float] = {}
    started = time.perf_counter()

    def write(frame: pl.DataFrame, table: str) -> None:
        nonlocal started
        frame.write_parquet(folder / f"{table}.parquet")
        seconds[table] = time.perf_counter() - started
        started = time.perf_counter()

    interactions = read_interactions(log)
    write(interactions, "stg_interactions")
    customer_products = pair_customers_with_products(interactions)
    write(rank_customers(customer_products), "int_engagement_ranks")
    return seconds


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.benchmarks.polars_program",
        description="Write the clean log and the engagement scores with Polars;"
        " prints seconds per table and the peak memory in MB as JSON.",
    )
    parser.add_argument("log", type=Path, help="Parquet file of interactions")
    parser.add_argument("folder", type=Path, help="folder for both Parquet files")
    options = parser.parse_args(arguments)
    try:
        seconds = write_tables(options.log, options.folder)
    except (OSError, pl.exceptions.PolarsError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    # Linux counts in KiB.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
    print(json.dumps({"seconds": seconds, "peak_megabytes": peak}))
    return 0


if __name__ == "__main__":
    sys.exit(main())

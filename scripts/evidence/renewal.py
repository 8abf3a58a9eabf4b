"""Renew the evidence: what `audience evidence` runs.

Builds the training data, ranks customers by collaborative filtering, and fits weights of
the score at an earlier cutoff; then builds and tests everything, which measures all
rankings, publishes a release, and writes a report that opens in a browser.
"""

import duckdb
from rich.console import Console
from rich.table import Table

from scripts import resource_limits
from scripts.build.build_request import BuildRequest
from scripts.build.input_fingerprint import fingerprint_of_inputs
from scripts.build.model_build import dbt_build
from scripts.build.pipeline import build_and_publish, prepare, timed
from scripts.build.preconditions import check_writable
from scripts.build_folder import BuildFolder, shown
from scripts.evidence import als_ranking, return_propensity, weight_fitting
from scripts.evidence.refitting import LISTS_DATA
from scripts.evidence.report import write_report
from scripts.releases.evidence_state import forget_state
from scripts.releases.publish import drift_check
from scripts.releases.release_folder import Release
from scripts.releases.run_history import recorded_run

# The models that the programs read; dbt builds them and everything before them.
TRAINING_DATA = ["int_training_log", "int_weight_fitting", "int_propensity_examples"]
TRAINING_DATA += LISTS_DATA


def gather(folder: BuildFolder, console: Console, request: BuildRequest) -> Release:
    """Renew the evidence, publish it, and write the report.

    Raises:
        BuildError, EvidenceError, FolderInUseError, LogSourceError, ReleaseError,
        GeneratorError: nothing was published.
    """
    resource_limits.check_environment()
    check_writable(folder)
    timings: dict[str, float] = {}
    with recorded_run(folder, "evidence") as run, folder.lock() as lock:
        settings = prepare(folder, console, request, timings)
        forget_state(folder)
        console.print("Dividing the log ...")
        with timed("divide the log", timings):
            selection = ["--indirect-selection", "cautious", "--select"]
            # With all tables that grow: the next build can only go on if they are complete.
            selection += ["+config.materialized:incremental"]
            selection += [f"+{name}" for name in TRAINING_DATA]
            dbt_build(folder, console, settings, lock, *selection)
        console.print("Ranking customers by collaborative filtering (ALS) ...")
        with timed("ALS", timings):
            als_ranking.fit_past(folder, als_ranking.print_progress)
        with timed("fit weights", timings):
            weight_fitting.fit(folder)
            return_propensity.fit(folder)
        # Not earlier: the build reads the files that were just written.
        run.inputs = fingerprint_of_inputs(folder, settings)
        check = drift_check(folder, request.target, run, request.accepted_drift)
        release, _ = build_and_publish(
            folder,
            console,
            settings,
            request.keep,
            lock,
            timings,
            check,
            renews_evidence=True,
        )
        run.publish(release)
        with timed("report", timings):
            report = write_report(release, folder.evidence / "report.html")
    print_evidence(console, release)
    steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in timings.items())
    console.print(
        f"\nReport {shown(report)}\nRelease {release.release_id}\n"
        f"{steps[0].upper()}{steps[1:]}.",
        soft_wrap=True,
    )
    return release


def print_evidence(console: Console, release: Release) -> None:
    """Print the figures behind the conclusion, and the conclusion."""
    with duckdb.connect(release.database, read_only=True) as connection:
        lists = Table(
            title="\nOf ten customers named for a product, those who touch it later",
            title_justify="left",
            box=None,
        )
        for heading in ("recommender", "precision", "95 % interval", "hit rate", "NDCG"):
            lists.add_column(
                heading, justify="left" if heading == "recommender" else "right"
            )
        for name, precision, low, high, hit_rate, ndcg in connection.execute(
            "select recommender,"
            " max(value) filter (metric = 'precision'),"
            " max(value_low) filter (metric = 'precision'),"
            " max(value_high) filter (metric = 'precision'),"
            " max(value) filter (metric = 'hit_rate'),"
            " max(value) filter (metric = 'ndcg')"
            " from offline_metrics"
            " where population = 'all' and slice_by = 'nothing' and k = 10"
            " group by recommender order by 2 desc, 1"
        ).fetchall():
            lists.add_row(
                name,
                f"{precision:.4%}",
                f"{low:.4%} to {high:.4%}",
                f"{hit_rate:.3%}",
                f"{ndcg:.5f}",
            )
        console.print(lists)
        lift = Table(
            title="\nOf the top tenth, times as many as of a random tenth; and AUC",
            title_justify="left",
            box=None,
        )
        lift.add_column("ranking")
        for heading in ("come back", "95 % interval", "all cutoffs", "purchase"):
            lift.add_column(heading, justify="right")
        for heading in ("AUC", "95 % interval"):
            lift.add_column(heading, justify="right")
        for name, *figures in connection.execute(
            "with tenths as (select *, origin = max(origin) over () as is_split"
            " from targeting_lift where decile = 1)"
            " select ranking,"
            " max(lift) filter (is_split and outcome = 'interaction'),"
            " max(lift_low) filter (is_split and outcome = 'interaction'),"
            " max(lift_high) filter (is_split and outcome = 'interaction'),"
            " min(lift) filter (outcome = 'interaction'),"
            " max(lift) filter (outcome = 'interaction'),"
            " max(lift) filter (is_split and outcome = 'purchased'),"
            " max(auc) filter (is_split and outcome = 'interaction'),"
            " max(auc_low) filter (is_split and outcome = 'interaction'),"
            " max(auc_high) filter (is_split and outcome = 'interaction')"
            " from tenths left join (select origin, ranking, outcome, auc, auc_low,"
            " auc_high from ranking_auc) using (origin, ranking, outcome)"
            " group by ranking order by 2 desc nulls last, 1"
        ).fetchall():
            value, low, high, least, most, purchased, *auc = (
                "-" if figure is None else f"{figure:.2f}" for figure in figures
            )
            ranges = f"{low} to {high}", f"{least} to {most}"
            lift.add_row(name, value, *ranges, purchased, auc[0], f"{auc[1]} to {auc[2]}")
        console.print(lift)
        statements = connection.execute(
            "select statement from evidence_conclusions order by statement_number"
        ).fetchall()
    console.print("\nConclusion\n" + " ".join(row[0] for row in statements))

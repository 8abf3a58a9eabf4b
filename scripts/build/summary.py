"""The summary of a build: the log, the verdict, the audiences and the release."""

from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from scripts.build.campaign_summary import print_campaigns, print_holdout
from scripts.build.dbt_run import DbtRun
from scripts.build.ranking_summary import print_rankings
from scripts.build_folder import shown
from scripts.releases.release_folder import Release


def print_summary(
    console: Console, release: Release, run: DbtRun, timings: dict[str, float]
) -> None:
    """Print the summary of a published release; every figure is read from the release."""
    with duckdb.connect(release.database, read_only=True) as connection:
        console.print()
        _print_rows(console, connection)
        _print_profile(console, connection)
        _print_automated(console, connection)
        _print_feedback(console, connection)
        _print_verdict(console, connection)
        print_rankings(console, connection, release.manifest.get("serving", {}))
        _print_audiences(console, connection)
        print_campaigns(console, connection)
        print_holdout(console, connection)
        _print_experiments(console, connection)
    for warning in run.warnings:
        console.print(f"Note: {warning}", style="yellow", soft_wrap=True)
    _print_release(console, release, run, timings)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> dict[str, Any]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or []]
    return dict(zip(names, result.fetchone() or (), strict=True))


def _figures(title: str) -> Table:
    table = Table(title=title, title_justify="left", show_header=False, box=None)
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    return table


def _percent(share: float | None) -> str:
    return "not measurable" if share is None else f"{share:.2%}"


def _print_rows(console: Console, connection: duckdb.DuckDBPyConnection) -> None:
    table = _figures("Rows of the log")
    rows = connection.execute(
        "select outcome, sum(row_count), sum(row_share) from row_accounting"
        " where input = 'log' group by outcome"
        " order by outcome = 'rejected', outcome = 'filtered', outcome"
    ).fetchall()
    for outcome, count, share in rows:
        if count or outcome in ("accepted", "rejected"):
            table.add_row(f"{count:,}", f"{outcome} ({_percent(share)})")
    rejects = connection.execute(
        "select reason, row_count, example_line, example_file"
        " from row_accounting"
        " where input = 'log' and outcome = 'rejected' and row_count > 0"
        " order by row_count desc, reason limit 5"
    ).fetchall()
    for reason, count, line, file in rejects:
        table.add_row(f"{count:,}", f"  {reason}; the first in {file}, line {line}")
    console.print(table, highlight=False)


def _print_profile(console: Console, connection: duckdb.DuckDBPyConnection) -> None:
    profile = _one(
        connection,
        "select *, first_interaction_at::date::text as first_day,"
        " last_interaction_at::date::text as last_day from dataset_profile",
    )
    table = _figures("\nThe log")
    table.add_row(
        f"{profile['interaction_count']:,}",
        f"interactions from {profile['first_day']} to {profile['last_day']}",
    )
    table.add_row(
        f"{profile['customer_count']:,}",
        f"customers, {_percent(profile['one_time_customer_share'])} of them seen once",
    )
    table.add_row(
        f"{profile['product_count']:,}",
        f"products; {_percent(profile['new_product_share'])} of those seen after the split"
        " are new",
    )
    table.add_row(
        _percent(profile["retention_rate"]),
        "of the customers before the split return"
        f" ({_percent(profile['returning_share_of_late'])} of those after it are"
        " returning)",
    )
    for days, share in connection.execute(
        "select retention_days, retained_share from customer_retention order by 1"
    ).fetchall():
        table.add_row(
            _percent(share), f"are still seen {days} days after their first visit"
        )
    console.print(table, highlight=False)


def _print_automated(console: Console, connection: duckdb.DuckDBPyConnection) -> None:
    traffic = _one(connection, "from automated_traffic")
    if not traffic["customer_count"]:
        return
    outcome = (
        "are set aside"
        if traffic["is_excluded"]
        else "count like others (setting automated: exclude sets them aside)"
    )
    console.print(
        f"\nAutomated traffic\n{traffic['interaction_count']:,} interactions of"
        f" {traffic['customer_count']:,} customers whose rate no person reaches"
        f" (up to {traffic['most_in_a_day']:,} on a day and"
        f" {traffic['most_in_a_minute']:,} in a minute) {outcome}.",
        highlight=False,
    )


def _print_feedback(console: Console, connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select event, effect, row_count, customer_count from feedback_counts"
        " where row_count > 0 order by effect, event"
    ).fetchall()
    if not rows:
        return
    table = _figures("\nFeedback")
    for event, effect, count, customers in rows:
        table.add_row(f"{count:,}", f"{event} of {customers:,} customers ({effect})")
    console.print(table, highlight=False)


def _print_verdict(console: Console, connection: duckdb.DuckDBPyConnection) -> None:
    verdict = _one(connection, "from viability_verdict")
    console.print(
        f"\nVerdict\n{verdict['explanation']} Served: {verdict['recommended_approach']}.",
        highlight=False,
    )


def _print_audiences(console: Console, connection: duckdb.DuckDBPyConnection) -> None:
    table = Table(title="\nFirst customers", title_justify="left", box=None)
    for heading in ("rank", "customer", "score", "interactions", "products", "last seen"):
        table.add_column(heading, justify="left" if heading == "customer" else "right")
    for row in connection.execute(
        "select customer_rank, customer_id, customer_score, total_interactions,"
        " unique_products, last_interaction_at::date::text from customers"
        " where customer_rank <= 5 order by customer_rank"
    ).fetchall():
        table.add_row(
            f"{row[0]}",
            f"{row[1]}",
            f"{row[2]:.4f}",
            f"{row[3]:,}",
            f"{row[4]:,}",
            row[5],
        )
    console.print(table, highlight=False)
    concentration = dict(
        connection.execute(
            "select measure, value from audience_concentration"
            " where audience = 'product audiences'"
        ).fetchall()
    )
    if concentration["distinct customers"]:
        console.print(
            f"\nAudiences\n{concentration['distinct customers']:,.0f}"
            " customers fill all audiences;"
            f" {_percent(concentration['most common list share'])} of the products share"
            " one list.",
            highlight=False,
        )
    else:
        console.print("\nAudiences\nNone: no product has a customer left to contact.")


def _print_experiments(console: Console, connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select experiment_id, verdict, unit_count from experiment_verdicts order by 1"
    ).fetchall()
    if not rows:
        return
    table = Table(title="\nExperiments", title_justify="left", box=None)
    table.add_column("experiment")
    table.add_column("verdict")
    table.add_column("units", justify="right")
    for name, verdict, units in rows:
        table.add_row(name, verdict, f"{units:,}")
    console.print(table)


def _print_release(
    console: Console, release: Release, run: DbtRun, timings: dict[str, float]
) -> None:
    by_kind: dict[str, list[float]] = {}
    kinds = dict.fromkeys(("model", "seed"), "models and seeds")
    kinds |= dict.fromkeys(("test", "unit_test"), "tests")
    for node in run.nodes:
        # dbt counts exposures and saved queries too, for which there is nothing to do.
        if node.kind in kinds:
            by_kind.setdefault(kinds[node.kind], []).append(node.seconds)
    steps = ", ".join(f"{step} {seconds:.1f} s" for step, seconds in timings.items())
    console.print(
        f"\nRelease {release.release_id}\n{shown(release.database)}\n"
        + ", ".join(f"{len(times)} {kind}" for kind, times in sorted(by_kind.items()))
        + f". {steps[0].upper()}{steps[1:]}.",
        highlight=False,
        soft_wrap=True,
    )

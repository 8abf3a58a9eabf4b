"""The part of a build's summary about campaigns."""

import duckdb
from rich.console import Console
from rich.table import Table


def print_campaigns(console: Console, connection: duckdb.DuckDBPyConnection) -> None:
    """What each campaign contacts and costs, and what would have to come of it."""
    rows = connection.execute(
        "select campaign_id, product_count, reached_customer_count, contact_count,"
        " missing_count, planned_cost from campaign_summaries order by campaign_id"
    ).fetchall()
    if not rows:
        return
    table = Table(title="\nCampaigns", title_justify="left", box=None)
    table.add_column("campaign")
    for heading in ("products", "customers", "contacts", "missing", "cost"):
        table.add_column(heading, justify="right")
    for name, products, customers, contacts, missing, cost in rows:
        table.add_row(
            name,
            f"{products:,}",
            f"{customers:,}",
            f"{contacts:,}",
            f"{missing:,}",
            f"{cost:,.2f}",
        )
    console.print(table)
    _print_plans(console, connection)


def _print_plans(console: Console, connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        # The plan has round sizes: the nearest to the customers who are contacted.
        "select campaign_id, any_value(response_days), 100 * any_value(base_rate),"
        " 100 * first(response_rate order by"
        " abs(audience_size - reached_customer_count), audience_size),"
        " 100 * any_value(break_even_effect), any_value(audience_size) filter (is_best),"
        " bool_or(basis = 'experiment'),"
        " bool_and(profit_high < 0) filter (basis = 'experiment')"
        " from audience_plan join (select campaign_id, reached_customer_count"
        " from campaign_summaries) as reached using (campaign_id)"
        " group by campaign_id order by campaign_id"
    ).fetchall()
    if not rows:
        return
    table = Table(title="\nBuyers per 100 customers", title_justify="left", box=None)
    table.add_column("campaign", no_wrap=True)
    for heading in (
        "days",
        "anyway, of all eligible",
        "of those contacted",
        "needed on top",
        "best size",
    ):
        table.add_column(heading, justify="right")
    for name, days, of_all, of_contacted, break_even, best, is_measured, loses in rows:
        none = "none pays" if loses else "none shown to pay"
        table.add_row(
            name,
            f"{days}",
            f"{of_all:,.2f}",
            f"{of_contacted:,.2f}",
            "nothing pays" if break_even is None else f"{break_even:,.2f}",
            f"{best:,}" if best else none if is_measured else "not measured",
        )
    console.print(table)


def print_holdout(console: Console, connection: duckdb.DuckDBPyConnection) -> None:
    """How many customers no list contains, and what all lists together added."""
    current = connection.execute(
        "select held_out_customers, valid_until::text, holdout_share"
        " from holdout_periods where is_current"
    ).fetchone()
    if current is None:
        return
    customers, until, share = current
    found = connection.execute(
        "select conversions_added, conversions_added_low, conversions_added_high,"
        " period_from::text, until_on::text from holdout_effects"
        " where span = 'period so far' and conversions_added is not null"
        " order by until_on desc limit 1"
    ).fetchone()
    if found is None:
        effect = "No month of it has ended yet."
    else:
        added, low, high, first, last = found
        chance = "; chance explains it too" if low <= 0 <= high else ""
        effect = (
            f"From {first} to {last} all contacts together added {added:,.0f} buyers"
            f" (95 % interval: {low:,.0f} to {high:,.0f}{chance})."
        )
    console.print(
        f"\nGlobal holdout\n{customers:,} customers are in no list until {until}"
        f" (global_holdout_share: {share:g}). {effect}",
        highlight=False,
    )

"""Two logs whose customers follow a taste, built with a ranking that finds it."""

import csv
import json
import subprocess
from pathlib import Path

import duckdb

from scripts.build_folder import BuildFolder
from tests.conftest import run_audience
from tests.seed_rows import GOOD, RULE

# Six categories of ten products; each customer prefers one. Products 61 to 65 have
# attributes and no interaction.
CATEGORIES_LOG = """
copy (
    select
        customer as customer_id,
        product as product_id,
        if((customer * 7 + product * 3 + visit) % 9 = 0, 'purchased', 'cart') as event,
        timestamp '2023-01-01'
        + to_days(((customer * 37 + product * 11 + visit * 53) % 150)::int)
        + to_minutes((customer * 13 + product * 7) % 1440) as event_date
    from range(1, 91) as customers (customer), range(1, 61) as products (product),
        range(2) as visits (visit)
    where
        (customer * 7919 + product * 10473 + visit * 3571 + customer * product * 31) % 100
        < if((product - 1) // 10 = customer % 6, 30, 3)
) to '{log}'
"""
CATEGORIES_ATTRIBUTES = """
copy (
    select
        product as product_id,
        ['red', 'Blue', 'green', 'white', 'black', 'grey'][(product - 1) // 10 % 6 + 1]
            as category,
        ['small', 'large'][product % 2 + 1] as size
    from range(1, 66) as products (product)
) to '{attributes}'
"""

# Customers 6, 12 ... prefer products 1 to 10, and so on; they touch six of seven of them.
TASTE_LOG = """
copy (
    select
        customer as customer_id,
        product as product_id,
        'purchased' as event,
        timestamp '2023-01-01'
        + to_days(((customer * 37 + product * 11) % 150)::int)
        + to_minutes((customer * 13 + product * 7) % 1440) as event_date
    from range(1, 91) as customers (customer), range(1, 61) as products (product)
    where (product - 1) // 10 = customer % 6 and (customer * 5 + product * 3) % 7 > 0
) to '{log}'
"""
# Some of those who prefer products 1 to 10 come back later, for a new product.
LATER_LOG = """
copy (
    select
        customer as customer_id,
        61 as product_id,
        'purchased' as event,
        timestamp '2023-06-01' + to_minutes(customer) as event_date
    from range(6, 49, 6) as customers (customer)
) to '{log}'
"""


# Campaigns of all products. The second follows the order of customers.
CAMPAIGN = GOOD | {
    "starts_on": "2023-06-01",
    "ends_on": "2023-06-30",
    "audience_size": "4",
    "frequency_cap": "2",
}
CAMPAIGNS = (CAMPAIGN, CAMPAIGN | {"campaign_id": "by_profit", "objective": "profit"})


def build_by_combination(root: Path) -> subprocess.CompletedProcess[str]:
    """Build a log with categories, in which the combination serves products."""
    log, attributes = root / "log.csv", root / "attributes.csv"
    tables = root / "shop/tables"
    tables.mkdir(parents=True)
    for name, rows in {"campaigns": CAMPAIGNS, "campaign_rules": (RULE,)}.items():
        with (tables / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    (root / "shop/audience.yml").write_text("{}")
    with duckdb.connect() as connection:
        connection.execute(CATEGORIES_LOG.format(log=log))
        connection.execute(CATEGORIES_ATTRIBUTES.format(attributes=attributes))
    settings = {"ranking": "hybrid", "product_attributes": str(attributes), "top_n": 12}
    return run_audience(
        BuildFolder(root / "build"),
        "build",
        *("--log", str(log), "--vars", json.dumps(settings)),
        AUDIENCE_WORKSPACE=str(root / "shop"),
    )


def build_by_als(root: Path) -> subprocess.CompletedProcess[str]:
    """Build a log that ALS serves, then refresh it with a later file."""
    folder, log = BuildFolder(root / "build"), root / "log"
    log.mkdir()
    settings = json.dumps({"ranking": "als", "top_n": 12})
    with duckdb.connect() as connection:
        connection.execute(TASTE_LOG.format(log=log / "a.csv"))
        order = ("--log", str(log / "*.csv"), "--vars", settings)
        outcome = run_audience(folder, "build", *order)
        (root / "built.txt").write_text(outcome.stdout)
        if outcome.returncode:
            return outcome
        connection.execute(LATER_LOG.format(log=log / "b.csv"))
    return run_audience(folder, "refresh", "--accept-drift", "a new product")

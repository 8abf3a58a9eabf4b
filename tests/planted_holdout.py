"""A log with a planted effect and planted feedback, built with a global holdout.

Customers 1 to 3000 are first seen in January. From February on a customer buys in a month
with a probability of 3 %, or of 12 % if no holdout keeps them out of the lists. Customers
1 to 60 are the most active ones, with feedback on products 1 to 4 at the end of the log.
"""

import hashlib
import json
import subprocess
from pathlib import Path

import duckdb

from scripts.build_folder import BuildFolder
from tests.conftest import run_audience

CUSTOMERS = 3000
SHARE = 0.2
PERIODS = ("2023-02-01", "2023-04-01", "2023-06-01")
RATE, ADDED = 0.03, 0.09
# By event: the customers, and the product.
FEEDBACK = {
    "not_interested": (range(1, 21), 1),
    "returned": (range(21, 31), 2),
    "complained": (range(31, 41), 3),
    "hidden": (range(41, 61), 4),
}


def draw(text: str) -> float:
    """A number from 0 to 1, as the holdout draws it from a text."""
    return int(hashlib.md5(text.encode()).hexdigest()[:7], 16) / 2**28


def is_held_out(customer: int, period_from: str) -> bool:
    """Whether a customer is held out in a period, by the definition in the docs."""
    return draw(f"holdout:{period_from}:{customer}") < SHARE


def rows() -> list[tuple[int, int, str, str]]:
    """The interactions: customer, product, event and time."""
    found = []
    for customer in range(1, CUSTOMERS + 1):
        views = 12 if customer <= 60 else 2
        for view in range(views):
            product = 5 + (customer * 7 + view * 11) % 36
            day = 1 + (customer + view) % 28
            found.append((customer, product, "view", f"2023-01-{day:02d} 10:00:{view:02d}"))
        for month in (2, 3, 4):
            period = PERIODS[0] if month < 4 else PERIODS[1]
            rate = RATE if is_held_out(customer, period) else RATE + ADDED
            if draw(f"buys:{month}:{customer}") < rate:
                times = 1 + (customer % 4 == 0)
                product = 5 + (customer * 13 + month) % 36
                found += [
                    (customer, product, "purchased", f"2023-{month:02d}-05 12:{n:02d}:00")
                    for n in range(times)
                ]
    for event, (customers, product) in FEEDBACK.items():
        found += [(one, product, event, "2023-04-14 09:00:00") for one in customers]
    # Each product of the feedback has another interaction.
    found += [(100 + n, n, "view", "2023-01-03 08:00:00") for n in range(1, 5)]
    # Known after the first period began: in no effect of February.
    found += [(9000 + n, 7, "purchased", "2023-02-10 08:00:00") for n in range(20)]
    return found


def write_inputs(workspace: Path) -> None:
    """A workspace with the log, a campaign, categories, and an event that mutes one."""
    tables = workspace / "tables"
    tables.mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            "create table log (customer_id bigint, product_id bigint, event text,"
            " event_date timestamp)"
        )
        planted = rows()
        connection.execute(
            "insert into log select unnest($customers), unnest($products),"
            " unnest($events), unnest($times)::timestamp",
            dict(
                zip(
                    ("customers", "products", "events", "times"),
                    map(list, zip(*planted, strict=True)),
                    strict=True,
                )
            ),
        )
        connection.execute(f"copy log to '{workspace / 'log.parquet'}'")
        connection.execute(
            "copy (select product as product_id, ['lamps', 'rugs', 'mugs', 'beds']"
            " [1 + product % 4] as category from range(1, 43) as products (product))"
            f" to '{workspace / 'products.csv'}'"
        )
    settings = {
        "log": "log.parquet",
        "product_attributes": "products.csv",
        "with_examples": False,
        "exclude": "none",
        "global_holdout_share": SHARE,
        "global_holdout_from": PERIODS[0],
        "global_holdout_months": 2,
        "event_weights": {"view": 1},
    }
    (workspace / "audience.yml").write_text(json.dumps(settings))
    (tables / "feedback_events.csv").write_text(
        "event,effect\nnot_interested,exclude_product\nReturned,exclude_product\n"
        "complained,opt_out\nhidden,mute_category\nnever_seen,opt_out\n"
    )
    (tables / "campaigns.csv").write_text(
        "campaign_id,campaign_name,is_active,starts_on,ends_on,audience_size,exclude,"
        "holdout_share,cost_per_contact,value_per_conversion\n"
        "always,Always,true,2023-04-01,2023-07-31,300,none,0,0.1,5\n"
    )
    (tables / "campaign_rules.csv").write_text(
        "campaign_id,subject,action,attribute,operator,value\n"
    )


def build(root: Path) -> subprocess.CompletedProcess[str]:
    """Build the log in a workspace in a folder."""
    workspace = root / "shop"
    write_inputs(workspace)
    return run_audience(
        BuildFolder(workspace / "build"), "build", AUDIENCE_WORKSPACE=str(workspace)
    )

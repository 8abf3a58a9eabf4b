"""Small campaigns, and the warehouse's own models that place their customers.

The models are compiled by dbt and run on made-up rows. Campaigns of a batch have their own
products; their customers are the same.
"""

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from scripts.build_folder import PROJECT
from tests.conftest import FinishedBuild

FIRST_DAY = date(2023, 4, 1)
MODELS = "models/intermediate/campaigns"
WEIGHTS = (0, 0.2, 0.5, 0.8, 1)
STEPS = (
    "int_campaign_rivals",
    "int_campaign_turns",
    "int_campaign_slots",
    "int_campaign_candidates",
    "int_campaign_open_products",
    "int_campaign_free_customers",
    "int_campaign_named_pairs",
    "int_campaign_completions",
    "int_campaign_placements",
)


@dataclass(frozen=True)
class Campaign:
    """A small campaign.

    Attributes:
        rooms: per customer, best first, how many audiences the cap leaves.
        needs: per product, the most popular first, how many customers it lacks.
        barred: pairs of product and customer that are not allowed.
        carts: pairs with the event that the campaign requires; None if it requires none.
        priority: its priority, if it shares its customers.
        days: its first and its last day, counted from 2023-04-01.
        likely: pairs with a signal, the most likely first.
        diversity, coverage: its weights for customers and products.
        profits: per customer, what a contact is expected to earn, where it was measured.
    """

    rooms: tuple[int, ...]
    needs: tuple[int, ...]
    barred: frozenset[tuple[int, int]]
    carts: frozenset[tuple[int, int]] | None
    priority: int | None = None
    days: tuple[int, int] = (0, 29)
    likely: tuple[tuple[int, int], ...] = ()
    diversity: float = 0
    coverage: float = 1
    profits: tuple[float | None, ...] = ()

    def may_meet(self, product: int, customer: int) -> bool:
        if (product, customer) in self.barred:
            return False
        return self.carts is None or (product, customer) in self.carts

    def most_places(self) -> int:
        """How many places the best assignment fills: a maximum flow."""
        customers, products = len(self.rooms), len(self.needs)
        size = customers + products + 2
        capacities = np.zeros((size, size), dtype=np.int32)
        capacities[-2, :customers] = self.rooms
        capacities[customers:-2, -1] = self.needs
        for product in range(products):
            for customer in range(customers):
                if self.may_meet(product, customer):
                    capacities[customer, customers + product] = 1
        flow = maximum_flow(csr_array(capacities), size - 2, size - 1)
        return int(flow.flow_value)


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    rooms = draw(st.lists(st.integers(0, 4), min_size=1, max_size=9))
    needs = draw(st.lists(st.integers(0, 5), min_size=1, max_size=7))
    pairs = st.tuples(st.integers(0, len(needs) - 1), st.integers(0, len(rooms) - 1))
    limit = len(rooms) * len(needs) * 3 // 4
    barred = frozenset(draw(st.lists(pairs, max_size=limit)))
    carts = draw(st.none() | st.frozensets(pairs, max_size=limit))
    likely = [] if carts is not None else draw(st.lists(pairs, max_size=9, unique=True))
    return Campaign(
        tuple(min(room, len(needs)) for room in rooms),
        tuple(needs),
        barred,
        carts,
        likely=tuple(
            (product, customer)
            for product, customer in likely
            if needs[product] and rooms[customer] and (product, customer) not in barred
        ),
        diversity=draw(st.sampled_from(WEIGHTS)),
        coverage=draw(st.sampled_from(WEIGHTS)),
    )


@dataclass(frozen=True)
class Warehouse:
    """The tables of the models, as dbt passes them to a Python model."""

    connection: duckdb.DuckDBPyConnection

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(f"intermediate.{name}")

    def config(self, **settings: str) -> None:
        """A model sets its configuration here."""


Step = Callable[[duckdb.DuckDBPyConnection], Any]


def placement_models(build: FinishedBuild) -> dict[str, Step]:
    """The function that makes the table of each step."""
    compiled = build.folder.dbt_target / "compiled/product_audience" / MODELS
    steps: dict[str, Step] = {}
    for name in STEPS:
        if (PROJECT / MODELS / f"{name}.py").exists():
            path = PROJECT / MODELS / f"{name}.py"
            spec = importlib.util.spec_from_file_location(name, path)
            assert spec is not None
            assert spec.loader is not None
            module = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(module)
            steps[name] = lambda connection, model=module.model: model(
                Warehouse(connection), connection
            )
        else:
            query = (compiled / f"{name}.sql").read_text()
            steps[name] = lambda connection, query=query: connection.sql(query)
    return steps


def place(
    models: dict[str, Step], batch: list[Campaign]
) -> dict[int, list[tuple[int, int]]]:
    """Placed pairs of product and customer, by number of the campaign."""
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse")
    connection.execute("use warehouse; create schema staging; create schema intermediate")
    tables: dict[str, tuple[str, list[tuple[object, ...]]]] = {
        "staging.stg_campaigns": (
            "campaign_id text, is_active boolean, required_event text,"
            " required_within_days bigint, priority bigint, starts_on date, ends_on date,"
            " diversity_weight double, coverage_weight double",
            [
                (
                    f"{number}",
                    True,
                    None if campaign.carts is None else "cart",
                    None,
                    campaign.priority,
                    *(f"{FIRST_DAY + timedelta(days=day)}" for day in campaign.days),
                    float(campaign.diversity),
                    float(campaign.coverage),
                )
                for number, campaign in enumerate(batch)
            ],
        ),
        "intermediate.int_campaign_products": (
            "campaign_id text, product_id bigint, product_place bigint, open_count bigint",
            [
                (f"{number}", 100 * number + product, product + 1, need)
                for number, campaign in enumerate(batch)
                for product, need in enumerate(campaign.needs)
            ],
        ),
        "intermediate.int_campaign_order": (
            "campaign_id text, customer_id bigint, customer_rank bigint, capacity bigint,"
            " campaign_rank bigint, expected_profit double",
            [
                (f"{number}", customer, customer + 1, room, customer + 1, profit)
                for number, campaign in enumerate(batch)
                for customer, (room, profit) in enumerate(
                    zip_longest(campaign.rooms, campaign.profits)
                )
            ],
        ),
        "intermediate.int_campaign_exclusions": (
            "campaign_id text, product_id bigint, customer_id bigint",
            [
                (f"{number}", 100 * number + product, customer)
                for number, campaign in enumerate(batch)
                for product, customer in campaign.barred
            ],
        ),
        "intermediate.int_campaign_signals": (
            "campaign_id text, product_id bigint, customer_id bigint, signal_place bigint",
            [
                (f"{number}", 100 * number + product, customer, place + 1)
                for number, campaign in enumerate(batch)
                for place, (product, customer) in enumerate(campaign.likely)
            ],
        ),
        "intermediate.int_interactions": (
            "product_id bigint, customer_id bigint, event text, event_at timestamp",
            [
                (100 * number + product, customer, "cart", "2023-03-01")
                for number, campaign in enumerate(batch)
                for product, customer in campaign.carts or ()
            ],
        ),
        "intermediate.int_class_values": (
            "campaign_id text, score_class text, customer_count bigint,"
            " expected_profit double",
            [],
        ),
        "intermediate.int_log_window": ("as_of_at timestamp", [("2023-03-31",)]),
    }
    for table, (columns, rows) in tables.items():
        connection.execute(f"create table {table} ({columns})")
        if rows:
            connection.register(
                "made_up",
                pa.table(
                    [pa.array(column) for column in zip(*rows, strict=True)],
                    [column.split()[0] for column in columns.split(", ")],
                ),
            )
            connection.execute(f"insert into {table} from made_up")
    connection.execute(
        "create view intermediate.int_campaign_customers as"
        " from intermediate.int_campaign_order"
    )
    for name, step in models.items():
        made = step(connection)  # noqa: F841 - DuckDB finds it by name
        connection.execute(f"create table intermediate.{name} as from made")
    placed: dict[int, list[tuple[int, int]]] = {number: [] for number in range(len(batch))}
    for campaign_id, product, customer in connection.execute(
        "from intermediate.int_campaign_placements"
    ).fetchall():
        placed[int(campaign_id)].append((product - 100 * int(campaign_id), customer))
    connection.close()
    return placed

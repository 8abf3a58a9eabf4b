"""Placements of random small campaigns against the rules and the best assignment.

The tests run the warehouse's own models, compiled by dbt, on made-up rows. Many campaigns
run at once, each with its own customers and products.
"""

import importlib.util
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from scripts.build_folder import PROJECT
from tests.conftest import FinishedBuild

MODELS = "models/intermediate/campaigns"
STEPS = (
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
    """

    rooms: tuple[int, ...]
    needs: tuple[int, ...]
    barred: frozenset[tuple[int, int]]
    carts: frozenset[tuple[int, int]] | None

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
    return Campaign(
        tuple(min(room, len(needs)) for room in rooms),
        tuple(needs),
        frozenset(draw(st.lists(pairs, max_size=limit))),
        draw(st.none() | st.frozensets(pairs, max_size=limit)),
    )


batches = st.lists(campaigns(), min_size=1, max_size=25)


@dataclass(frozen=True)
class Warehouse:
    """The tables of the models, as dbt passes them to a Python model."""

    connection: duckdb.DuckDBPyConnection

    def ref(self, name: str) -> duckdb.DuckDBPyRelation:
        return self.connection.table(f"intermediate.{name}")

    def config(self, **settings: str) -> None:
        """A model sets its configuration here."""


Step = Callable[[duckdb.DuckDBPyConnection], Any]


@pytest.fixture(scope="module")
def models(dirty_build: FinishedBuild) -> dict[str, Step]:
    """The function that makes the table of each step."""
    compiled = dirty_build.folder.dbt_target / "compiled/product_audience" / MODELS
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
            " required_within_days bigint",
            [
                (f"{number}", True, None if campaign.carts is None else "cart", None)
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
        "intermediate.int_campaign_customers": (
            "campaign_id text, customer_id bigint, customer_rank bigint, capacity bigint",
            [
                (f"{number}", customer, customer + 1, room)
                for number, campaign in enumerate(batch)
                for customer, room in enumerate(campaign.rooms)
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
        "intermediate.int_interactions": (
            "product_id bigint, customer_id bigint, event text, event_at timestamp",
            [
                (100 * number + product, customer, "cart", "2023-03-01")
                for number, campaign in enumerate(batch)
                for product, customer in campaign.carts or ()
            ],
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


@pytest.mark.slow
@settings(max_examples=60)
@given(batch=batches)
def test_places_keep_the_rules_and_every_place_that_can_be_filled_is_filled(
    models: dict[str, Step], batch: list[Campaign]
) -> None:
    """Therefore at least half of the places of the best assignment are filled.

    With a required event at least two thirds are, because products take customers over.
    """
    for number, places in place(models, batch).items():
        campaign = batch[number]
        assert len(places) == len(set(places))
        assert all(campaign.may_meet(*pair) for pair in places)
        by_product = Counter(product for product, _ in places)
        by_customer = Counter(customer for _, customer in places)
        assert all(campaign.needs[product] >= n for product, n in by_product.items())
        assert all(campaign.rooms[customer] >= n for customer, n in by_customer.items())
        for product, need in enumerate(campaign.needs):
            for customer, room in enumerate(campaign.rooms):
                assert (
                    by_product[product] == need
                    or by_customer[customer] == room
                    or (product, customer) in places
                    or not campaign.may_meet(product, customer)
                )
        share = 1 / 2 if campaign.carts is None else 2 / 3
        assert len(places) >= share * campaign.most_places()


def test_nearly_all_places_of_the_best_assignment_are_filled(
    models: dict[str, Step],
) -> None:
    """Over 400 random campaigns; for a single campaign the bound is a half."""
    generator = np.random.default_rng(7)
    batch = []
    for number in range(400):
        customers, products = generator.integers(1, 12), generator.integers(1, 8)
        cap, size = generator.integers(1, 5), generator.integers(1, 6)
        density = generator.choice([0.05, 0.2, 0.5, 0.7])
        met = generator.random((2, products, customers)) < density
        batch.append(
            Campaign(
                (int(min(cap, products)),) * int(customers),
                (int(size),) * int(products),
                frozenset(map(tuple, np.argwhere(met[0]).tolist())),
                frozenset(map(tuple, np.argwhere(met[1]).tolist())) if number % 4 else None,
            )
        )
    placed = sum(len(places) for places in place(models, batch).values())
    best = sum(campaign.most_places() for campaign in batch)
    assert 0.99 * best <= placed <= best


def test_a_customer_is_taken_over_from_a_product_that_has_another(
    models: dict[str, Step],
) -> None:
    """The first product takes customer 0, the third customer 2; the second suits both.

    The first product can take customer 1 instead.
    """
    carts = frozenset({(0, 0), (0, 1), (1, 0), (1, 2), (2, 2)})
    (places,) = place(models, [Campaign((1,) * 3, (1,) * 3, frozenset(), carts)]).values()
    assert sorted(places) == [(0, 1), (1, 0), (2, 2)]


@pytest.mark.parametrize("requires_event", [False, True])
def test_many_products_and_the_same_heavy_customers(
    models: dict[str, Step], requires_event: bool
) -> None:
    """Forty products name the same 200 customers: only these suit, or all but these.

    In both cases 200 places can be filled, and the best suitable customers fill them.
    """
    heavy, light, products, size = 200, 1000, 40, 5
    met = frozenset((p, c) for p in range(products) for c in range(heavy))
    campaign = Campaign(
        (1,) * (heavy + light),
        (size,) * products,
        frozenset() if requires_event else met,
        met if requires_event else None,
    )
    (places,) = place(models, [campaign]).values()
    assert len(places) == campaign.most_places() == products * size
    first = 0 if requires_event else heavy
    assert {customer for _, customer in places} == set(range(first, first + 200))
    assert set(Counter(product for product, _ in places).values()) == {size}


def test_a_low_ranked_customer_takes_a_place_that_suits_no_better_one(
    models: dict[str, Step],
) -> None:
    """Only the last customer suits one product; the other products suit all."""
    customers, products = 600, 6
    barred = frozenset((0, customer) for customer in range(customers - 1))
    needs = (1,) + (100,) * (products - 1)
    campaign = Campaign((1,) * customers, needs, barred, None)
    (places,) = place(models, [campaign]).values()
    assert len(places) == campaign.most_places() == 501
    assert (0, customers - 1) in places


def test_places_beyond_the_room_of_customers_are_not_listed(
    models: dict[str, Step],
) -> None:
    """A product may lack more customers than there are, without using memory for them."""
    campaign = Campaign((2,) * 30, (10**9, 10**9, 3), frozenset(), None)
    (places,) = place(models, [campaign]).values()
    assert len(places) == campaign.most_places() == 60


def test_without_a_cap_every_product_gets_the_top_of_the_ranking(
    models: dict[str, Step],
) -> None:
    campaign = Campaign((4,) * 8, (3,) * 4, frozenset({(0, 0), (0, 2), (1, 1)}), None)
    (places,) = place(models, [campaign]).values()
    assert {
        product: sorted(customer for other, customer in places if other == product)
        for product in range(4)
    } == {0: [1, 3, 4], 1: [0, 2, 3], 2: [0, 1, 2], 3: [0, 1, 2]}


def test_with_a_cap_better_customers_come_before_worse_ones(
    models: dict[str, Step],
) -> None:
    """Four products need two each, the cap is one: the first eight of ten customers."""
    (places,) = place(models, [Campaign((1,) * 10, (2,) * 4, frozenset(), None)]).values()
    assert sorted(customer for _, customer in places) == list(range(8))
    for product in range(4):
        first, second = sorted(c for other, c in places if other == product)
        assert first < 4 <= second

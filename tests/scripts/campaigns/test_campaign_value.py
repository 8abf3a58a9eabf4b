"""What contacts add, by class and by campaign, in simulated campaigns of known effect.

The SQL under test is that of the models, compiled by dbt.
"""

from pathlib import Path

import duckdb
import numpy
import pyarrow
import pytest

from tests.conftest import FinishedBuild

CAMPAIGNS = 400
# Interactions before the contact, one value per class of history.
HISTORIES = {"1 interaction": 1, "2 to 4 interactions": 3, "5 or more interactions": 9}


@pytest.fixture(scope="module")
def models(dirty_build: FinishedBuild) -> Path:
    return dirty_build.folder.dbt_target / "compiled/product_audience/models"


def warehouse() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("attach ':memory:' as warehouse; use warehouse")
    for schema in ("staging", "intermediate", "marts"):
        connection.execute(f"create schema {schema}")
    return connection


def class_effects(models: Path, outcomes: pyarrow.Table) -> dict[str, numpy.ndarray]:
    """The rows of int_class_effects, by campaign and class.

    Args:
        outcomes: `campaign` (number), `arm`, `history`, `conversion`.
    """
    query = (models / "intermediate/campaigns/int_class_effects.sql").read_text()
    with warehouse() as connection:
        connection.register("given", outcomes)
        connection.execute(
            "create table intermediate.int_campaign_experiments as select distinct"
            " lpad(campaign::text, 4, '0') as campaign_id,"
            " campaign_id as experiment_id, true as has_window_of_campaign from given"
        )
        connection.execute(
            "create table intermediate.int_experiment_outcomes as select"
            " lpad(campaign::text, 4, '0') as experiment_id, arm, conversion,"
            " timestamp '2023-03-01' as contacted_at, ln(1 + history) as covariate"
            " from given"
        )
        found: dict[str, numpy.ndarray] = connection.execute(
            f"from ({query}) order by campaign_id, score_class, history_class"
        ).fetchnumpy()
    return found


def independent_pooling(
    estimates: numpy.ndarray, variances: numpy.ndarray
) -> numpy.ndarray:
    """The estimates of more than three classes, drawn towards their mean, step by step."""
    count = len(estimates)
    weights = 1 / variances
    mean = numpy.average(estimates, weights=weights)
    excess = (weights * (estimates - mean) ** 2).sum() - (count - 1)
    scale = weights.sum() - (weights**2).sum() / weights.sum()
    between = max(0.0, excess / scale)
    mean = numpy.average(estimates, weights=1 / (variances + between))
    shrinkage = variances / (variances + between) * (count - 3) / (count - 1)
    pooled: numpy.ndarray = estimates + shrinkage * (mean - estimates)
    return pooled


def test_classes_are_drawn_towards_their_mean_as_computed_step_by_step(
    models: Path,
) -> None:
    # Contacted and held-out units, and buyers among them, of the six classes in order.
    counts = numpy.array(
        [
            [400, 100, 20, 3],
            [800, 200, 60, 9],
            [200, 100, 30, 6],
            [900, 300, 9, 3],
            [100, 50, 4, 2],
            [300, 100, 15, 2],
        ]
    )
    rows = []
    for place, (contacted, held_out, buyers, others) in enumerate(counts.tolist()):
        pool = "treatment" if place < 3 else "control"
        history = list(HISTORIES.values())[place % 3]
        for arm, size, bought in (
            (pool, contacted, buyers),
            (f"{pool}_holdout", held_out, others),
        ):
            rows += [(1, arm, history, float(unit < bought)) for unit in range(size)]
    names = ("campaign", "arm", "history", "conversion")
    outcomes = pyarrow.Table.from_pylist(
        [dict(zip(names, row, strict=True)) for row in rows]
    )
    found = class_effects(models, outcomes)
    smoothed = (counts[:, 2:] + 1) / (counts[:, :2] + 2)
    variances = (smoothed * (1 - smoothed) / (counts[:, :2] + 2)).sum(axis=1)
    estimates = counts[:, 2] / counts[:, 0] - counts[:, 3] / counts[:, 1]
    assert found["score_class"].tolist() == ["first"] * 3 + ["other"] * 3
    assert found["history_class"].tolist() == list(HISTORIES) * 2
    assert found["incremental_probability"] == pytest.approx(
        independent_pooling(estimates, variances)
    )


@pytest.mark.parametrize("spread", [0.0, 0.01, 0.03])
def test_intervals_of_classes_hold_their_effect_and_pooling_is_nearer_to_it(
    models: Path, spread: float
) -> None:
    random = numpy.random.default_rng(22)
    shape = (CAMPAIGNS, 6)
    base = random.uniform(0.02, 0.1, shape)
    effects = numpy.clip(random.normal(0.02, spread, shape), 0.001 - base, 0.5)
    contacted = random.integers(300, 3000, shape)
    held_out = contacted // 4
    parts = []
    raw = numpy.zeros(shape)
    for sizes, rates, suffix, sign in (
        (contacted, base + effects, "", 1),
        (held_out, base, "_holdout", -1),
    ):
        buyers = random.binomial(sizes, rates)
        raw += sign * buyers / sizes
        for bought in (1.0, 0.0):
            units = buyers if bought else sizes - buyers
            campaigns, places = numpy.divmod(
                numpy.repeat(numpy.arange(units.size), units.ravel()), 6
            )
            parts.append(
                pyarrow.table(
                    {
                        "campaign": campaigns,
                        "arm": numpy.where(
                            places < 3, f"treatment{suffix}", f"control{suffix}"
                        ),
                        "history": numpy.array(list(HISTORIES.values()))[places % 3],
                        "conversion": numpy.full(len(places), bought),
                    }
                )
            )
    found = class_effects(models, pyarrow.concat_tables(parts))
    truth = effects.ravel()
    covered = (found["incremental_probability_low"] <= truth) & (
        found["incremental_probability_high"] >= truth
    )
    assert covered.mean() >= 0.94

    def error(estimates: numpy.ndarray) -> float:
        return float(numpy.sqrt(((estimates - truth) ** 2).mean()))

    assert error(found["incremental_probability"]) < error(raw.ravel())


def test_what_contacts_caused_is_the_difference_to_customers_held_out(models: Path) -> None:
    """Effects of -1, 0 and 3 points: at least 93 % of the intervals hold them."""
    query = (models / "marts/campaigns/campaign_attribution.sql").read_text()
    random = numpy.random.default_rng(6)
    campaigns, customers = 300, 3000
    effects = numpy.array([-0.01, 0, 0.03])[numpy.arange(campaigns) % 3]
    is_held_out = random.random((campaigns, customers)) < 0.2
    rates = 0.05 + numpy.where(is_held_out, 0, effects[:, None])
    is_buyer = random.random(rates.shape) < rates
    campaign_numbers, customer_numbers = numpy.indices(rates.shape)
    given = pyarrow.table(
        {
            "campaign": campaign_numbers.ravel(),
            "customer_id": campaign_numbers.ravel() * customers + customer_numbers.ravel(),
            "is_held_out": is_held_out.ravel(),
            "is_buyer": is_buyer.ravel(),
        }
    )
    with warehouse() as connection:
        connection.register("given", given)
        connection.execute(
            "create table staging.stg_campaigns as select distinct"
            " lpad(campaign::text, 4, '0') as campaign_id, 14 as response_days,"
            " 5.0 as value_per_conversion from given;"
            "create table intermediate.int_log_window as"
            " select timestamp '2023-05-01' as last_interaction_at;"
            "create table intermediate.int_interactions as select customer_id,"
            " 1 as product_id, 'purchased' as event, timestamp '2023-04-04' as event_at"
            " from given where is_buyer"
            # Purchases before the contact and after the window follow from nothing.
            " union all select customer_id, 1, 'purchased', timestamp '2023-04-02 23:59'"
            " from given union all select customer_id, 1, 'purchased',"
            " timestamp '2023-04-17' from given;"
            "create table intermediate.int_campaign_touches as select"
            " lpad(campaign::text, 4, '0') as campaign_id, customer_id,"
            " date '2023-04-03' as contacted_on, timestamp '2023-04-03' as touched_at,"
            " timestamp '2023-04-17' as responds_until,"
            " if(is_held_out, 'holdout', 'contact') as arm, 5.0 as value_per_conversion,"
            " 1 as contact_count, if(is_held_out, 0, 0.1) as cost from given"
        )
        file = models / "intermediate/campaigns/int_attributed_purchases.sql"
        shares = file.read_text()
        connection.execute(
            f"create table intermediate.int_attributed_purchases as {shares}"
        )
        found = connection.execute(f"from ({query}) order by campaign_id").fetchnumpy()
    contacted = (~is_held_out).sum(axis=1)
    assert found["measured_customers"].tolist() == contacted.tolist()
    bought = (is_buyer & ~is_held_out).sum(axis=1)
    assert found["last_touch_purchases"].tolist() == bought.tolist()
    assert found["last_touch_revenue"].tolist() == (5 * bought).tolist()
    covered = (found["effect_low"] <= effects) & (found["effect_high"] >= effects)
    assert 0.93 <= covered.mean() <= 0.98
    assert found["effect"].mean() == pytest.approx(effects.mean(), abs=0.002)
    assert found["buyers_added"] == pytest.approx(found["effect"] * contacted, abs=1e-5)

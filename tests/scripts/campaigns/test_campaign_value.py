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
THIRDS = ["first, 1st third", "first, 2nd third", "first, 3rd third"]
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
        outcomes: `campaign` (number), `arm`, `history`, `conversion`, `score_class`.
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
            " timestamp '2023-03-01' as contacted_at, ln(1 + history) as covariate,"
            " score_class from given"
        )
        found: dict[str, numpy.ndarray] = connection.execute(
            f"from ({query}) order by campaign_id, score_class, history_class"
        ).fetchnumpy()
    return found


def class_responses(
    models: Path, customers: numpy.ndarray, buyers: numpy.ndarray
) -> dict[str, numpy.ndarray]:
    """The rows of int_class_responses, by campaign and class.

    Args:
        customers, buyers: counts by campaign and class.
    """
    query = (models / "intermediate/campaigns/int_class_responses.sql").read_text()
    campaigns, places = numpy.divmod(
        numpy.repeat(numpy.arange(customers.size), customers.ravel()), 6
    )
    starts = numpy.repeat(customers.ravel().cumsum() - customers.ravel(), customers.ravel())
    numbers = numpy.arange(len(places))
    given = pyarrow.table(
        {
            "campaign": campaigns,
            "score_class": numpy.where(places < 3, "first", "other"),
            "history_class": numpy.array(list(HISTORIES))[places % 3],
            "customer_id": numbers,
            "is_buyer": numbers - starts < numpy.repeat(buyers.ravel(), customers.ravel()),
        }
    )
    with warehouse() as connection:
        connection.register("given", given)
        connection.execute(
            "create table intermediate.int_response_windows as select distinct"
            " lpad(campaign::text, 4, '0') as campaign_id, 1 as window_number, 3 as origin"
            " from given;"
            "create table intermediate.int_campaign_classes as select"
            " lpad(campaign::text, 4, '0') as campaign_id, 1 as window_number,"
            " customer_id, score_class, history_class from given;"
            "create table intermediate.int_campaign_buyers as select"
            " lpad(campaign::text, 4, '0') as campaign_id, 3 as origin, customer_id"
            " from given where is_buyer"
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
    customers = numpy.array([[400, 800, 200, 900, 100, 300]])
    buyers = numpy.array([[20, 60, 30, 9, 4, 15]])
    found = class_responses(models, customers, buyers)
    smoothed = (buyers + 2) / (customers + 4)
    variances = smoothed * (1 - smoothed) / (customers + 4)
    assert found["score_class"].tolist() == ["first"] * 3 + ["other"] * 3
    assert found["history_class"].tolist() == list(HISTORIES) * 2
    assert found["purchase_probability"] == pytest.approx(
        independent_pooling((buyers / customers)[0], variances[0])
    )


@pytest.mark.parametrize("spread", [0.0, 0.01, 0.03])
def test_pooled_rates_are_nearer_to_the_truth_and_intervals_hold_it(
    models: Path, spread: float
) -> None:
    random = numpy.random.default_rng(22)
    shape = (CAMPAIGNS, 6)
    mean = random.uniform(0.03, 0.1, (CAMPAIGNS, 1))
    rates = numpy.clip(mean + random.normal(0, spread, shape), 0.001, 0.5)
    customers = random.integers(100, 1500, shape)
    buyers = random.binomial(customers, rates)
    found = class_responses(models, customers, buyers)
    truth = rates.ravel()
    covered = (found["purchase_probability_low"] <= truth) & (
        found["purchase_probability_high"] >= truth
    )
    assert covered.mean() >= 0.94

    def error(estimates: numpy.ndarray) -> float:
        return float(numpy.sqrt(((estimates - truth) ** 2).mean()))

    assert error(found["purchase_probability"]) < error((buyers / customers).ravel())


def test_the_effect_of_a_contact_is_measured_on_the_customers_that_the_ranking_picks(
    models: Path,
) -> None:
    """At least 94 % of the intervals hold it; the control says nothing of others."""
    random = numpy.random.default_rng(22)
    shape = (CAMPAIGNS, 6)
    base = random.uniform(0.02, 0.1, shape)
    effects = random.uniform(-0.01, 0.06, shape)
    contacted = random.integers(300, 3000, shape)
    parts = []
    for sizes, rates, suffix in (
        (contacted, base + effects, ""),
        (contacted // 4, base, "_holdout"),
    ):
        buyers = random.binomial(sizes, rates)
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
                        "score_class": pyarrow.nulls(len(places), pyarrow.string()),
                    }
                )
            )
    found = class_effects(models, pyarrow.concat_tables(parts))
    truth = effects[:, :3].ravel()
    assert set(found["score_class"]) == {"first"}
    assert found["contacted_units"].tolist() == contacted[:, :3].ravel().tolist()
    covered = (found["incremental_probability_low"] <= truth) & (
        found["incremental_probability_high"] >= truth
    )
    assert 0.94 <= covered.mean() <= 0.98


def units(
    thirds_and_histories: numpy.ndarray, buyers: numpy.ndarray, arm: str
) -> pyarrow.Table:
    """Units of an arm, by campaign and class: the numbers of them, and of buyers."""
    sizes = thirds_and_histories.ravel()
    campaigns, places = numpy.divmod(numpy.repeat(numpy.arange(sizes.size), sizes), 9)
    numbers = numpy.arange(len(places)) - numpy.repeat(sizes.cumsum() - sizes, sizes)
    return pyarrow.table(
        {
            "campaign": campaigns,
            "arm": [arm] * len(places),
            "score_class": numpy.array(THIRDS)[places // 3],
            "history": numpy.array(list(HISTORIES.values()))[places % 3],
            "conversion": (numbers < numpy.repeat(buyers.ravel(), sizes)).astype(float),
        }
    )


@pytest.mark.parametrize("spread", [0.0, 0.01, 0.03])
def test_pooled_effects_are_nearer_to_the_truth_and_intervals_hold_it(
    models: Path, spread: float
) -> None:
    """Thirds by rank times histories; contacts add more to some classes than to others."""
    random = numpy.random.default_rng(22)
    shape = (CAMPAIGNS, 9)
    base = random.uniform(0.02, 0.1, shape)
    effects = random.uniform(0, 0.04, (CAMPAIGNS, 1)) + random.normal(0, spread, shape)
    rates = numpy.clip(base + effects, 0.001, 0.9)
    contacted, held_out = random.integers(60, 900, shape), random.integers(30, 400, shape)
    bought, anyway = random.binomial(contacted, rates), random.binomial(held_out, base)
    found = class_effects(
        models,
        pyarrow.concat_tables(
            [
                units(contacted, bought, "treatment"),
                units(held_out, anyway, "treatment_holdout"),
            ]
        ),
    )
    truth = (rates - base).ravel()
    assert found["score_class"].reshape(shape)[0].tolist() == sorted(THIRDS * 3)
    assert found["contacted_units"].tolist() == contacted.ravel().tolist()
    covered = (found["incremental_probability_low"] <= truth) & (
        found["incremental_probability_high"] >= truth
    )
    assert covered.mean() >= 0.94

    def error(estimates: numpy.ndarray) -> float:
        return float(numpy.sqrt(((estimates - truth) ** 2).mean()))

    raw = (bought / contacted - anyway / held_out).ravel()
    assert error(found["incremental_probability"]) < 0.9 * error(raw)


def test_a_class_without_held_out_units_is_expected_to_be_like_the_others(
    models: Path,
) -> None:
    """At least 94 % of the intervals hold the truth here too."""
    random = numpy.random.default_rng(22)
    shape = (CAMPAIGNS, 9)
    effects = numpy.full(shape, 0.03) + random.normal(0, 0.02, shape)
    rates = numpy.clip(0.08 + effects, 0.001, 0.9)
    contacted, held_out = numpy.full(shape, 900), numpy.full(shape, 900)
    held_out[:, 0] = 0
    found = class_effects(
        models,
        pyarrow.concat_tables(
            [
                units(contacted, random.binomial(contacted, rates), "treatment"),
                units(held_out, random.binomial(held_out, 0.08), "treatment_holdout"),
            ]
        ),
    )
    low, high, expected, without = (
        found[name].reshape(shape)[:, 0]
        for name in (
            "incremental_probability_low",
            "incremental_probability_high",
            "incremental_probability",
            "held_out_units",
        )
    )
    truth = rates[:, 0] - 0.08
    assert set(without) == {0}
    assert expected.mean() == pytest.approx(0.03, abs=0.005)
    assert ((low <= truth) & (high >= truth)).mean() >= 0.94


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

"""How often contacts of others void an experiment, in simulated experiments.

The SQL under test is that of the model, compiled by dbt. `make simulate` draws more.
"""

import os

import duckdb
import numpy
import pyarrow
import pytest

from tests.conftest import FinishedBuild

EXPERIMENTS = int(os.environ.get("AUDIENCE_SIMULATED_EXPERIMENTS", "400"))
ARMS = ("treatment", "treatment_holdout", "control", "control_holdout")
LIMIT = 0.05


@pytest.fixture(scope="module")
def query(dirty_build: FinishedBuild) -> str:
    compiled = dirty_build.folder.dbt_target / "compiled/product_audience/models"
    model = "intermediate/experiments/int_experiment_contamination.sql"
    return (compiled / model).read_text()


def judged(query: str, units: int, shares: tuple[float, ...]) -> tuple[float, float]:
    """Simulated experiments whose arms have these shares of units with other contacts.

    Args:
        units: of each arm.

    Returns:
        The share of experiments that are void, and the share in which an arm differs from
        its holdout by more than the limit.
    """
    random = numpy.random.default_rng(18)
    arms = ARMS[: len(shares)]
    shape = (EXPERIMENTS, len(arms), units)
    experiments, arm_numbers, _ = numpy.indices(shape)
    contaminated = random.random(shape) < numpy.array(shares)[:, None]
    contacts = pyarrow.table(  # noqa: F841 - DuckDB finds it by name
        {
            "customer_id": numpy.arange(contaminated.size),
            "experiment_id": experiments.ravel(),
            "arm_number": arm_numbers.ravel(),
            "is_contaminated": contaminated.ravel(),
        }
    )
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        connection.execute("create schema staging; create schema intermediate")
        connection.execute(
            "create table intermediate.int_experiment_designs as select distinct"
            " experiment_id::text as experiment_id, 14 as attribution_days from contacts"
        )
        connection.execute(
            "create table staging.stg_contacts as select"
            " 'spring' as campaign_id, customer_id, 1 as product_id,"
            " experiment_id::text as experiment_id,"
            " list_extract(?, arm_number + 1) as experiment_arm,"
            " if(experiment_arm like '%holdout', 'holdout', 'contact') as arm,"
            " timestamp '2023-03-01' as contacted_at, 'accepted' as outcome,"
            " true as is_exported from contacts"
            " union all select 'winter', customer_id, 2, null, null, 'contact',"
            " timestamp '2023-03-02', 'accepted', false from contacts"
            " where is_contaminated",
            [list(arms)],
        )
        found = connection.execute(
            "select avg(is_void::int), avg((difference > ?)::int) from ("
            "select bool_or(is_void) as is_void, max(difference) as difference from ("
            "select experiment_id, bool_or(is_too_high) as is_void,"
            " max(contaminated_share) - min(contaminated_share) as difference"
            f" from ({query}) group by experiment_id, replace(arm, '_holdout', ''))"
            " group by experiment_id)",
            [LIMIT],
        ).fetchone()
    assert found is not None
    return found


@pytest.mark.slow
@pytest.mark.parametrize("units", [50, 100, 500])
@pytest.mark.parametrize(
    "shares",
    [
        (0.3, 0.3, 0.3, 0.3),
        (0.02, 0.02),
        (0.3, 0.35),
        (0.0, 0.05),
        (0.5, 0.55, 0.5, 0.55),
        # Others contact the system's choice more than customers chosen by chance.
        (0.6, 0.6, 0.1, 0.1),
        (0.6, 0.65, 0.15, 0.1),
    ],
)
def test_arms_within_the_limit_are_rarely_void(
    query: str, units: int, shares: tuple[float, ...]
) -> None:
    void, _ = judged(query, units, shares)
    assert void <= 0.05


def test_small_arms_of_one_share_differ_by_more_than_the_limit(query: str) -> None:
    void, above = judged(query, 100, (0.3, 0.3, 0.3, 0.3))
    assert above > 0.5
    assert void <= 0.05


@pytest.mark.slow
def test_a_difference_above_the_limit_is_found(query: str) -> None:
    for shares in ((0.0, 0.1, 0.0, 0.1), (0.1, 0.0), (0.3, 0.3, 0.15, 0.3)):
        void, _ = judged(query, 2000, shares)
        assert void >= 0.95

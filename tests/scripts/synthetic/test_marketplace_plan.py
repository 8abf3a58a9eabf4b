import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.synthetic.marketplace_plan import (
    PUBLISHED_CUSTOMERS,
    PUBLISHED_INTERACTIONS,
    PUBLISHED_PRODUCTS,
    GeneratorError,
    plan_log,
)


def test_scale_one_has_the_published_counts() -> None:
    plan = plan_log()
    assert plan.interactions == PUBLISHED_INTERACTIONS
    assert plan.customers == PUBLISHED_CUSTOMERS
    assert plan.products == PUBLISHED_PRODUCTS


@settings(max_examples=40)
@given(st.floats(min_value=0.001, max_value=20))
def test_every_scale_has_its_exact_counts(scale: float) -> None:
    plan = plan_log(scale)
    assert plan.interactions == round(PUBLISHED_INTERACTIONS * scale)
    assert plan.customers == round(PUBLISHED_CUSTOMERS * scale)
    assert plan.products == round(PUBLISHED_PRODUCTS * plan.customers / PUBLISHED_CUSTOMERS)


def test_more_retention_means_fewer_customers_who_do_more() -> None:
    plans = [plan_log(1, retention) for retention in (0.001, 0.1, 0.4, 0.8)]
    assert {plan.interactions for plan in plans} == {PUBLISHED_INTERACTIONS}
    customers = [plan.customers for plan in plans]
    assert customers == sorted(customers, reverse=True)
    assert customers[0] > 5 * customers[-1]
    propensities = [plan.process.propensity for plan in plans]
    assert propensities == sorted(propensities)


@pytest.mark.parametrize("scale", [0, -1, 0.0001, float("nan"), float("inf"), 5000])
def test_a_scale_out_of_range_is_refused(scale: float) -> None:
    with pytest.raises(GeneratorError, match="--scale"):
        plan_log(scale)

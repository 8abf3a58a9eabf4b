import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scripts.synthetic.activity_counts import spread_repeats
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
    assert [r.first_customer for r in plan.ranges] == [
        0,
        *(r.last_customer for r in plan.ranges[:-1]),
    ]


@settings(max_examples=40)
@given(st.floats(min_value=0.001, max_value=10), st.floats(min_value=0.001, max_value=0.8))
def test_planted_retention_is_the_share_of_early_customers(
    scale: float, retention: float
) -> None:
    try:
        plan = plan_log(scale, retention)
    except GeneratorError:
        # Only a small log can be too small.
        assume(False)
    returning = sum(
        r.last_customer - r.first_customer
        for r in plan.ranges
        if r.customer_class == "returning"
    )
    assert abs(returning / plan.early_customers - retention) <= 1 / plan.early_customers
    assert all(
        0 < r.late_interactions < r.interactions
        for r in plan.ranges
        if r.customer_class == "returning"
    )


@given(st.integers(1, 500), st.floats(1, 12), st.floats(0, 1))
def test_repeats_are_spread_without_a_remainder(
    customers: int, mean: float, share: float
) -> None:
    extras = round(customers * mean)
    counts = spread_repeats(customers, extras, round(customers * share))
    assert sum(members for _, members in counts) == customers
    assert sum((number - 1) * members for number, members in counts) == extras
    assert all(number >= 2 and members > 0 for number, members in counts)


@pytest.mark.parametrize("scale", [0, -1, 0.0001, float("nan"), float("inf"), 5000])
def test_a_scale_out_of_range_is_refused(scale: float) -> None:
    with pytest.raises(GeneratorError, match="--scale"):
        plan_log(scale)

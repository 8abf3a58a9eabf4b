"""The log in figures, and the quality of the data."""

from typing import Literal

from pydantic import Field

from api.schemas import Schema


class Profile(Schema):
    """The log in figures; a share of an empty set is null."""

    interaction_count: int
    customer_count: int
    product_count: int
    sparsity: float
    first_interaction_at: str
    last_interaction_at: str
    as_of_at: str
    split_at: str
    early_customer_count: int
    late_customer_count: int
    returning_customer_count: int
    retention_rate: float | None
    returning_share_of_late: float | None
    early_product_count: int
    late_product_count: int
    new_product_count: int
    new_product_share: float | None
    one_time_customer_count: int
    low_activity_customer_count: int
    power_customer_count: int
    one_time_customer_share: float | None
    low_activity_customer_share: float | None
    power_customer_share: float | None
    mean_interactions_per_customer: float
    median_interactions_per_customer: float


class EventShare(Schema):
    """How often an event occurs."""

    event: str
    event_weight: float
    interaction_count: int
    interaction_share: float


class Retention(Schema):
    """Customers who come back after a number of days."""

    retention_days: int
    eligible_customer_count: int
    retained_customer_count: int
    retained_share: float | None


class Cohort(Schema):
    """Customers first seen in a month, a number of months later."""

    cohort_month: str
    months_since: int
    cohort_customer_count: int
    active_customer_count: int
    active_share: float


class Concentration(Schema):
    """How much the audiences of different products overlap."""

    measure: str
    value: float | None
    explanation: str


Viability = Literal["viable", "borderline", "not viable"]


class Check(Schema):
    """A requirement of collaborative filtering."""

    requirement: str
    measured: float | None
    threshold: float
    clearly_viable_from: float | None
    passed: bool
    explanation: str


class Verdict(Schema):
    """Whether collaborative filtering can work."""

    verdict: Viability
    basis: Literal["thresholds", "measured comparison"]
    threshold_verdict: Viability
    recommended_approach: str
    passed_count: int
    requirement_count: int
    explanation: str


class Diagnostics(Schema):
    """The log in figures, and whether collaborative filtering can work on it."""

    profile: Profile
    event_mix: list[EventShare]
    retention: list[Retention]
    cohorts: list[Cohort]
    concentration: list[Concentration]
    checks: list[Check]
    verdict: Verdict
    release: str


class AccountedRows(Schema):
    """Rows of an input with the same outcome and reason."""

    input: str
    outcome: Literal["accepted", "automated", "duplicate", "filtered", "rejected"]
    reason: str
    row_count: int
    row_share: float | None
    example_file: str | None
    example_line: int | None
    example_text: str | None


class DataTest(Schema):
    """A test of the release's build."""

    name: str
    table: str | None = Field(
        description="The tested table; null if there is no single one"
    )
    status: Literal["pass", "warn"]
    failures: int = Field(description="Failing rows")


class AutomatedTraffic(Schema):
    """Customers whose rate no person reaches."""

    customer_count: int
    interaction_count: int = Field(description="All their interactions")
    most_in_a_day: int | None
    most_in_a_minute: int | None
    is_excluded: bool = Field(description="Whether their rows are set aside")


class FeedbackCount(Schema):
    """How often the log has an event that speaks against a contact."""

    event: str
    effect: Literal["exclude_product", "mute_category", "opt_out"] = Field(
        description="What it does, from the release on"
    )
    row_count: int
    customer_count: int
    pair_count: int = Field(description="Pairs of a customer and a product")


class Quality(Schema):
    """What happened to every row, feedback, and the tests of the build."""

    rows: list[AccountedRows]
    automated: AutomatedTraffic | None = Field(
        description="Null in a release of an earlier version"
    )
    feedback: list[FeedbackCount] = Field(
        description="The events of the seed feedback_events; none as shipped"
    )
    passed_count: int
    warned_count: int
    tests: list[DataTest]
    release: str

"""Settings that say what is computed from the log."""

from typing import Literal

from pydantic import ValidationInfo, field_validator

from scripts.settings.declaration import Settings, setting
from scripts.settings.ranking_names import Ranking
from scripts.settings.setting_error import refusal
from scripts.settings.values import AsOf, Day, Number, Text


class ResultSettings(Settings):
    """Audiences, score and evidence."""

    top_n: int = setting(10, "customers in an audience", at_least=1, at_most=1_000_000)
    exclude: Literal["any", "purchased", "none"] = setting(
        "any",
        "which customers an audience leaves out: `any` who touched the product, those who"
        " `purchased` it, or `none`",
    )
    # After `exclude`, which decides whether earlier buyers can be ranked.
    ranking: Ranking = setting(
        "champion",
        "the ranking that serves: `champion`, which the evidence chooses, or a name of the"
        " table of rankings, such as `engagement`",
    )
    as_of: AsOf | None = setting(
        None,
        "the reference time: a date (its end) or a UTC time; later interactions are left"
        " out",
        shown="the newest event",
        example="2023-03-31",
    )
    recency_days: Number = setting(
        90,
        "recency falls to 1/e after this many days",
        at_least=0.001,
        at_most=36500,
    )
    score_weights: Text = setting(
        "published",
        "the set of weights in `seeds/feature_weights.csv` that makes the score",
    )
    frequency_days: Literal["active", "known"] = setting(
        "active",
        "the days that `interaction_frequency` divides by: first to last interaction"
        " (`active`), or first interaction to the reference time (`known`)",
    )
    score_scale: Literal["linear", "logarithmic"] = setting(
        "linear", "the scale on which features are normalized"
    )
    split_quantile: Number = setting(
        0.8,
        "the evidence divides the log at this quantile of event time",
        at_least=0.001,
        at_most=0.999,
    )
    bootstrap_replicates: int = setting(
        500,
        "without effect, kept for mappings that name it: the intervals need no replicates",
        at_least=100,
        at_most=100_000,
    )
    evidence_days: int = setting(
        7,
        "builds measure the evidence again after this many days; 0 is every build",
        at_least=0,
        at_most=3650,
    )
    contamination_limit: Number = setting(
        0.05,
        "an experiment is not valid if the shares of units with other contacts differ by"
        " more than this between an arm and its holdout, and by more than chance explains",
        at_least=0,
        at_most=1,
    )
    global_holdout_from: Day | None = setting(
        None,
        "the day on which the first period of the global holdout begins, at most the 28th",
        shown="none",
        example="2023-04-01",
    )
    # After the day that it needs.
    global_holdout_share: Number = setting(
        0,
        "the share of all customers that no list contains; needs `global_holdout_from`",
        at_least=0,
        at_most=0.999,
    )
    global_holdout_months: int = setting(
        3,
        "the length of a period of the global holdout; each period holds out others",
        at_least=1,
        at_most=24,
    )
    value_per_purchase: Number | None = setting(
        None,
        "what a purchase is worth in `holdout_effects`",
        at_least=0,
        at_most=1_000_000_000,
        shown="that of the campaigns, if all have the same",
    )

    @field_validator("global_holdout_from")
    @classmethod
    def check_first_day(cls, value: Day | None) -> Day | None:
        """Every month has the day, so that no day is between two months of a period."""
        if value is not None and int(str(value)[8:10]) > 28:
            raise refusal("a date whose day is at most 28, as every month has")
        return value

    @field_validator("global_holdout_share")
    @classmethod
    def check_holdout(cls, value: Number, info: ValidationInfo) -> Number:
        """A holdout has a first day."""
        if value > 0 and info.data.get("global_holdout_from", value) is None:
            raise refusal(
                "0, or the first day of the holdout in global_holdout_from, such as"
                " 2023-04-01"
            )
        return value

"""Settings of the log and the side inputs: where they are, and what is read of them."""

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, model_validator

from scripts.settings.declaration import setting
from scripts.settings.input_format import (
    AmountInput,
    InputFormat,
    NumberMarks,
    SideInput,
)
from scripts.settings.setting_error import refusal
from scripts.settings.values import (
    Condition,
    EventAliases,
    EventBound,
    EventWeights,
    NullWords,
    Number,
    Text,
)


def described(given: Any) -> Any:
    """The setting of an input other than the log; a path alone is enough."""
    if isinstance(given, str) and given:
        return {"path": given}
    if given is None or (isinstance(given, dict) and isinstance(given.get("path"), str)):
        return given
    raise refusal("a path such as folder/*.csv, or {path: ..., columns: {...}}")


# The columns that say what a row is worth.
AMOUNTS = ("amount", "price", "quantity")
LogColumn = Literal[
    "customer_id",
    "product_id",
    "event",
    "event_date",
    "product_name",
    "row_id",
    "amount",
    "price",
    "quantity",
]
CustomerTable = Annotated[
    SideInput[Literal["customer_id"]] | None, BeforeValidator(described)
]
ProductTable = Annotated[
    SideInput[Literal["product_id", "product_name"]] | None, BeforeValidator(described)
]
ContactTable = Annotated[
    AmountInput[
        Literal[
            "customer_id", "product_id", "campaign_id", "contacted_at", "cost", "channel"
        ]
    ]
    | None,
    BeforeValidator(described),
]
UnitTable = Annotated[
    AmountInput[
        Literal[
            "experiment_id",
            "unit_id",
            "arm",
            "conversion",
            "engagement",
            "revenue",
            "covariate",
        ]
    ]
    | None,
    BeforeValidator(described),
]


class InputSettings(NumberMarks, InputFormat[LogColumn]):
    """How the log and the side inputs are read."""

    log: Text = setting(
        "build/data/interactions.parquet",
        "a path, or a pattern of CSV, JSON or Parquet files",
        example="data/events-*.csv.gz",
    )
    row_filter: Condition = setting(
        "true",
        "SQL condition; other rows are set aside and counted",
        shown="all rows",
        example="quantity > 0",
    )
    id_type: Literal["integer", "text"] = setting(
        "integer", "type of customer and product ids; `text` keeps leading zeros"
    )
    null_words: NullWords = setting(
        [
            "\\N",
            "NULL",
            "(null)",
            "NaN",
            "None",
            "NA",
            "<NA>",
            "N/A",
            "#N/A",
            "(not set)",
            "undefined",
        ],
        "words, in any case, that mean no customer or product; as ids they are missing, so"
        " that their rows are rejected",
        example='["guest", "0"]',
    )
    event_aliases: EventAliases = setting(
        {},
        "event in the log: event here",
        shown="none",
        example="{addtocart: cart}",
    )
    event_weights: EventWeights = setting(
        {},
        "event: weight, for events that the seed lacks or weighs differently; an event"
        " without a weight counts 1",
        shown="`seeds/event_weights.csv`",
        example="{view: 0.5}",
    )
    max_reject_share: Number = setting(
        0.05,
        "the build stops if a larger share of the rows cannot be used, of the log or (apart"
        " from chance in a small one) of one of its files",
        at_least=0,
        at_most=1,
    )
    earliest_event: EventBound = setting(
        "1990-01-01",
        "rows of an earlier time are rejected: a date (its beginning) or a UTC time",
    )
    latest_event: EventBound | None = setting(
        None,
        "rows of a later time are rejected: a date (its end) or a UTC time",
        shown="one day after the build starts",
        example="2024-12-31",
    )
    automated: Literal["report", "exclude"] = setting(
        "report",
        "customers with a rate that no person reaches are counted in `automated_traffic`"
        " (`report`), or also set aside with their rows (`exclude`; each build then reads"
        " the whole log)",
    )
    automated_per_day: int = setting(
        150,
        "more interactions of a customer on a day (UTC) are automated",
        at_least=1,
        at_most=10**9,
    )
    automated_per_minute: int = setting(
        30,
        "more interactions of a customer in a minute are automated",
        at_least=1,
        at_most=10**9,
    )
    customer_attributes: CustomerTable = setting(
        None, "table of customers; campaigns can select by its columns", shown="none"
    )
    product_attributes: ProductTable = setting(
        None,
        "table of products: rankings use its columns, campaigns can select by them, and its"
        " `product_name` is the name of products that the log does not name",
        shown="none",
    )
    suppressions: CustomerTable = setting(
        None, "table of customers who must not be contacted", shown="none"
    )
    contacts: ContactTable = setting(
        None, "table of contacts that other programs made", shown="none"
    )
    experiment_units: UnitTable = setting(
        None, "table of assignments and outcomes of experiments", shown="none"
    )
    max_unknown_opt_out_share: Number = setting(
        1,
        "the build stops if a larger share of the rows of `suppressions` are no customers"
        " of the log",
        at_least=0,
        at_most=1,
    )
    with_examples: bool = setting(
        False,
        "activates the example campaigns and experiments; the generated log sets it to"
        " `true`",
    )

    @model_validator(mode="after")
    def one_amount(self) -> Self:
        """See that a row has one amount: its own, or a price and a quantity."""
        named = {*self.columns, *self.expressions} & {*AMOUNTS}
        if named and named not in ({"amount"}, {"price", "quantity"}):
            raise refusal(
                "amount, which is of the whole row, or both price and quantity",
                ", ".join(sorted(named)),
                "columns",
            )
        return self

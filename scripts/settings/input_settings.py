"""Settings of how the log and the side inputs are written."""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BeforeValidator, ValidationInfo, field_validator

from scripts.settings.declaration import Settings, setting
from scripts.settings.setting_error import refusal
from scripts.settings.values import (
    ColumnName,
    ColumnWidths,
    Comment,
    Delimiter,
    EventAliases,
    EventBound,
    EventWeights,
    Expression,
    NullWords,
    Number,
    Text,
    TimeFormat,
    TimeZone,
)

Column = TypeVar("Column")


class InputFormat(Settings, Generic[Column]):
    """How an input is written. `Column` lists the project's names for its columns."""

    columns: dict[Column, ColumnName] = setting(
        {},
        "name of a column here: its name in the log, or its position (from 1)",
        shown="the same names",
        example="{customer_id: visitor, event_date: 4}",
    )
    expressions: dict[Column, Expression] = setting(
        {},
        "name of a column here: SQL over the columns of the log",
        shown="none",
        example="{event: \"'purchased'\"}",
    )
    delimiter: Delimiter = setting(",", "what divides the fields of a CSV file")
    has_header: bool = setting(True, "whether a CSV file begins with the column names")
    escape: Literal['"', "\\"] = setting(
        '"', "what stands before a quote within quotes; some databases write a backslash"
    )
    skip_lines: int = setting(
        0,
        "how many lines of a CSV file above the header, or above the first row without one,"
        " are left out",
        at_least=0,
        at_most=100,
    )
    comment: Comment = setting(
        None,
        "a sign such as `#`: lines of a CSV file that begin with it are left out, and empty"
        " lines above the header",
        shown="none",
        example='"#"',
    )
    encoding: Literal[
        "utf-8",
        "utf-16",
        "utf-16-be",
        "latin-1",
        "windows-1250",
        "windows-1251",
        "windows-1252",
        "gb18030",
        "shift_jis",
    ] = setting(
        "utf-8",
        "encoding of the CSV files; latin-1 is read as windows-1252, which adds signs",
    )
    unnest: Text | None = setting(
        None,
        "a column of JSON or Parquet files that holds a list: each element becomes a row,"
        " and its fields are columns such as `items.sku`",
        shown="none",
        example="items",
    )
    column_widths: ColumnWidths = setting(
        None,
        "for text files whose columns have fixed places: the characters of each column",
        shown="none",
        example="[8, 10, 16]",
    )
    time_format: TimeFormat = setting(
        "iso",
        "`iso`, `epoch_s`, `epoch_ms`, `epoch_us`, `epoch_ns` or a strptime pattern; a list"
        " of these is tried in order",
        example='"%d/%m/%Y %H:%M"',
    )
    time_zone: TimeZone = setting(
        "UTC",
        "time zone of times that say none; of an hour that the clock shows twice the first"
        " is taken, a time that it skips is rejected",
        example="Europe/Berlin",
    )


class SideInput(InputFormat[Column], Generic[Column]):
    """An input other than the log."""

    path: Text = setting(
        ..., "a path, or a pattern such as `folder/*.csv`", shown="required"
    )


class AmountInput(SideInput[Column], Generic[Column]):
    """A side input with numbers."""

    decimal_mark: Literal[".", ","] = setting(
        ".", "what divides amounts from their decimals (`contacts`, `experiment_units`)"
    )
    thousands_mark: Literal["", ".", ",", " ", "'"] = setting(
        "", "what divides the thousands of such amounts", shown="none"
    )

    @field_validator("thousands_mark")
    @classmethod
    def check_marks(cls, value: str, info: ValidationInfo) -> str:
        """The marks differ."""
        if value == info.data.get("decimal_mark"):
            raise refusal("another mark than decimal_mark")
        return value


def described(given: Any) -> Any:
    """The setting of an input other than the log; a path alone is enough."""
    if isinstance(given, str) and given:
        return {"path": given}
    if given is None or (isinstance(given, dict) and isinstance(given.get("path"), str)):
        return given
    raise refusal("a path such as folder/*.csv, or {path: ..., columns: {...}}")


LogColumn = Literal[
    "customer_id", "product_id", "event", "event_date", "product_name", "row_id"
]
CustomerTable = Annotated[
    SideInput[Literal["customer_id"]] | None, BeforeValidator(described)
]
ProductTable = Annotated[
    SideInput[Literal["product_id"]] | None, BeforeValidator(described)
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


class InputSettings(InputFormat[LogColumn]):
    """How the log and the side inputs are read."""

    log: Text = setting(
        "build/data/interactions.parquet",
        "a path, or a pattern of CSV, JSON or Parquet files",
        example="data/events-*.csv.gz",
    )
    row_filter: Text = setting(
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
        "table of products: rankings use its columns, campaigns can select by them",
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

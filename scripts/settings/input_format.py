"""Settings of how a table of files is written: the log, or a side input."""

from typing import Generic, Literal, TypeVar

from pydantic import ValidationInfo, field_validator

from scripts.settings.declaration import Settings, setting
from scripts.settings.setting_error import refusal
from scripts.settings.values import (
    ColumnName,
    ColumnWidths,
    Comment,
    Delimiter,
    Expression,
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
    has_header: bool = setting(
        True,
        "whether a CSV file begins with the column names; without them expressions call the"
        " columns `column1`, `column2` and so on",
    )
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
        "a character such as `#`: lines of a CSV file that begin with it are left out, and"
        " empty lines above the header",
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
        "encoding of the CSV files; latin-1 is read as windows-1252, which adds characters",
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


class NumberMarks(Settings):
    """How amounts are written."""

    decimal_mark: Literal[".", ","] = setting(
        ".", "what divides amounts from their decimals"
    )
    thousands_mark: Literal["", ".", ",", " ", "'"] = setting(
        "", "what divides the thousands of amounts", shown="none"
    )

    @field_validator("thousands_mark")
    @classmethod
    def check_marks(cls, value: str, info: ValidationInfo) -> str:
        """The marks differ."""
        if value == info.data.get("decimal_mark"):
            raise refusal("another mark than decimal_mark")
        return value


class AmountInput(NumberMarks, SideInput[Column], Generic[Column]):
    """A side input with numbers."""

"""Types of settings that need more than a bound or a choice."""

import datetime
import re
import zoneinfo
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field

from scripts.settings.setting_error import refusal

TIME_FORMATS = ("iso", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns")
MOST_TIME_FORMATS = 5
LEAST_WEIGHT, LARGEST_WEIGHT = 0.000001, 1_000_000
# A date, or a time of it; a zone that means UTC is taken off before.
AS_OF = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})([ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?)?"
)
UTC_ZONE = re.compile(r"\s*(Z|UTC|[+-]00:?00)$")


def check_delimiter(value: str) -> str:
    r"""One to four characters that can divide the fields of a line.

    In YAML without quotes, `\t` is two characters and means a tab.
    """
    value = value.replace("\\t", "\t")
    if len(value) > 4 or re.search(r'["\r\n]', value):
        raise refusal("one to four characters, no quote and no line end")
    return value


def check_comment(value: str | None) -> str | None:
    """No character, or one that can begin a line."""
    if value is not None and not re.fullmatch(r'[^\s\w"\\]', value):
        raise refusal('one character such as "#"')
    return value


def check_column_widths(value: Any) -> Any:
    """The characters of each column of a line."""
    if value is not None and not (
        isinstance(value, list)
        and value
        and all(type(width) is int and width > 0 for width in value)
    ):
        raise refusal("a list of whole numbers from 1, such as [8, 10, 16]")
    return value


def check_time_format(value: Any) -> Any:
    """A name of TIME_FORMATS or a pattern, or a list of them."""
    formats = value if isinstance(value, list) else [value]
    if not 1 <= len(formats) <= MOST_TIME_FORMATS:
        raise refusal(f"one to {MOST_TIME_FORMATS} formats")
    for one in formats:
        if one not in TIME_FORMATS and not (isinstance(one, str) and "%" in one):
            raise refusal(
                f"{', '.join(TIME_FORMATS)} or a strptime pattern such as"
                " %d/%m/%Y %H:%M, or a list of these",
                one,
            )
    return value


def check_time_zone(value: Any) -> Any:
    """The name of a zone of the IANA database."""
    if value != "UTC" and str(value) not in zoneinfo.available_timezones():
        raise refusal("the name of a time zone such as Europe/Berlin")
    return value


def check_as_of(value: Any) -> Any:
    """A date that the calendar has, or a time in UTC; None is the newest event."""
    if value is not None and not 1 <= _year_of(value) <= 9998:
        raise refusal("a date (2023-03-31) or a UTC time (2023-03-31 12:00:00)")
    return value


def check_day(value: Any) -> Any:
    """A date that the calendar has, without a time; None is no day."""
    if value is not None and (len(str(value).strip()) != 10 or not _year_of(value)):
        raise refusal("a date (2023-04-01)")
    return value


def check_event_bound(value: Any) -> Any:
    """A date that the calendar has, or a time in UTC."""
    if not _year_of(value):
        raise refusal("a date (2023-03-31) or a UTC time (2023-03-31 12:00:00)")
    return value


def _year_of(value: Any) -> int:
    """The year of a date, or of a time in UTC; 0 where the value is neither."""
    found = AS_OF.fullmatch(UTC_ZONE.sub("", str(value).strip()))
    try:
        year, month, day = (
            (int(part) for part in found.groups()[:3]) if found else (0, 0, 0)
        )
        datetime.date(year, month, day)
    except ValueError:
        year = 0
    return year


def check_column_name(value: Any) -> Any:
    """The name of a column or its position."""
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise refusal("the name of a column, or its position (from 1)")
    return value


def check_expression(value: Any) -> Any:
    """SQL; a number is SQL too."""
    if not isinstance(value, str | int | float) or not str(value).strip():
        raise refusal("an SQL expression such as \"'purchased'\"")
    _check_one_value(str(value))
    return value


def check_condition(value: Any) -> Any:
    """A condition that is true or false for a row."""
    _check_one_value(str(value))
    return value


def _check_one_value(expression: str) -> None:
    """See that an expression does not make several rows of one; a subquery may."""
    plain = re.sub(r"'[^']*'|--.*", "", expression.lower())
    if re.search(r"\bunnest\s*\(", plain) and not re.search(r"\bselect\b", plain):
        raise refusal(
            "one value for each row; where each element of a list is a row, name the list"
            " in the setting unnest, such as unnest: items",
            expression,
        )


def check_weight(value: Any) -> Any:
    """No weight, or one that sums can hold."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or (value != 0 and not LEAST_WEIGHT <= value <= LARGEST_WEIGHT)
    ):
        raise refusal("0 or a number from 0.000001 to 1000000")
    return value


def event_name(name: object) -> str:
    """The event that a name means, as stg_log_rows and stg_event_weights read it."""
    return str(name).strip().lower()


def check_events(events: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """Each event has a name and stands once."""
    seen: dict[str, object] = {}
    for event, value in events.items():
        if event is None or not event_name(event):
            raise refusal("the names of events", f"{event}: {value}")
        earlier = seen.setdefault(event_name(event), event)
        if earlier is not event:
            raise refusal(
                "each event once (blanks and case do not matter)", f"{earlier} and {event}"
            )
    return events


def check_aliases(aliases: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """The replacement of each event has a name too."""
    for event, value in aliases.items():
        if value is None or not event_name(value):
            raise refusal("the names of events", f"{event}: {value}")
    return aliases


def check_word(value: Any) -> Any:
    """A word; a number is one too."""
    if (
        isinstance(value, bool)
        or not isinstance(value, str | int)
        or not str(value).strip()
    ):
        raise refusal("words or whole numbers")
    return value


Number = int | float  # Not a float alone, so that 90 stays 90.
Text = Annotated[str, Field(min_length=1)]
Delimiter = Annotated[Text, AfterValidator(check_delimiter)]
Comment = Annotated[str | None, AfterValidator(check_comment)]
ColumnWidths = Annotated[list[int] | None, BeforeValidator(check_column_widths)]
TimeFormat = Annotated[str | list[str], BeforeValidator(check_time_format)]
TimeZone = Annotated[str, BeforeValidator(check_time_zone)]
EventBound = Annotated[
    str | datetime.date | datetime.datetime, BeforeValidator(check_event_bound)
]
Day = Annotated[str | datetime.date, BeforeValidator(check_day)]
AsOf = Annotated[str | datetime.date | datetime.datetime, BeforeValidator(check_as_of)]
ColumnName = Annotated[str | int, BeforeValidator(check_column_name)]
Condition = Annotated[Text, AfterValidator(check_condition)]
Expression = Annotated[str | int | float, BeforeValidator(check_expression)]
NullWords = list[Annotated[str | int, BeforeValidator(check_word)]]
EventWeights = Annotated[
    dict[Any, Annotated[Number, BeforeValidator(check_weight)]],
    AfterValidator(check_events),
]
EventAliases = Annotated[
    dict[Any, Any], AfterValidator(check_events), AfterValidator(check_aliases)
]

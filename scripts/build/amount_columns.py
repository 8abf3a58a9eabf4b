"""Columns of the log that say what a row is worth: an amount, or a price and a quantity."""

import re
from typing import Any

from scripts.build.log_source import LogSourceError, declared_inputs
from scripts.settings.input_format import InputFormat
from scripts.settings.input_settings import AMOUNTS

NUMBER_OR_TEXT = re.compile(
    r"U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|(FLOAT|DOUBLE|DECIMAL|VARCHAR).*"
)


def wanted_columns(name: str, written: InputFormat[Any]) -> dict[str, bool]:
    """Our names of the columns that are read of an input; whether each is optional.

    Amounts are read only if the settings name them: other columns may be called so.
    """
    return {
        our_name: column.is_optional
        for our_name, column in declared_inputs()[name].items()
        if not column.only_if_named
        or our_name in written.columns
        or our_name in written.expressions
    }


def check_amount_type(file: str, our_name: str, column: str, type_: str) -> None:
    """See that a column can hold amounts, if it is to.

    Raises:
        LogSourceError: it holds neither numbers nor texts.
    """
    if our_name in AMOUNTS and not NUMBER_OR_TEXT.fullmatch(type_):
        raise LogSourceError(
            f"{file}: column {column} for {our_name} is a {type_}: expected numbers or"
            f" texts. Name another column in the mapping (columns: {{{our_name}: ...}})."
        )

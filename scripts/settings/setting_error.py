"""One sentence for a setting that is not valid."""

from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails, PydanticCustomError

from scripts.reported_error import ReportedError

# Of a value, in a message.
MOST_SHOWN = 200
# What is expected, by pydantic's type of an error.
EXPECTED = {
    "bool_type": "true or false",
    "dict_type": "a mapping of names, such as {name: value}",
    "list_type": "a list",
    "string_too_short": "some text",
    "string_type": "some text",
}


class SettingError(ReportedError):
    """A setting that is not valid; the message names it, its value and what is expected."""


def refusal(expected: str, value: object = None, setting: str = "") -> PydanticCustomError:
    """The error that a validator of a setting raises.

    Args:
        expected: what the value must be.
        value: the part of the value that is wrong; None for the whole value.
        setting: its name, if the validator looks at several.
    """
    context = {} if value is None else {"wrong_part": str(value)}
    if setting:
        context["setting"] = setting
    return PydanticCustomError("setting", expected, context)


def setting_error(model: type[BaseModel], error: ValidationError) -> SettingError:
    """The first problem of settings as a sentence; unknown names come first.

    Args:
        model: the model that was validated.
    """
    details = sorted(error.errors(), key=lambda one: one["type"] != "extra_forbidden")[0]
    name, value, expected = _explained(model, details)
    shown = str(value)
    if len(shown) > MOST_SHOWN:
        shown = f"{shown[:MOST_SHOWN]} ..."
    return SettingError(
        f"Setting {name} = {shown}: expected {expected}. Correct it in the mapping file or"
        " in --vars."
    )


def choices(annotation: Any) -> list[str]:
    """The choices of a `Literal`, also below `| None`; none for any other type."""
    if get_origin(annotation) is Literal:
        return [str(choice) for choice in get_args(annotation)]
    if get_origin(annotation) in (Union, UnionType):
        return [choice for part in get_args(annotation) for choice in choices(part)]
    return []


def limits(field: FieldInfo) -> tuple[Any, Any] | None:
    """The lowest and the highest value of a number; None for any other type."""
    low = [limit.ge for limit in field.metadata if isinstance(limit, Ge)]
    high = [limit.le for limit in field.metadata if isinstance(limit, Le)]
    return (low[0], high[0]) if low and high else None


def nested_model(annotation: Any) -> type[BaseModel] | None:
    """The model that a setting holds, also below `| None`; None for any other type."""
    if get_origin(annotation) in (Union, UnionType, Annotated):
        return next(filter(None, map(nested_model, get_args(annotation))), None)
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return None


def _explained(model: type[BaseModel], details: ErrorDetails) -> tuple[str, object, str]:
    """Name, value and expectation of one problem."""
    location = [str(part) for part in details["loc"]] or [details["ctx"]["setting"]]
    name, rest = location[0], location[1:]
    if details["type"] == "extra_forbidden" and not rest:
        return name, details["input"], f"one of {', '.join(model.model_fields)}"
    field = model.model_fields[name]
    nested = nested_model(field.annotation)
    if nested and rest:
        inner, value, expected = _explained(
            nested, {**details, "loc": tuple(details["loc"][1:])}
        )
        return f"{name}.{inner}", value, expected

    value = details["input"]
    if rest and get_origin(field.annotation) is dict and rest[-1] != "[key]":
        value = f"{rest[0]}: {value}"  # An entry of a mapping.
    if details["type"] == "setting":
        return name, details.get("ctx", {}).get("wrong_part", value), details["msg"]
    return name, value, _expectation(field, details["type"])


def _expectation(field: FieldInfo, kind: str) -> str:
    """What a field expects, from its declaration where that says it."""
    bounds = limits(field)
    if bounds:
        number = "a whole number" if field.annotation is int else "a number"
        return f"{number} from {bounds[0]} to {bounds[1]}"
    if kind == "literal_error" and get_origin(field.annotation) is dict:
        return f"one of the columns {', '.join(choices(get_args(field.annotation)[0]))}"
    if kind == "literal_error":
        return f"one of {', '.join(choices(field.annotation))}"
    return EXPECTED[kind]

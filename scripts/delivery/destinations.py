"""The destinations that a file describes, such as destinations.yml.

```
crm:
  http:
    url: https://crm.example.com/contacts
    secret_env: CRM_SECRET
bucket:
  folder: {path: s3://bucket/lists}
```
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ValidationError

from scripts.build_folder import PROJECT, shown
from scripts.reported_error import ReportedError
from scripts.settings.declaration import Settings
from scripts.settings.destination_settings import ContactColumns, Destination
from scripts.settings.settings_yaml import (
    SettingsTooLargeError,
    load_settings,
    read_settings_file,
)
from scripts.workspace import workspace

FILE = "destinations.yml"
# It is the name of a file too.
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Settings whose text may hold a secret.
SECRET = re.compile(r"(http\.)?(headers|url)\b")
MOST_SHOWN = 100

Model = TypeVar("Model", bound=Settings)


class DestinationError(ReportedError):
    """A destination that cannot be used; the message says what to do."""


def destinations_file() -> Path:
    """The file of the workspace; without a workspace, of the project."""
    return (workspace() or PROJECT) / FILE


def read_destination(file: Path, name: str) -> Destination:
    """A destination of a file.

    Raises:
        DestinationError: the file cannot be read, it has no such destination, or that has a
            setting that is not valid.
    """
    try:
        content = read_settings_file(file)
    except FileNotFoundError as error:
        raise DestinationError(
            f"There is no file {shown(file)}: expected one that describes destinations"
            " (docs/delivery.md), or --destinations FILE"
        ) from error
    except OSError as error:
        raise DestinationError(f"{shown(file)} cannot be read: {error.strerror}") from error
    except (SettingsTooLargeError, yaml.YAMLError, ValueError) as error:
        raise _no_yaml(str(shown(file)), error) from error
    if not isinstance(content, dict) or not content:
        raise DestinationError(
            f"{shown(file)}: expected the names of destinations, each with its settings"
        )
    if name not in content or not NAME.fullmatch(name):
        names = [str(one) for one in content if NAME.fullmatch(str(one))]
        known = f"expected one of {', '.join(names)}"
        raise DestinationError(
            f"{shown(file)} has no destination {name!r}:"
            f" {known if names else 'names have letters, digits, - and _'}"
        )
    return check_settings(Destination, f"{shown(file)}, {name}", content[name])


def read_contact_columns(text: str) -> ContactColumns:
    """The settings of contact columns, as an option of a command has them.

    Raises:
        DestinationError: they are not valid.
    """
    where = "--contact-columns"
    try:
        content = load_settings(text)
    except (SettingsTooLargeError, yaml.YAMLError, ValueError) as error:
        raise _no_yaml(where, error) from error
    return check_settings(ContactColumns, where, content)


def check_settings(model: type[Model], where: str, given: Any) -> Model:
    """See that settings are valid.

    Args:
        where: what has them, for the message.

    Raises:
        DestinationError: one is not.
    """
    if not isinstance(given, dict):
        is_destination = model is Destination
        example = "{folder: {path: ...}}" if is_destination else "{path: ...}"
        raise DestinationError(f"{where}: expected settings such as {example}")
    try:
        return model.model_validate({str(name): value for name, value in given.items()})
    except ValidationError as error:
        raise _described(where, error) from error


def _described(where: str, error: ValidationError) -> DestinationError:
    """The first problem as a sentence; unknown names come first.

    A value is shown only of a setting that holds no secret.
    """
    found = sorted(
        error.errors(include_url=False), key=lambda one: one["type"] != "extra_forbidden"
    )[0]
    name = ".".join(str(part) for part in found["loc"])
    if found["type"] == "extra_forbidden":
        return DestinationError(f"{where}: there is no setting {name}")
    if found["type"] == "missing":
        return DestinationError(f"{where}: {name} is missing")
    wrong = found.get("ctx", {}).get("wrong_part", found["input"])
    is_shown = isinstance(wrong, str | int | float) and not SECRET.match(name)
    value = f" = {str(wrong)[:MOST_SHOWN]}" if is_shown else ""
    expected = _expected(found["type"], found["msg"], found.get("ctx", {}))
    named = f" {name}{value}:" if name else ""
    return DestinationError(f"{where}:{named} expected {expected}")


def _expected(kind: str, message: str, bounds: Mapping[str, Any]) -> str:
    """What a setting must be, in words."""
    words = {
        "greater_than_equal": f"{bounds.get('ge')} or more",
        "greater_than": f"more than {bounds.get('gt')}",
        "less_than_equal": f"{bounds.get('le')} or less",
        "int_type": "a whole number",
        "int_parsing": "a whole number",
        "int_from_float": "a whole number",
        "float_type": "a number",
        "float_parsing": "a number",
        "bool_type": "true or false",
        "bool_parsing": "true or false",
        "string_type": "text",
    }
    return words.get(kind, message.removeprefix("Input should be "))


def _no_yaml(where: str, error: Exception) -> DestinationError:
    """A problem of YAML in one line; the lines of the file itself may hold a secret."""
    if isinstance(error, SettingsTooLargeError):
        return DestinationError(f"{where}: {error}")
    mark = getattr(error, "problem_mark", None)
    line = f" (line {mark.line + 1})" if mark else ""
    return DestinationError(f"{where} is not YAML{line}: expected names and values")

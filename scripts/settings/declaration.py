"""How a setting is declared: a field with a default and a text."""

from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scripts.settings.setting_error import setting_error


class Settings(BaseModel):
    """Settings are taken as they are: nothing is converted, unknown names are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @classmethod
    def check(cls, given: Mapping[str, Any]) -> Self:
        """See that all given settings are valid.

        Raises:
            SettingError: one is not.
        """
        try:
            return cls.model_validate({str(name): value for name, value in given.items()})
        except ValidationError as error:
            raise setting_error(cls, error) from error


def setting(
    default: Any,
    text: str,
    *,
    at_least: float | None = None,
    at_most: float | None = None,
    shown: str | None = None,
    example: str | None = None,
) -> Any:
    """Declare a setting.

    Args:
        text: what it does, for the table in the docs.
        at_least: the lowest value of a number.
        at_most: the highest value of a number.
        shown: the default in the docs, where the value itself says little.
        example: a value that shows how to write it.
    """
    return Field(
        default,
        description=text,
        ge=at_least,
        le=at_most,
        examples=[example] if example else None,
        json_schema_extra={"shown": shown} if shown else None,
    )

"""The settings of a build: dbt's variables, as a mapping or `--vars` gives them."""

from collections.abc import Mapping
from typing import Any

from scripts.settings.declaration import Settings, setting
from scripts.settings.input_settings import InputSettings
from scripts.settings.result_settings import ResultSettings


# pydantic puts the fields of the last base first.
class BuildSettings(ResultSettings, InputSettings):
    """All settings of a build."""


class ProgramVariables(Settings):
    """Variables that only the build program passes to dbt."""

    new_log_files: list[str] | None = setting(
        None, "files of the log that this build adds; null reads all"
    )
    log_batch: int = setting(
        0, "number of the build that reads them", at_least=0, at_most=10**9
    )
    with_evidence: bool = setting(
        True, "whether rankings are computed at past times too, for the evidence"
    )
    with_product_signals: bool = setting(
        True, "whether products are compared now, for rankings of products that serve"
    )
    given_settings: dict[str, Any] | None = setting(
        None, "the settings of the build, where it reads copies of files"
    )


def check_variables(given: Mapping[str, Any]) -> None:
    """See that the variables of a dbt command are valid.

    Raises:
        SettingError: one is not.
    """
    passed = {name for name in given if name in ProgramVariables.model_fields}
    ProgramVariables.check({name: given[name] for name in passed})
    BuildSettings.check({name: given[name] for name in given if name not in passed})

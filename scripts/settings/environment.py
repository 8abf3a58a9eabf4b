"""Environment variables of a build: where it writes, what it may use, whom it tells."""

import os
import re
from collections.abc import Mapping
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from scripts.settings.setting_error import SettingError

PREFIX = "AUDIENCE_"
COUNT = r"[1-9]\d{0,2}"
SIZE = r"\d+(\.\d+)? ?[KMGT]i?B"


def _variable(
    default: str,
    text: str,
    *,
    pattern: str | None = None,
    expected: str | None = None,
    shown: str | None = None,
) -> Any:
    """Declare an environment variable.

    Args:
        text: what it does, for the table in the docs.
        pattern: what its value must match.
        expected: the same in words.
        shown: the default in the docs, where it is not a value.
    """
    return Field(
        default,
        description=text,
        json_schema_extra={"pattern": pattern, "expected": expected, "shown": shown},
    )


class EnvironmentVariables(BaseModel):
    """Variables named AUDIENCE_<FIELD>; one that is not set, or empty, has its default."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The variables as they are set; `check` says whether they are valid."""
        given: dict[str, Any] = {
            name: environment[variable(name)]
            for name in cls.model_fields
            if environment.get(variable(name))
        }
        return cls.model_construct(**given)

    @classmethod
    def check(cls, environment: Mapping[str, str] = os.environ) -> None:
        """See that the variables are valid.

        Raises:
            SettingError: one is not.
        """
        for name, field in cls.model_fields.items():
            value = environment.get(variable(name))
            extra = field.json_schema_extra
            assert isinstance(extra, dict)
            pattern = extra["pattern"]
            if value is not None and pattern and not re.fullmatch(str(pattern), value):
                raise SettingError(
                    f"{variable(name)} = {value}: expected {extra['expected']}"
                )


class FolderVariables(EnvironmentVariables):
    """Where a build writes."""

    build_dir: str = _variable(
        "build",
        "folder of everything that is generated; on a cluster one that all its machines"
        " share",
    )
    workspace: str = _variable(
        "",
        "folder of a workspace (`audience init`): its audience.yml and tables/ are used,"
        " and its build/ unless AUDIENCE_BUILD_DIR names another folder",
        shown="the first folder with an audience.yml, from the working directory upwards",
    )
    parsed_projects: str = _variable(
        "",
        "folder of the project as dbt has parsed it; builds of one checkout can share it",
        shown="`parsed` in the build folder",
    )
    readers_group: str = _variable(
        "",
        "group whose members may read releases, such as an API of another user: its name"
        " or its number",
        shown="none, the owner alone",
    )


class ResourceVariables(EnvironmentVariables):
    """What a build may use of the machine."""

    memory_limit: str = _variable(
        "4GB",
        "memory of DuckDB, in dbt and in publishing; Python needs some more",
        pattern=SIZE,
        expected="a size such as 4GB",
    )
    dbt_threads: str = _variable(
        "4",
        "models that dbt builds at a time; each needs memory",
        pattern=COUNT,
        expected="a number of threads such as 4",
    )
    cores: str = _variable(
        "",
        "cores that DuckDB uses; each needs memory",
        pattern=COUNT,
        expected="a number of cores such as 2",
        shown="all",
    )
    temp_dir: str = _variable(
        "",
        "folder for data that does not fit into memory; each build makes its own below it",
        shown="`spill` in the build folder",
    )
    temp_limit: str = _variable(
        "",
        "disk space for such data; set it if other programs need that disk too",
        pattern=SIZE,
        expected="a size such as 50GB",
        shown="90 % of the free space",
    )


class SparkVariables(EnvironmentVariables):
    """The engine Spark."""

    spark_master: str = _variable(
        "local[2]", "the cluster: `spark://host:7077`, `yarn` or `k8s://...`"
    )
    spark_memory: str = _variable("2g", "memory of the driver")
    spark_partitions: str = _variable(
        "4", "parts of a shuffle: two or three per core of the cluster"
    )
    spark_warehouse: str = _variable(
        "",
        "where tables lie: a folder or an address that all machines of the cluster see",
        shown="`spark/warehouse` in the build folder",
    )
    spark_format: str = _variable(
        "parquet", "format of the tables: `parquet`, `orc`, `delta` or `iceberg`"
    )


class RefreshVariables(EnvironmentVariables):
    """What a refresh compares with, watches and tells."""

    reference: str = _variable(
        "",
        "id of the release that drift is measured from; it is never removed",
        shown="the oldest that is kept, or the last whose drift was accepted",
    )
    notify: str = _variable(
        "",
        "command that gets the outcome of a refresh as JSON on standard input",
        shown="none",
    )
    api_url: str = _variable(
        "",
        "address of the API to watch after a release",
        shown="`http://127.0.0.1:8000`",
    )
    api_key: str = _variable(
        "", "key for the metrics of that API, if it needs one", shown="none"
    )


class BuildEnvironment(
    RefreshVariables, SparkVariables, ResourceVariables, FolderVariables
):
    """All environment variables of a build."""


def variable(name: str) -> str:
    """The environment variable of a field."""
    return PREFIX + name.upper()

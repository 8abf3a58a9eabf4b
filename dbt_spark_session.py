"""Python models and a list of files, which dbt-spark lacks in session mode.

dbt finds this plugin by its name (`dbt_...`). It does nothing for other targets.
"""

import sys
from collections.abc import Callable
from typing import Any

from dbt.plugins.manager import dbtPlugin
from dbt_common.exceptions import DbtRuntimeError


class SessionPythonJob:
    """Runs a Python model in the Spark session that SQL models use."""

    def __init__(self, parsed_model: dict[str, Any], _credentials: Any) -> None:
        self.name = parsed_model["alias"]

    def submit(self, compiled_code: str) -> None:
        """Run the model, and the code that dbt adds to write its table."""
        from pyspark.sql import SparkSession

        code = compile(compiled_code, f"<model {self.name}>", "exec")
        session = SparkSession.builder.getOrCreate()
        # The project's own code, compiled by dbt.
        exec(code, {"__name__": self.name, "spark": session})  # noqa: S102


class NoPythonJob:
    """Fails, because a Thrift server runs no Python models."""

    def __init__(self, parsed_model: dict[str, Any], _credentials: Any) -> None:
        self.name = parsed_model["alias"]

    def submit(self, _compiled_code: str) -> None:
        """Stop.

        Raises:
            DbtRuntimeError: always.
        """
        raise DbtRuntimeError(
            f"{self.name} is a Python model, which a Thrift server cannot run: use the"
            " target's method session, or leave it out (dbt build --exclude"
            f" {self.name}+)"
        )


def matching_files(adapter: Any, pattern: str) -> list[str]:
    """Files that match a pattern, in order; an empty list if there are none."""
    if str(adapter.config.credentials.method) != "session":
        return _files_by_sql(adapter, pattern)
    from pyspark.sql import SparkSession

    adapter.execute("select 1")  # Starts the session if there is none.
    session = SparkSession.builder.getOrCreate()
    path = session._jvm.org.apache.hadoop.fs.Path(pattern)
    found = path.getFileSystem(session._jsc.hadoopConfiguration()).globStatus(path)
    return sorted(
        str(file.getPath().toString()) for file in found or [] if not file.isDirectory()
    )


def _files_by_sql(adapter: Any, pattern: str) -> list[str]:
    """The same by SQL on a server, where a missing path is an error."""
    quoted = pattern.replace("`", "``")
    try:
        _, table = adapter.execute(f"select path from binaryFile.`{quoted}`", fetch=True)
    except DbtRuntimeError as error:
        if "PATH_NOT_FOUND" in str(error):
            return []
        raise
    return sorted(row[0] for row in table.rows)


# How Python models run, by connection method; Databricks uses dbt-spark's own.
PYTHON_JOBS = {"session": SessionPythonJob, "thrift": NoPythonJob}


def extend(adapter_class: Any) -> None:
    """Add Python models and the list of files to dbt-spark's adapter."""
    helpers: Callable[[Any], dict[str, Any]] = adapter_class.python_submission_helpers.fget
    default: Callable[[Any], str] = adapter_class.default_python_submission_method.fget

    def submission_method(adapter: Any) -> str:
        method = str(adapter.config.credentials.method)
        return method if method in PYTHON_JOBS else default(adapter)

    adapter_class.python_submission_helpers = property(
        lambda adapter: {**helpers(adapter), **PYTHON_JOBS}
    )
    adapter_class.default_python_submission_method = property(submission_method)
    adapter_class.matching_files = matching_files
    adapter_class._available_ |= {"matching_files"}
    adapter_class._parse_replacements_["matching_files"] = lambda *_: []


class SparkSessionPlugin(dbtPlugin):
    """Extends dbt-spark's adapter if dbt has loaded it."""

    def initialize(self) -> None:
        """Extend the adapter; dbt calls this at the start of every command."""
        loaded = sys.modules.get("dbt.adapters.spark.impl")
        if loaded is not None and not hasattr(loaded.SparkAdapter, "matching_files"):
            extend(loaded.SparkAdapter)


plugins = [SparkSessionPlugin]

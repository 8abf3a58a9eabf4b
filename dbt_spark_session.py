"""What dbt-spark lacks in session mode: Python models, and a look at which files there are.

A plugin of dbt, found by its name (`dbt_...`); it does nothing for other targets.
"""

import sys
from collections.abc import Callable
from typing import Any

from dbt.plugins.manager import dbtPlugin


class SessionPythonJob:
    """Runs a Python model in the one Spark session, as SQL models run in it."""

    def __init__(self, parsed_model: dict[str, Any], _credentials: Any) -> None:
        self.name = parsed_model["alias"]

    def submit(self, compiled_code: str) -> None:
        """Run the model and what dbt has put after it, which writes its table."""
        from pyspark.sql import SparkSession

        code = compile(compiled_code, f"<model {self.name}>", "exec")
        session = SparkSession.builder.getOrCreate()
        # The project's own code, as dbt has compiled it.
        exec(code, {"__name__": self.name, "spark": session})  # noqa: S102


def matching_files(adapter: Any, pattern: str) -> list[str]:
    """Files that match a pattern, in order; none where there is none.

    SQL cannot say that: Spark stops where it is asked for a file that is not there.
    """
    from pyspark.sql import SparkSession

    adapter.execute("select 1")  # Sees to it that there is a session.
    session = SparkSession.builder.getOrCreate()
    path = session._jvm.org.apache.hadoop.fs.Path(pattern)
    found = path.getFileSystem(session._jsc.hadoopConfiguration()).globStatus(path)
    return sorted(
        str(file.getPath().toString()) for file in found or [] if not file.isDirectory()
    )


def extend(adapter_class: Any) -> None:
    """Add both to dbt-spark's adapter."""
    helpers: Callable[[Any], dict[str, Any]] = adapter_class.python_submission_helpers.fget
    default: Callable[[Any], str] = adapter_class.default_python_submission_method.fget

    def uses_session(adapter: Any) -> bool:
        return str(adapter.config.credentials.method) == "session"

    adapter_class.python_submission_helpers = property(
        lambda adapter: {**helpers(adapter), "session": SessionPythonJob}
    )
    adapter_class.default_python_submission_method = property(
        lambda adapter: "session" if uses_session(adapter) else default(adapter)
    )
    adapter_class.matching_files = matching_files
    adapter_class._available_ |= {"matching_files"}
    adapter_class._parse_replacements_["matching_files"] = lambda *_: []


class SparkSessionPlugin(dbtPlugin):
    """Extends dbt-spark's adapter where dbt has loaded it."""

    def initialize(self) -> None:
        """Called at the start of every dbt command, after the profile was read."""
        loaded = sys.modules.get("dbt.adapters.spark.impl")
        if loaded is not None and not hasattr(loaded.SparkAdapter, "matching_files"):
            extend(loaded.SparkAdapter)


plugins = [SparkSessionPlugin]

"""Whether this machine has what a build on Spark needs, and what to install where not."""

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.build_folder import BuildFolder
from scripts.reported_error import ReportedError

LEAST_JAVA = 17


class SparkSetupError(ReportedError):
    """Something is not installed; the message says what."""


def check_spark() -> None:
    """See that dbt-spark, PySpark and Java are installed.

    Raises:
        SparkSetupError: one is not, or Java is too old.
    """
    missing = [
        package
        for package, module in (("dbt-spark", "dbt.adapters.spark"), ("pyspark", "pyspark"))
        if not _is_installed(module)
    ]
    if missing:
        raise SparkSetupError(
            f"The target spark needs {' and '.join(missing)}: pip install -e '.[spark]'"
        )
    version = java_version()
    if version is None or version < LEAST_JAVA:
        found = "there is none" if version is None else f"found Java {version}"
        raise SparkSetupError(
            f"The target spark needs Java {LEAST_JAVA} or newer, and {found}: install one"
            " (Debian: apt-get install openjdk-17-jre-headless), or name its folder in"
            " JAVA_HOME"
        )


@contextlib.contextmanager
def spark_tables(folder: BuildFolder) -> Iterator[None]:
    """Keep a mark next to Spark's tables while they are built.

    A killed run leaves files that belong to no table, and Spark then cannot write there.
    A mark that is still there says so: everything is removed, because every run builds all
    tables. Tables below AUDIENCE_SPARK_WAREHOUSE stay, with the catalogue that knows them.
    """
    mark = folder.spark / ".unfinished"
    if mark.exists() and not os.environ.get("AUDIENCE_SPARK_WAREHOUSE"):
        for left in ("warehouse", "metastore"):
            shutil.rmtree(folder.spark / left, ignore_errors=True)
    folder.spark.mkdir(parents=True, exist_ok=True)
    mark.touch()
    yield
    mark.unlink()


def java_version() -> int | None:
    """The version of the Java that Spark would start; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    program = shutil.which(Path(home) / "bin" / "java" if home else "java")
    if program is None:
        return None
    outcome = subprocess.run(
        [program, "-version"], capture_output=True, text=True, check=False
    )
    # 17.0.15, or 1.8.0 as Java 8 has it.
    found = re.search(r'version "(?:1\.)?(\d+)', outcome.stderr + outcome.stdout)
    return int(found[1]) if found else None


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def main() -> int:
    """Run the program; returns the exit code."""
    try:
        check_spark()
    except SparkSetupError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

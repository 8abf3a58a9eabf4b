"""Without Spark or Java a build on Spark says what to install, and all else works."""

import importlib.util
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts.build.spark_setup import SparkSetupError, check_spark, spark_tables
from scripts.build_folder import PROJECT, BuildFolder
from tests.conftest import run_audience, run_program


def pretend_installed(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    found = importlib.util.find_spec

    def find(name: str, *rest: Any) -> object:
        if name in ("pyspark", "dbt.adapters.spark"):
            return None if name in missing else object()
        return found(name, *rest)

    monkeypatch.setattr(importlib.util, "find_spec", find)


def java_that_says(folder: Path, text: str) -> Path:
    program = folder / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\necho '{text}' >&2\n")
    program.chmod(0o755)
    return folder


def test_what_is_not_installed_is_named_with_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend_installed(monkeypatch, "pyspark", "dbt.adapters.spark")
    with pytest.raises(SparkSetupError, match=r"needs dbt-spark and pyspark: pip install"):
        check_spark()
    pretend_installed(monkeypatch, "pyspark")
    with pytest.raises(
        SparkSetupError, match=r"needs pyspark: pip install -e '\.\[spark\]'"
    ):
        check_spark()


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ('openjdk version "11.0.2" 2019-01-15', "found Java 11"),
        ('java version "1.8.0_392"', "found Java 8"),
        ("command not found", "there is none"),
    ],
)
def test_a_java_that_is_too_old_or_none_is_said(
    says: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretend_installed(monkeypatch)
    monkeypatch.setenv("JAVA_HOME", str(java_that_says(tmp_path / "java", says)))
    with pytest.raises(
        SparkSetupError, match=rf"Java 17 or newer, and {expected}: install"
    ):
        check_spark()


def test_java_17_and_newer_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend_installed(monkeypatch)
    for version in ("17.0.15", "21", "25-ea"):
        home = java_that_says(tmp_path / version, f'openjdk version "{version}"')
        monkeypatch.setenv("JAVA_HOME", str(home))
        check_spark()


def test_without_java_the_programs_end_with_one_sentence(
    folder: BuildFolder, tmp_path: Path
) -> None:
    without = {"JAVA_HOME": str(tmp_path / "none")}
    for outcome in (
        run_audience(folder, "build", "--target", "spark", **without),
        run_program(folder, "scripts.build.spark_setup", **without),
    ):
        assert outcome.returncode == 1
        assert outcome.stderr.startswith("error: The target spark needs ")
        assert ": install one" in outcome.stderr or "pip install" in outcome.stderr
        assert "Traceback" not in outcome.stderr


def test_nothing_else_loads_spark() -> None:
    """Programs, API and dbt's plugin work where it is not installed."""
    outcome = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, api.application\n"
            "import scripts.build.pipeline, scripts.releases.publish\n"
            "from dbt_spark_session import SparkSessionPlugin\n"
            "SparkSessionPlugin('product_audience')\n"
            "print([name for name in sys.modules if 'spark' in name])",
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert outcome.stdout.strip() == "['scripts.build.spark_setup', 'dbt_spark_session']"


def test_tables_of_a_build_that_did_not_end_make_room_for_new_ones(
    folder: BuildFolder,
) -> None:
    table = folder.spark / "warehouse" / "customers" / "part-0.parquet"
    with spark_tables(folder):
        table.parent.mkdir(parents=True)
        table.touch()
    with spark_tables(folder):
        assert table.exists()
    # In a process of its own, which a signal can end at any place.
    killed = (
        "import os, signal; from pathlib import Path;"
        "from scripts.build_folder import BuildFolder;"
        "from scripts.build.spark_setup import spark_tables;"
        f"spark_tables(BuildFolder(Path({str(folder.root)!r}))).__enter__();"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    outcome = subprocess.run([sys.executable, "-c", killed], cwd=PROJECT, check=False)
    assert outcome.returncode == -signal.SIGKILL
    assert table.exists()
    with spark_tables(folder):
        assert not table.exists()

"""Where the project is installed, dbt by hand checks the settings too."""

import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from dbt.cli.main import dbtRunner
from dbt_common.exceptions import DbtRuntimeError

from dbt_product_audience import SettingsPlugin
from scripts.build_folder import PROJECT


@pytest.fixture(autouse=True)
def in_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(tmp_path))
    monkeypatch.setenv("DBT_TARGET_PATH", str(tmp_path / "target"))
    monkeypatch.setenv("DBT_LOG_PATH", str(tmp_path / "logs"))


@pytest.mark.parametrize("command", ["build", "test", "ls"])
def test_an_invalid_variable_stops_dbt_before_it_reads_a_model(
    command: str, tmp_path: Path
) -> None:
    outcome = dbtRunner().invoke(["--quiet", command, "--vars", "{top_n: 0}"])
    assert not outcome.success
    assert (
        "Setting top_n = 0: expected a whole number from 1 to 1000000. Correct it in the"
        " mapping file or in --vars."
    ) in str(outcome.exception)
    assert not (tmp_path / "target" / "manifest.json").exists()
    assert not (tmp_path / "warehouse.duckdb").exists()


def test_a_program_of_dbt_ends_with_the_sentence() -> None:
    outcome = subprocess.run(
        [Path(sys.executable).with_name("dbt"), "run", "--vars", "{colums: {a: b}}"],
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode != 0
    assert "Setting colums = {'a': 'b'}: expected one of columns, " in outcome.stdout
    assert "Traceback" not in outcome.stdout + outcome.stderr


VALID = {"top_n": 5, "new_log_files": ["a.csv"], "log_batch": 2}


def test_valid_variables_and_those_of_programs_pass(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    flags = SimpleNamespace(PROJECT_DIR=str(PROJECT), VARS=VALID)
    monkeypatch.setattr("dbt_product_audience.get_flags", lambda: flags)
    SettingsPlugin("product_audience")
    flags.VARS = VALID | {"log_batches": 2}
    with pytest.raises(DbtRuntimeError, match="Setting log_batches = 2"):
        SettingsPlugin("product_audience")


@pytest.mark.long
def test_dbt_parses_the_project_with_valid_variables() -> None:
    outcome = dbtRunner().invoke(
        ["--quiet", "ls", "--select", "customers", "--vars", json.dumps(VALID)]
    )
    assert outcome.success, outcome.exception


def test_other_projects_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def flags() -> SimpleNamespace:
        return SimpleNamespace(PROJECT_DIR=str(PROJECT), VARS={"top_n": 0})

    monkeypatch.setattr("dbt_product_audience.get_flags", flags)
    SettingsPlugin("another_project")
    with pytest.raises(DbtRuntimeError, match="Setting top_n = 0"):
        SettingsPlugin("product_audience")

"""Files that run `audience` can name a workspace; without one they run as before."""

import re
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.build_folder import PROJECT
from scripts.workspace import VARIABLE, enter_workspace, workspace
from tests.deploy.test_deploy_schedules import (  # noqa: F401 - fixtures
    UNITS,
    StandInDag,
    dag,
    dagster,
    make,
    unit,
)

DEPLOY = PROJECT / "deploy"
RUNS_IT = re.compile(r"make refresh|\[audience, refresh\]")
# The image is what others run; a panel only names the command.
WITHOUT = {"Dockerfile", "dashboard.json"}


def test_every_file_that_runs_a_refresh_has_a_line_for_it() -> None:
    running = {
        path
        for path in DEPLOY.rglob("*")
        if path.is_file()
        and path.suffix != ".pyc"
        and path.name not in WITHOUT
        and RUNS_IT.search(path.read_text())
    }
    assert len(running) == 6
    assert {path for path in running if VARIABLE not in path.read_text()} == set()


def test_the_lines_are_empty() -> None:
    assert unit(UNITS[0])["Environment"] == f"{VARIABLE}="
    compose: Any = yaml.safe_load((DEPLOY / "containers" / "compose.yaml").read_text())
    environment = compose["services"]["refresh"]["environment"]
    assert environment[VARIABLE] == f"${{{VARIABLE}:-}}"
    assert f"\n{VARIABLE}=\n" in (DEPLOY / "containers" / "example.env").read_text()
    job: Any = yaml.safe_load((DEPLOY / "kubernetes" / "refresh.yaml").read_text())
    pod = job["spec"]["jobTemplate"]["spec"]["template"]["spec"]
    assert {"name": VARIABLE, "value": ""} in pod["containers"][0]["env"]


def test_an_empty_line_is_no_workspace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.delenv("AUDIENCE_BUILD_DIR", raising=False)
    enter_workspace()
    assert workspace() is None


def test_airflow_passes_it_on(dag: StandInDag, make: Callable[[int], Path]) -> None:  # noqa: F811
    [task] = dag.tasks
    assert task.env == {VARIABLE: ""}
    task.env[VARIABLE] = "/srv/shop"
    called = make(0)
    assert task.execute() == 0
    assert Path(f"{called}.workspace").read_text() == "/srv/shop\n"


def test_dagster_passes_it_on(
    dagster: types.SimpleNamespace,  # noqa: F811
    make: Callable[[int], Path],  # noqa: F811
) -> None:
    [job] = dagster.definitions.jobs
    assert job.__globals__["WORKSPACE"] == ""
    job.__globals__["WORKSPACE"] = "/srv/shop"
    called = make(0)
    job()
    assert Path(f"{called}.workspace").read_text() == "/srv/shop\n"

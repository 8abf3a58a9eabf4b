"""Every schedule runs `make refresh`, once a day at the same time.

Airflow and Dagster are stood in for by modules that take the same arguments and record
them: both are too large to be installed for a file of forty lines.
"""

import importlib.util
import os
import re
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.build_folder import PROJECT
from scripts.cli.main import audience
from tests.needed_programs import needs

SCHEDULES = PROJECT / "deploy" / "schedules"
UNITS = [
    SCHEDULES / "product-audience-refresh.service",
    SCHEDULES / "product-audience-refresh.timer",
]
DAILY = "15 5 * * *"


def recipe(target: str) -> str:
    """The program that make runs for a target, without its options."""
    found = re.search(rf"^{target}:.*\n\t(.+)", (PROJECT / "Makefile").read_text(), re.M)
    assert found, f"the Makefile has no target {target}"
    program = found[1].removeprefix("@$(AUDIENCE)")
    assert program != found[1], f"{target} does not run audience"
    return "audience" + program.split(" $", 1)[0]


def unit(path: Path) -> dict[str, str]:
    """The last value of each setting of a unit."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines if "=" in line)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """Puts another `make` in front, which ends with a code; returns what it was asked."""

    def stand_in(code: int) -> Path:
        called = tmp_path / "called"
        program = tmp_path / "bin" / "make"
        program.parent.mkdir()
        program.write_text(
            f'#!/bin/sh\necho "$PWD: make $*" >> "{called}"\necho progress\n'
            f'echo "$AUDIENCE_WORKSPACE" > "{called}.workspace"\n'
            f"[ {code} = 0 ] || echo 'error: no column event' >&2\nexit {code}\n"
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        return called

    return stand_in


def load(name: str) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(name, SCHEDULES / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_make_refresh_is_the_program() -> None:
    assert recipe("refresh") == "audience refresh"
    assert "refresh" in audience.commands


def test_crontab_runs_it_and_mails_errors_only(
    make: Callable[[int], Path], tmp_path: Path
) -> None:
    lines = (SCHEDULES / "crontab").read_text().splitlines()
    entries = [line for line in lines if line and not line.startswith("#")]
    settings = [line for line in entries if re.fullmatch(r"[A-Z_]+=\S+", line)]
    assert settings == ["MAILTO=root", 'AUDIENCE_WORKSPACE=""']
    [entry] = [line for line in entries if line not in settings]
    *times, command = entry.split(None, 5)
    assert " ".join(times) == DAILY
    assert "%" not in command, "cron takes it for the end of the line"
    called = make(1)
    run = subprocess.run(
        ["/bin/sh", "-c", command.replace("/srv/product-audience", str(tmp_path))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert called.read_text() == f"{tmp_path}: make refresh\n"
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr == "error: no column event\n"


def test_systemd_runs_it() -> None:
    service, timer = map(unit, UNITS)
    assert service["Type"] == "oneshot"
    assert service["ExecStart"] == "/usr/bin/make refresh"
    assert service["User"] != "root"
    # And the folder of a workspace, if there is one.
    assert service["ReadWritePaths"] == f"{service['WorkingDirectory']} -/srv/shop"
    assert timer["OnCalendar"] == "*-*-* 05:15:00 UTC"
    assert timer["WantedBy"] == "timers.target"


@pytest.mark.parametrize(
    "command",
    [
        ["verify", *map(str, UNITS)],
        # Of 100; a service without any bounds has 96.
        ["security", "--offline=true", "--threshold=25", str(UNITS[0])],
    ],
    ids=lambda command: command[0],
)
def test_systemd_accepts_the_units(command: list[str]) -> None:
    run = subprocess.run(
        [needs("systemd-analyze", package="systemd"), "--no-pager", *command],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    if command[0] == "verify":
        assert "product-audience" not in run.stderr


@dataclass
class StandInDag:
    """Takes what Airflow's DAG takes, as far as it is used here."""

    dag_id: str
    description: str
    schedule: str
    start_date: Any
    catchup: bool
    max_active_runs: int
    tags: list[str]
    tasks: list["StandInTask"] = field(default_factory=list)

    def __enter__(self) -> "StandInDag":
        StandInTask.dag = self
        return self

    def __exit__(self, *_: object) -> None:
        StandInTask.dag = None


@dataclass
class StandInTask:
    """Takes what Airflow's BashOperator takes; runs its command as Airflow would."""

    task_id: str
    bash_command: str
    cwd: str
    env: dict[str, str]
    append_env: bool
    retries: int
    execution_timeout: Any

    def __post_init__(self) -> None:
        assert self.dag is not None
        self.dag.tasks.append(self)

    def execute(self) -> int:
        command = ["bash", "-c", self.bash_command]
        env = (os.environ if self.append_env else {}) | self.env
        return subprocess.run(command, cwd=self.cwd, env=env, check=False).returncode


StandInTask.dag = None  # type: ignore[attr-defined]


@pytest.fixture
def dag(monkeypatch: pytest.MonkeyPatch) -> StandInDag:
    operators = "airflow.providers.standard.operators"
    for name, content in {
        "airflow": {},
        "airflow.sdk": {"DAG": StandInDag},
        "airflow.providers": {},
        "airflow.providers.standard": {},
        operators: {},
        f"{operators}.bash": {"BashOperator": StandInTask},
    }.items():
        module = types.ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
    loaded: StandInDag = load("airflow_dag").dag
    return loaded


def test_airflow_runs_it(dag: StandInDag, make: Callable[[int], Path]) -> None:
    assert dag.schedule == DAILY
    assert dag.start_date.utcoffset().total_seconds() == 0
    assert (dag.catchup, dag.max_active_runs) == (False, 1)
    [task] = dag.tasks
    assert task.execution_timeout.total_seconds() < 86400
    called = make(0)
    assert task.execute() == 0
    assert called.read_text() == f"{PROJECT}: make refresh\n"


def test_airflow_sees_that_nothing_was_published(
    dag: StandInDag, make: Callable[[int], Path]
) -> None:
    make(1)
    assert dag.tasks[0].execute() == 1


class StandInFailure(Exception):  # noqa: N818
    """Takes what Dagster's Failure takes."""

    def __init__(self, description: str) -> None:
        super().__init__(description)


@dataclass
class StandInSchedule:
    """Takes what Dagster's ScheduleDefinition takes, as far as it is used here."""

    job: Callable[[], None]
    cron_schedule: str
    execution_timezone: str
    default_status: str


@dataclass
class StandInDefinitions:
    jobs: list[Callable[[], None]]
    schedules: list[StandInSchedule]


@pytest.fixture
def dagster(monkeypatch: pytest.MonkeyPatch) -> types.SimpleNamespace:
    """Dagster's job, with what its op logs."""
    logged: list[str] = []
    context = types.SimpleNamespace(log=types.SimpleNamespace(info=logged.append))
    module = types.ModuleType("dagster")
    vars(module).update(
        # In a job an op is called without its context.
        op=lambda function: lambda: function(context),
        job=lambda function: function,
        OpExecutionContext=object,
        Failure=StandInFailure,
        ScheduleDefinition=StandInSchedule,
        Definitions=StandInDefinitions,
        DefaultScheduleStatus=types.SimpleNamespace(RUNNING="running"),
    )
    monkeypatch.setitem(sys.modules, "dagster", module)
    return types.SimpleNamespace(definitions=load("dagster_job").definitions, logged=logged)


def test_dagster_runs_it(
    dagster: types.SimpleNamespace, make: Callable[[int], Path]
) -> None:
    [schedule] = dagster.definitions.schedules
    assert (schedule.cron_schedule, schedule.execution_timezone) == (DAILY, "UTC")
    assert schedule.default_status == "running"
    assert dagster.definitions.jobs == [schedule.job]
    called = make(0)
    schedule.job()
    assert called.read_text() == f"{PROJECT}: make refresh\n"
    assert dagster.logged == ["progress\n"]


def test_dagster_says_why_nothing_was_published(
    dagster: types.SimpleNamespace, make: Callable[[int], Path]
) -> None:
    make(1)
    with pytest.raises(StandInFailure, match=r"^error: no column event$"):
        dagster.definitions.jobs[0]()


def test_kubernetes_runs_it_at_the_same_time() -> None:
    text = (PROJECT / "deploy" / "kubernetes" / "refresh.yaml").read_text()
    spec = yaml.safe_load(text)["spec"]
    assert (spec["schedule"], spec["timeZone"]) == (DAILY, "Etc/UTC")

"""Measure builds from the outside: time per model, memory and spilled space."""

import functools
import json
import multiprocessing
import os
import resource
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from rich.console import Console

from scripts.build.dbt_progress import dbt_progress
from scripts.build.dbt_run import DbtRun, run_dbt
from scripts.build.preconditions import BuildError
from scripts.build_folder import PROJECT, BuildFolder

Result = TypeVar("Result")

# A larger scale is built once, models and tests one by one, and not compared with Polars,
# which has to hold it in memory.
LARGEST_COMPARED_SCALE = 10


@dataclass(frozen=True)
class Timing:
    """One measured run.

    Attributes:
        seconds: by model or table.
        peak_megabytes: the most memory (RSS) that its process held; MB are 10^6 bytes.
        cpu_seconds: of its process, on all cores together; more reliable than the clock on
            a busy machine. 0 if it was not measured.
    """

    seconds: dict[str, float]
    peak_megabytes: float
    cpu_seconds: float = 0

    @property
    def total(self) -> float:
        return sum(self.seconds.values())


@dataclass(frozen=True)
class WholeBuild:
    """A `dbt build` of all models and tests, and the release made of it.

    Attributes:
        models: timed while other models and tests run too.
        build_seconds: wall time, dbt's start included.
        temp_megabytes: the largest size of its spilled files.
        publish_megabytes: the most memory that publishing held.
    """

    models: Timing
    build_seconds: float
    temp_megabytes: float
    publish_seconds: float
    publish_megabytes: float
    warehouse_megabytes: float
    release_megabytes: float


class SpillWatch:
    """The largest size that a folder has had.

    Attributes:
        peak_megabytes: so far.
    """

    def __init__(self, folder: Path) -> None:
        self.peak_megabytes = 0.0
        self._folder = folder

    def look(self) -> None:
        """Measure its size now."""
        size = 0
        for file in self._folder.rglob("*"):
            try:
                size += file.stat().st_size
            except OSError:
                continue  # It was removed in the meantime.
        self.peak_megabytes = max(self.peak_megabytes, size / 1e6)


@contextmanager
def watched_spill(folder: BuildFolder) -> Iterator[SpillWatch]:
    """Watch the folder that a build spills to, twice a second."""
    watch = SpillWatch(folder.spill)
    is_over = threading.Event()

    def look_on() -> None:
        while not is_over.wait(0.5):
            watch.look()

    thread = threading.Thread(target=look_on, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        is_over.set()
        thread.join()


def in_own_process(function: Callable[..., Result], *arguments: object) -> Result:
    """Call a function in a new process."""
    spawning = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=spawning) as pool:
        return pool.submit(function, *arguments).result()


def peak_megabytes(whose: int) -> float:
    """Peak memory of this process, or of the largest child that it has waited for."""
    return resource.getrusage(whose).ru_maxrss * 1024 / 1e6  # Linux counts in KiB.


def run_program(folder: BuildFolder, module: str, *arguments: str) -> str:
    """Run one of the project's programs; returns what it printed.

    Raises:
        BuildError: it failed.
    """
    program = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env=os.environ | {"AUDIENCE_BUILD_DIR": str(folder.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if program.returncode:
        raise BuildError(program.stderr.strip().removeprefix("error: "))
    return program.stdout


def run_audience(folder: BuildFolder, *words: str) -> str:
    """Run a command of `audience`; returns what it printed.

    Raises:
        BuildError: it failed.
    """
    return run_program(folder, "scripts.cli", *words)


def build_whole(
    folder: BuildFolder, log: Path, *, one_by_one: bool
) -> tuple[Timing, float, float]:
    """Build and test everything from scratch; call it in a new process.

    Args:
        one_by_one: whether to run one model or test at a time.

    Returns:
        What each model took, the wall time of `dbt build` in seconds, and the
        largest size of its spilled files in MB.
    """
    shutil.rmtree(folder.root, ignore_errors=True)
    with dbt_progress(Console()) as show, watched_spill(folder) as watch:
        command = ["build", *(["--threads", "1"] if one_by_one else [])]
        run = run_dbt(command, {"log": str(log)}, folder, show)
    return model_timing(run), run.seconds, watch.peak_megabytes


def build_models(folder: BuildFolder, log: Path) -> Timing:
    """Run all models one by one, from scratch; call it in a new process."""
    shutil.rmtree(folder.root, ignore_errors=True)
    kinds = ("--resource-type", "seed", "--resource-type", "model")
    command = ["build", "--threads", "1", *kinds]
    return model_timing(run_dbt(command, {"log": str(log)}, folder))


def model_timing(run: DbtRun) -> Timing:
    """The seconds of each model, and the peak memory of dbt.

    Raises:
        BuildError: something failed.
    """
    if run.exit_code:
        raise BuildError("\n".join(run.problems))
    seconds = {node.name: node.seconds for node in run.nodes if node.kind == "model"}
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Timing(
        seconds,
        peak_megabytes(resource.RUSAGE_CHILDREN),
        used.ru_utime + used.ru_stime,
    )


def publish(folder: BuildFolder) -> tuple[float, float]:
    """Publish the build; call it in a new process.

    Returns:
        Wall time in seconds, and peak memory in MB.
    """
    started = time.monotonic()
    run_audience(folder, "publish")
    return time.monotonic() - started, peak_megabytes(resource.RUSAGE_CHILDREN)


def measure_whole_build(
    folder: BuildFolder, log: Path, *, one_by_one: bool = False
) -> WholeBuild:
    """Build, test and publish."""
    whole = functools.partial(build_whole, one_by_one=one_by_one)
    models, build_seconds, temp_megabytes = in_own_process(whole, folder, log)
    publish_seconds, publish_megabytes = in_own_process(publish, folder)
    files = [file for file in folder.releases.rglob("*") if file.is_file()]
    return WholeBuild(
        models=models,
        build_seconds=build_seconds,
        temp_megabytes=temp_megabytes,
        publish_seconds=publish_seconds,
        publish_megabytes=publish_megabytes,
        warehouse_megabytes=folder.warehouse.stat().st_size / 1e6,
        release_megabytes=sum(file.stat().st_size for file in files) / 1e6,
    )


def evaluation_models(folder: BuildFolder) -> set[str]:
    """The models in folders called evaluation; they measure how good rankings are."""
    nodes = json.loads((folder.dbt_target / "manifest.json").read_text())["nodes"]
    return {
        node["name"]
        for node in nodes.values()
        if node["resource_type"] == "model" and "evaluation" in node["fqn"]
    }

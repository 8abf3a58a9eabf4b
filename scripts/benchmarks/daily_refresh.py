"""Measure the cost of another day: an incremental build, and one from scratch."""

import shutil
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scripts.benchmarks.builds import in_own_process, model_timing, run_audience
from scripts.build.incremental import run_incrementally
from scripts.build_folder import BuildFolder
from scripts.releases.release_folder import ReleaseFolder
from scripts.releases.running_api import running_api

LONGEST_SWITCH_SECONDS = 30
SHORT_LOG = 5_000


@dataclass(frozen=True)
class DayMore:
    """A log of many days built from scratch, and then another day.

    Attributes:
        days: the days of the log without the last one.
        day_interactions: interactions of the last day.
        all_models, day_models: seconds of all models, one by one.
        least_all, least_day: the same for a log of SHORT_LOG interactions, and again
            without a new one: the time that dbt needs for any log.
        build, refresh: wall time of `make build` and `make refresh`, tests and publishing
            included, in seconds.
        short_build: of `make build` with SHORT_LOG interactions; like `build`, the first
            one in its folder.
        served: from the start of the refresh to the first answer of a running API out of
            the new release, in seconds.
    """

    days: int
    day_interactions: int
    all_models: float
    day_models: float
    least_all: float
    least_day: float
    build: float
    short_build: float
    refresh: float
    served: float

    @property
    def share_of_models(self) -> float:
        """The cost of the day's models as a share of all, without dbt's own time."""
        return (self.day_models - self.least_day) / (self.all_models - self.least_all)


def write_days(log: Path, folder: Path) -> list[Path]:
    """The interactions of a log as a Parquet file per day, in the order of days."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with duckdb.connect() as connection:
        days = connection.execute(
            "select distinct event_date::date::text from read_parquet(?) order by 1",
            [str(log)],
        ).fetchall()
        files = []
        for (day,) in days:
            files.append(folder / f"{day}.parquet")
            connection.execute(
                f"copy (select * from read_parquet('{log}') where event_date::date ="
                f" '{day}') to '{files[-1]}'"
            )
    return files


def model_seconds(folder: BuildFolder, log: str, selector: str = "daily") -> float:
    """Seconds of a selector's models, one by one; call it in a new process."""
    kinds = ("--resource-type", "seed", "--resource-type", "model")
    command = ["build", "--threads", "1", "--selector", selector, *kinds]
    return model_timing(run_incrementally(command, {"log": log}, folder)).total


def measure_day_more(root: Path, log: Path) -> DayMore:
    """Build all days but the last, then the last.

    Args:
        root: a folder for the days and the builds; earlier ones are removed.

    Raises:
        BuildError, MeasurementError: something failed.
    """
    *_, last = files = write_days(log, root / "days")
    pattern = str(root / "days" / "*.parquet")
    held_back = root / last.name
    last.rename(held_back)

    models = BuildFolder(root / "day_models")
    shutil.rmtree(models.root, ignore_errors=True)
    all_models = in_own_process(model_seconds, models, pattern, "everything")
    whole = BuildFolder(root / "day_build")
    build = _build_seconds(whole, pattern)

    short = root / "short.parquet"
    duckdb.execute(f"copy (from read_parquet('{log}') limit {SHORT_LOG}) to '{short}'")
    short_build = _build_seconds(BuildFolder(root / "short_build"), str(short))
    least = BuildFolder(root / "least_models")
    shutil.rmtree(least.root, ignore_errors=True)
    least_all = in_own_process(model_seconds, least, str(short), "everything")
    least_day = in_own_process(model_seconds, least, str(short))

    held_back.rename(last)
    day_models = in_own_process(model_seconds, models, pattern)
    with running_api(whole, ["api"], workers=1) as api:
        started = time.monotonic()
        run_audience(whole, "refresh")
        refresh = time.monotonic() - started
        current = ReleaseFolder(whole.releases).current()
        while current is not None and current.release_id not in _release_of(api.url):
            if time.monotonic() - started > refresh + LONGEST_SWITCH_SECONDS:
                raise TimeoutError(f"{current.release_id} is not served")
            time.sleep(0.05)
        served = time.monotonic() - started
    (day_interactions,) = duckdb.execute(
        "select count(*) from read_parquet(?)", [str(last)]
    ).fetchone() or (0,)
    return DayMore(
        days=len(files) - 1,
        day_interactions=day_interactions,
        all_models=all_models,
        day_models=day_models,
        least_all=least_all,
        least_day=least_day,
        build=build,
        short_build=short_build,
        refresh=refresh,
        served=served,
    )


def _build_seconds(folder: BuildFolder, log: str) -> float:
    """The wall time of `audience build` in an empty folder."""
    shutil.rmtree(folder.root, ignore_errors=True)
    started = time.monotonic()
    run_audience(folder, "build", "--log", log)
    return time.monotonic() - started


def _release_of(url: str) -> str:
    """The health answer of an API, which names its release."""
    with urllib.request.urlopen(f"{url}/health", timeout=5) as answer:  # noqa: S310
        return str(answer.read())

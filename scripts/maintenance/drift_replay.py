"""Replay a log by day: how often drift stops a build for nothing, and what it finds.

Each day is judged as a build after it would be, by the compiled SQL of the drift models, in
database in memory. Only what these models read is kept up to date here; each day continues
from the day before. A fault is planted on a day in a transaction that is rolled back.
"""

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from scripts import resource_limits
from scripts.build.build_request import check_inputs, gather_settings
from scripts.build.dbt_run import run_dbt
from scripts.build.preconditions import BuildError
from scripts.build_folder import BuildFolder, sql_path
from scripts.maintenance.drift_rates import DriftRates, has_history
from scripts.maintenance.planted_faults import FAULTS
from scripts.maintenance.replayed_tables import ADD_DAY, COPIED, TABLES
from scripts.releases.drift import Drift
from scripts.releases.release_folder import KEPT_RELEASES

# In the order in which they read each other.
MODELS = (
    "int_log_window",
    "int_daily_counts",
    "int_daily_volumes",
    "int_daily_mixes",
    "int_daily_distances",
    "int_daily_drift",
    "int_new_days",
    "int_customer_features",
    "int_engagement_ranks",
    "build_profile",
    "int_release_drift",
    "drift_report",
)


def replay_log(
    log: str,
    mapping: Path | None = None,
    extra: str | None = None,
    *,
    every: int = 7,
    last_days: int | None = None,
    say: Callable[[str], object] = lambda _: None,
) -> DriftRates:
    """Replay a log by day, and plant each fault on every so many days.

    Args:
        log, mapping, extra: as for a build.
        every: faults are planted on every so many days with enough history for all
            measures; 0 plants none.
        last_days: how many days are judged, the last ones; None for all.
        say: is told what is done.

    Raises:
        LogSourceError, SettingError: the log cannot be read so.
        BuildError: dbt failed.
    """
    with tempfile.TemporaryDirectory(prefix="drift-replay-") as root:
        folder = BuildFolder(Path(root))
        settings = gather_settings(folder, log, mapping, extra)
        settings = check_inputs(folder.readable_copies, settings, say)
        say("Reading the log ...")
        command = ["build", "--select", "+drift_report", "+build_profile"]
        command += ["--resource-type", "seed", "--resource-type", "model"]
        run = run_dbt(command, settings, folder)
        if run.exit_code:
            raise BuildError("\n".join(run.problems))
        with resource_limits.connect(folder) as connection:
            replay = _Replay(connection, folder, settings)
            return replay.run(every, last_days, say)


class _Replay:
    """The tables that the drift models read, up to a day."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        folder: BuildFolder,
        settings: dict[str, Any],
    ) -> None:
        self.connection = connection
        self.id_type = "varchar" if settings.get("id_type") == "text" else "bigint"
        compiled = folder.dbt_target / "compiled"
        self.sql = {
            name: next(compiled.rglob(f"{name}.sql")).read_text() for name in MODELS
        }
        # The views and the compiled SQL name the database of a build: first it is the one
        # that dbt wrote, then the one of the replay.
        connection.execute(
            f"attach '{sql_path(folder.warehouse)}' as warehouse (read_only)"
        )
        for name, query in COPIED.items():
            connection.execute(f"create table memory.{name} as {query}")
        connection.execute("detach warehouse")
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("use warehouse")
        for schema in ("staging", "intermediate", "marts", "seeds", "replay"):
            connection.execute(f"create schema {schema}")
        for name in COPIED:
            schema = name.split("_")[0]
            schema = {"int": "intermediate", "drift": "seeds"}.get(schema, "replay")
            connection.execute(f"create table {schema}.{name} as from memory.{name}")
        self._execute(TABLES)

    def run(
        self, every: int, last_days: int | None, say: Callable[[str], object]
    ) -> DriftRates:
        replayed = DriftRates()
        days = [
            (day, volume)
            for day, volume in self.connection.execute(
                "select on_day, count(*) from replay.raw_rows where outcome = 'accepted'"
                " group by on_day order by on_day"
            ).fetchall()
        ]
        start = 0 if last_days is None else max(0, len(days) - last_days)
        seasoned_days = 0
        for number, (day, volume) in enumerate(days):
            if number % 10 == 0:
                say(f"{day}: day {number + 1} of {len(days)}")
            if number < start - KEPT_RELEASES:
                self._take(day)
                self._execute(ADD_DAY)
                continue
            if every and number >= start and seasoned_days % every == every - 1:
                for fault in FAULTS:
                    self.connection.execute("begin")
                    self._take(day, fault)
                    replayed.found[fault].append(self._judge())
                    self.connection.execute("rollback")
            self._take(day)
            report = self._judge()
            if number >= start:
                replayed.reports[day] = report
                replayed.volumes[day] = volume
                seasoned_days += has_history(report)
            self._keep_release(number)
        return replayed

    def _take(self, day: date, fault: str | None = None) -> None:
        """Make the table of the day's rows."""
        self.connection.execute(
            "create or replace table replay.day as select * exclude (on_day)"
            f" from replay.raw_rows where on_day = date '{day}'"
        )
        if fault is not None:
            self.connection.execute(FAULTS[fault])

    def _judge(self) -> list[Drift]:
        """Add the day, and read the report of a build after it."""
        self._execute(ADD_DAY)
        for name, query in self.sql.items():
            schema = "marts" if not name.startswith("int_") else "intermediate"
            self.connection.execute(f"create or replace table {schema}.{name} as {query}")
        rows = self.connection.execute(
            "select measure, compared_with, value, value_before, drift, warn_from,"
            " block_from, drift_level from marts.drift_report order by all"
        ).fetchall()
        return [Drift(*row) for row in rows]

    def _keep_release(self, number: int) -> None:
        """Keep what later days are compared with."""
        self.connection.execute(
            f"create table replay.profile_{number} as from marts.build_profile;"
            f"create table replay.ranking_{number} as select customer_id, engagement_rank"
            " from intermediate.int_engagement_ranks where engagement_rank <= 100;"
            "delete from staging.stg_earlier_profiles;"
            "delete from staging.stg_earlier_rankings"
        )
        compared = {
            "the release before": number,
            "the reference": number - KEPT_RELEASES + 1,
        }
        for compared_with, kept in compared.items():
            if self._is_kept(kept):
                self.connection.execute(
                    "insert into staging.stg_earlier_profiles"
                    f" select '{compared_with}', * from replay.profile_{kept};"
                    "insert into staging.stg_earlier_rankings"
                    f" select '{compared_with}', * from replay.ranking_{kept}"
                )

    def _is_kept(self, number: int) -> bool:
        found = self.connection.execute(
            "select count(*) from duckdb_tables() where table_name = ?",
            [f"profile_{number}"],
        ).fetchone()
        return found is not None and found[0] > 0

    def _execute(self, statements: str) -> None:
        self.connection.execute(statements.replace("{id}", self.id_type))

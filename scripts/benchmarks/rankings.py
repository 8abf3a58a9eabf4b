"""Whether the rankings that serve find later customers, as an independent check.

Each log is built up to its split; the lists of that release are compared with the rest of
the log, by code that shares nothing with the models.
"""

from collections.abc import Sequence
from pathlib import Path

import duckdb
from rich.console import Console

from scripts.benchmarks import generated_logs
from scripts.benchmarks.measured_release import build, measure
from scripts.benchmarks.ranking_bars import Bar, Measurement, bars_of, table, verdicts
from scripts.benchmarks.real_logs import (
    LOGS,
    data_folder,
    known_names,
    split,
)
from scripts.build_folder import PROJECT


def measure_real_log(name: str, data: Path, root: Path) -> list[Measurement]:
    """Build the early part of a real log, and judge the lists of the release."""
    log = LOGS[name]
    with duckdb.connect() as connection:
        log.read(connection, data)
        split(connection)
        attributes = log.write_attributes(connection, data, root)
        settings = {"product_attributes": str(attributes)} if attributes else {}
        built = build(
            root,
            log.write_early(connection, root),
            *("--mapping", str(PROJECT / "mappings" / log.mapping)),
            **settings,
        )
        return measure(connection, built, name, log.title)


def measure_generated_log(name: str, root: Path) -> tuple[list[Measurement], list[Bar]]:
    """The same for a generated log, with what must hold for it alone."""
    log, early = root / "log.parquet", root / "early.parquet"
    oracle_lift = generated_logs.write_log(name, log)
    with duckdb.connect() as connection:
        generated_logs.read(connection, log)
        split(connection)
        generated_logs.write_early(connection, log, early)
        built = build(root, early)
        found = measure(connection, built, name, generated_logs.TITLES[name])
        return found, generated_logs.bars(connection, built, name, oracle_lift)


def measure_rankings(root: Path, names: Sequence[str], data: Path | None) -> bool:
    """Measure logs, print the figures and each bar; returns whether all bars are met.

    Args:
        root: a folder for the builds.
        names: of logs; all of them if empty.
        data: the folder of real logs.

    Raises:
        LogFolderError: a log is missing or unknown.
        BuildError: a build failed.
    """
    console = Console(markup=False, highlight=False)
    wanted = known_names(names, list(generated_logs.TITLES))
    folder = data_folder(data) if set(wanted) & set(LOGS) else None
    measurements: list[Measurement] = []
    bars: list[Bar] = []
    for name in wanted:
        console.print(f"{name}: building the early part ...", soft_wrap=True)
        place = root / name
        place.mkdir(parents=True, exist_ok=True)
        special: list[Bar] = []
        if name in LOGS:
            assert folder is not None
            found = measure_real_log(name, folder, place)
        else:
            found, special = measure_generated_log(name, place)
        measurements += found
        bars += [bar for one in found for bar in bars_of(one)] + special
    print(f"\n{table(measurements)}\n\n{verdicts(bars)}")
    return all(bar.is_met for bar in bars)

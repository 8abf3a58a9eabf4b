"""What to build: the order of a command line, and the settings of dbt that it means."""

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.build.input_columns import check_input_columns
from scripts.build.log_source import (
    LogSourceError,
    check_log,
    check_seeds,
    check_side_inputs,
    literal,
    read_mapping,
)
from scripts.build_folder import BuildFolder
from scripts.releases.publish import KEPT_RELEASES


@dataclass(frozen=True)
class Order:
    """What to build.

    Attributes:
        log: path or glob of the raw log; generated if None and not there yet.
        mapping: YAML file that describes it.
        extra: more dbt variables, as YAML.
        keep: how many releases to keep.
        target: the engine, an output of profiles.yml: duckdb or spark.
        accepted_drift: why a build that has drifted is to be published; None if it is not.
    """

    log: str | None = None
    mapping: Path | None = None
    extra: str | None = None
    keep: int = KEPT_RELEASES
    target: str = "duckdb"
    accepted_drift: str | None = None


def order_parser(program: str, description: str) -> argparse.ArgumentParser:
    """A parser of what to build."""
    parser = argparse.ArgumentParser(prog=program, description=description)
    parser.add_argument("--log", help="path or glob of CSV or Parquet files")
    parser.add_argument("--mapping", type=Path, help="YAML file that describes the log")
    parser.add_argument("--vars", help="more settings as YAML, such as 'top_n: 20'")
    parser.add_argument(
        "--keep",
        type=int,
        default=KEPT_RELEASES,
        help=f"how many releases to keep (default {KEPT_RELEASES})",
    )
    parser.add_argument(
        "--accept-drift", metavar="WHY", help="publish although the build has drifted"
    )
    return parser


def read_order(parser: argparse.ArgumentParser, arguments: list[str] | None) -> Order:
    """What a command line orders; a wrong one ends the program."""
    options = parser.parse_args(arguments)
    if options.keep < 1:
        parser.error(f"--keep {options.keep}, must be 1 or more")
    return Order(
        options.log,
        options.mapping,
        options.vars,
        options.keep,
        getattr(options, "target", "duckdb"),
        options.accept_drift,
    )


def gather_settings(
    folder: BuildFolder, log: str | None, mapping: Path | None, extra: str | None
) -> dict[str, Any]:
    """The dbt variables of a build: the mapping's, then those given by hand, and the log.

    Raises:
        LogSourceError: the mapping or the log cannot be read.
    """
    settings = read_mapping(mapping) if mapping else {}
    if extra:
        try:
            given = yaml.safe_load(extra)
        except (yaml.YAMLError, ValueError) as error:
            raise LogSourceError(f"--vars {extra!r} is not YAML") from error
        if not isinstance(given, dict):
            raise LogSourceError(f"--vars {extra!r}: expected settings such as 'top_n: 20'")
        if not all(isinstance(name, str) for name in given):
            raise LogSourceError(f"--vars {extra!r}: expected names of settings")
        settings |= given
    if log is not None:
        settings["log"] = literal(log)
    if not {"log", "experiment_units"} & settings.keys():
        # The generated log has example experiments beside it.
        settings |= {
            "experiment_units": literal(str(folder.example_units)),
            "with_examples": True,
        }
    settings["log"] = str(settings.get("log", literal(str(folder.default_log))))
    check_inputs(settings)
    # As a release's manifest has them, which later builds go on with.
    plain: dict[str, Any] = json.loads(json.dumps(settings, default=str))
    return plain


def check_inputs(settings: dict[str, Any]) -> None:
    """See that the log, the tables beside it and the seeds can be read.

    Raises:
        LogSourceError: one cannot.
    """
    check_log(settings["log"], str(settings.get("encoding", "utf-8")))
    check_side_inputs(settings)
    check_input_columns(settings)
    check_seeds()

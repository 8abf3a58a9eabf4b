"""What to build: the request of a command line, and the dbt variables that it means."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from scripts.build.input_columns import check_input_columns
from scripts.build.log_source import (
    LogSourceError,
    check_log,
    check_side_inputs,
    declared_inputs,
    literal,
    read_mapping,
)
from scripts.build.parquet_types import check_column_types
from scripts.build.readable_copies import name_originals, with_readable_copies
from scripts.build.seed_files import check_seeds
from scripts.build_folder import BuildFolder
from scripts.releases.release_folder import KEPT_RELEASES
from scripts.settings.build_settings import BuildSettings
from scripts.settings.settings_yaml import SettingsTooLargeError, load_settings
from scripts.workspace import workspace_settings


@dataclass(frozen=True)
class BuildRequest:
    """What to build.

    Attributes:
        log: path or glob of the raw log; generated if None and not there yet.
        mapping: YAML file that describes it.
        extra: more settings, as YAML.
        keep: how many releases to keep.
        target: the engine, an output of profiles.yml: duckdb or spark.
        accepted_drift: why a build that has drifted is published; None if it is not.
    """

    log: str | None = None
    mapping: Path | None = None
    extra: str | None = None
    keep: int = KEPT_RELEASES
    target: str = "duckdb"
    accepted_drift: str | None = None


def gather_settings(
    folder: BuildFolder, log: str | None, mapping: Path | None, extra: str | None
) -> dict[str, Any]:
    """The dbt variables of a build: those given, and else those of the generated log.

    Raises:
        LogSourceError: the mapping cannot be read.
        SettingError: a setting is not valid.
    """
    return with_generated_log(folder, given_settings(log, mapping, extra))


def given_settings(
    log: str | None, mapping: Path | None, extra: str | None
) -> dict[str, Any]:
    """The settings of the workspace if there is one, of a mapping, and those given by hand.

    Raises:
        LogSourceError: the mapping cannot be read.
    """
    own = workspace_settings()
    settings = below(own.parent, read_mapping(own)) if own else {}
    given_by_hand = read_mapping(mapping) if mapping else {}
    if extra:
        try:
            given = load_settings(extra)
        except SettingsTooLargeError as error:
            raise LogSourceError(f"--vars: {error}") from error
        except (yaml.YAMLError, ValueError) as error:
            raise LogSourceError(f"--vars {extra!r} is not YAML") from error
        if not isinstance(given, dict):
            raise LogSourceError(f"--vars {extra!r}: expected settings such as 'top_n: 20'")
        if not all(isinstance(name, str) for name in given):
            raise LogSourceError(f"--vars {extra!r}: expected names of settings")
        given_by_hand |= given
    if log is not None:
        given_by_hand["log"] = literal(log)
    # A later refresh may run in another folder of the workspace.
    return settings | (below(Path.cwd(), given_by_hand) if own else given_by_hand)


def with_generated_log(folder: BuildFolder, given: dict[str, Any]) -> dict[str, Any]:
    """The dbt variables that settings mean; without a log they are for the generated one.

    Raises:
        SettingError: a setting is not valid.
    """
    settings = dict(given)
    if not {"log", "experiment_units"} & settings.keys():
        # The generated log comes with example experiments.
        settings |= {
            "experiment_units": literal(str(folder.example_units)),
            "with_examples": True,
        }
    settings.setdefault("log", literal(str(folder.default_log)))
    BuildSettings.check(settings)
    # As in the manifest of a release, which a refresh reads.
    plain: dict[str, Any] = json.loads(json.dumps(settings, default=str))
    return plain


def below(root: Path, settings: dict[str, Any]) -> dict[str, Any]:
    """Settings whose paths are meant from a folder on."""

    def placed(path: Any) -> Any:
        if not isinstance(path, str) or "://" in path:
            return path
        # The folder's own name is no pattern.
        return str(Path(literal(str(root))) / Path(path).expanduser())

    for name in declared_inputs():
        given = settings.get(name)
        if isinstance(given, dict):
            settings = settings | {name: given | {"path": placed(given.get("path"))}}
        elif given:
            settings = settings | {name: placed(given)}
    return settings


def check_inputs(
    copies: Path,
    settings: Mapping[str, Any],
    say: Callable[[str], object] = lambda _: None,
    most_bytes: int | None = None,
) -> dict[str, Any]:
    """See that settings are valid, and that the files of a build can be read.

    Args:
        copies: the folder for copies of files that the engines cannot read.
        say, most_bytes: as for with_readable_copies.

    Returns:
        The settings that read the copies.

    Raises:
        SettingError: a setting is not valid.
        LogSourceError: the log, a side input or a seed cannot be read.
    """
    read = with_readable_copies(copies, settings, say, most_bytes)
    try:
        check_log(read["log"])
        check_side_inputs(read)
        check_input_columns(read, copies.resolve())
        check_column_types(read)
    except LogSourceError as error:
        raise LogSourceError(name_originals(copies, str(error))) from error
    check_seeds()
    return read

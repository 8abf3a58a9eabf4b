"""What dbt gets from a program: environment variables, and variables of the project."""

import os
from pathlib import Path
from typing import Any

import yaml

from scripts import resource_limits
from scripts.build.seed_files import write_seeds
from scripts.build_folder import PROJECT, BuildFolder


def dbt_environment(folder: BuildFolder, target: Path) -> dict[str, str]:
    """The environment variables of dbt, whose artifacts go to the folder `target`."""
    return (
        os.environ
        | resource_limits.limits_for_dbt(folder)
        | {
            "AUDIENCE_BUILD_DIR": str(folder.root),
            "DBT_TARGET_PATH": str(target),
            "DBT_LOG_PATH": str(folder.dbt_logs),
            "DBT_PROJECT_DIR": str(PROJECT),
            "AUDIENCE_SEEDS_ROOT": str(write_seeds(folder)),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DO_NOT_TRACK": "1",
        }
    )


def as_option(variables: dict[str, Any]) -> str:
    """The value of dbt's option `--vars`, on one line."""
    return yaml.safe_dump(variables, default_flow_style=True, width=10**9)

"""Run `dbt build` on an engine; a damaged warehouse is set aside and built again."""

import contextlib
import functools
from typing import Any

import duckdb
from rich.console import Console

from scripts.build.dbt_progress import dbt_progress
from scripts.build.dbt_run import DbtRun, run_dbt
from scripts.build.evidence_cadence import DAILY, EVERYTHING
from scripts.build.incremental import run_incrementally
from scripts.build.preconditions import BuildError, set_aside
from scripts.build.readable_copies import name_originals, with_readable_copies
from scripts.build.spark_setup import spark_tables
from scripts.build_folder import BuildFolder
from scripts.campaigns.opt_outs import tell_api_of_listed
from scripts.releases.drift import releases_to_compare
from scripts.releases.run_history import accepted_releases

# The customers who have opted out, as a build finds them.
OPT_OUTS = "int_suppressed_customers"


def dbt_build(
    folder: BuildFolder,
    console: Console,
    settings: dict[str, Any],
    lock: int,
    *selection: str,
    target: str = "duckdb",
) -> DbtRun:
    """Build and test models; from nothing if the warehouse is damaged.

    Args:
        selection: dbt's options that say which models; all without any.
        target: the engine, an output of profiles.yml.

    Raises:
        BuildError: something failed.
    """
    # Unit tests check the SQL, not the log: they belong to `make test-slow`.
    command = ["build", "--exclude-resource-type", "unit_test", "--target", target]
    command += selection
    read = with_readable_copies(folder.readable_copies, settings)
    if read != settings:
        # What a release says are the settings as given.
        read["given_settings"] = settings
    compared = releases_to_compare(folder, settings, accepted_releases(folder))
    with contextlib.ExitStack() as running:
        show = running.enter_context(dbt_progress(console))
        if target == "spark":
            running.enter_context(spark_tables(folder))
        options: dict[str, Any] = {"show": show, "lock": lock, "environment": compared}

        def run_once() -> DbtRun:
            if target == "spark":
                return run_dbt(command, read, folder, **options)
            say = functools.partial(console.print, soft_wrap=True)
            return run_incrementally(command, read, folder, say, **options)

        run = run_once()
        if run.is_damaged:
            set_aside(folder, console, run.problems[0])
            # The evidence is gone with the warehouse.
            command = [EVERYTHING if word == DAILY else word for word in command]
            run = run_once()
        if run.exit_code:
            if target != "spark":
                _tell_of_opt_outs(folder, console, run)
            problems = "\n".join(run.problems)
            raise BuildError(name_originals(folder.readable_copies, problems))
    return run


def _tell_of_opt_outs(folder: BuildFolder, console: Console, run: DbtRun) -> None:
    """Put the opt-outs into effect that a failed run has found, whatever failed."""
    if not any(node.name == OPT_OUTS and node.status == "success" for node in run.nodes):
        return
    try:
        tell_api_of_listed(folder)
    except (OSError, duckdb.Error) as error:
        # The failure of the run is reported next.
        console.print(
            f"The opt-outs of this build are not in effect: {error}", soft_wrap=True
        )

"""Whether a refresh has anything to do, and what it would do."""

from pathlib import Path
from typing import Any

from rich.console import Console

from scripts.build.evidence_cadence import is_evidence_behind, plan_evidence
from scripts.build.incremental import log_files
from scripts.build.input_fingerprint import fingerprint_of_inputs
from scripts.build.log_source import matching
from scripts.build.log_state import read_log_state
from scripts.build.readable_copies import with_readable_copies
from scripts.build_folder import BuildFolder, shown
from scripts.releases.release_folder import POINTER, Release, ReleaseError, ReleaseFolder
from scripts.releases.run_history import read_history, rolled_back_run


def current_release(folder: BuildFolder) -> Release:
    """The release that a refresh continues from.

    Raises:
        ReleaseError: there is none.
    """
    releases = ReleaseFolder(folder.releases)
    current = releases.readable()
    if current is None and releases.all():
        raise ReleaseError(
            f"{releases.root / POINTER} does not lead to a release: serve one with"
            " `audience rollback`, then refresh"
        )
    if current is None:
        raise ReleaseError(
            "There is no release to refresh: build one from your log with"
            " `audience build --log 'folder/*.csv'`; `audience refresh` then reuses its"
            " settings"
        )
    return current


def is_unchanged(folder: BuildFolder, current: Release, inputs: str | None) -> bool:
    """Whether the current release was built from exactly these inputs."""
    made = [run for run in read_history(folder) if run.release_id == current.release_id]
    return inputs is not None and any(
        run.result == "published" and run.inputs == inputs for run in made
    )


def is_evidence_due(folder: BuildFolder, current: Release) -> bool:
    """Whether the evidence is older than the setting allows, and than the release."""
    manifest = current.manifest
    as_of_at = manifest["input"]["as_of_at"]
    target = manifest.get("engine", "duckdb")
    return is_evidence_behind(folder, manifest["settings"], target, as_of_at)


def check_not_rolled_back(
    folder: BuildFolder, current: Release, inputs: str | None
) -> None:
    """Check that the inputs are not those of a release that was rolled back.

    Raises:
        ReleaseError: they are.
    """
    run = rolled_back_run(folder, current.release_id, inputs)
    if run:
        why = f" ({run.reason})" if run.result == "rolled back" else ""
        raise ReleaseError(
            f"{run.release_id} was built from the same inputs and is no longer served{why}."
            " A refresh waits for other inputs. To build these again, use --always"
        )


def plan(folder: BuildFolder, console: Console) -> None:
    """Say what a refresh would do; nothing is built.

    Raises:
        ReleaseError: a refresh would end with this error.
    """
    current = current_release(folder)
    settings: dict[str, Any] = current.manifest["settings"]
    log = with_readable_copies(folder.readable_copies, settings, console.print)["log"]
    files = matching(log)
    inputs = fingerprint_of_inputs(folder, settings)
    console.print(
        f"The current release is {current.release_id}, built from {settings['log']}.",
        soft_wrap=True,
    )
    is_same = is_unchanged(folder, current, inputs)
    if is_same and not is_evidence_due(folder, current):
        console.print(
            f"Nothing is new (files of the log: {len(files)}): a refresh would build"
            " nothing.",
            soft_wrap=True,
        )
        return
    check_not_rolled_back(folder, current, inputs)
    state = read_log_state(folder)
    new = [file for file in log_files(log) if state is None or file not in state.files]
    if new:
        reason = f", the last of them {shown(Path(new[-1]))}"
    elif is_same:
        reason = ", but the evidence is due"
    else:
        reason = ", but the release was built from other inputs or files"
    console.print(
        f"A refresh would build: {len(new)} of the {len(files)} files of the log are new"
        f"{reason}.",
        soft_wrap=True,
    )
    target = current.manifest.get("engine", "duckdb")
    console.print(plan_evidence(folder, settings, target).sentence, soft_wrap=True)

"""Build the warehouse from a raw log and publish it: what `audience build` runs.

Without a log, a synthetic one is generated once. A build that fails publishes nothing: the
previous release stays in use.
"""

import contextlib
import functools
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from scripts import resource_limits
from scripts.build.build_request import (
    BuildRequest,
    check_inputs,
    given_settings,
    with_generated_log,
)
from scripts.build.dbt_run import DbtRun
from scripts.build.evidence_cadence import DAILY, note_evidence, plan_evidence
from scripts.build.input_fingerprint import fingerprint_of_inputs
from scripts.build.log_source import literal
from scripts.build.model_build import dbt_build
from scripts.build.preconditions import (
    check_engine,
    check_nothing_is_forgotten,
    check_writable,
)
from scripts.build.remote_files import is_remote
from scripts.build.summary import print_summary
from scripts.build_folder import BuildFolder, shown
from scripts.campaigns.opt_outs import tell_api, tell_api_of_listed
from scripts.evidence.refitting import rankings_chosen_unfitted, rankings_to_fit, refit
from scripts.releases.evidence_state import forget_state
from scripts.releases.publish import drift_check, kept_releases, print_mart, publish
from scripts.releases.release_folder import Release
from scripts.releases.run_history import recorded_run
from scripts.settings.ranking_names import CHAMPION
from scripts.synthetic.experiments import generate_experiments
from scripts.synthetic.interactions import generate

# Settings that the manifests of older releases may contain.
REMOVED_SETTINGS = {"evaluation_period"}


@contextlib.contextmanager
def timed(step: str, timings: dict[str, float]) -> Iterator[None]:
    """Note how long a step takes."""
    started = time.monotonic()
    yield
    timings[step] = timings.get(step, 0) + time.monotonic() - started


def prepare(
    folder: BuildFolder,
    console: Console,
    request: BuildRequest,
    timings: dict[str, float],
    check_log: Callable[[dict[str, Any], Path], None] = lambda _, __: None,
) -> dict[str, Any]:
    """Check that a build can start, and generate its log if none is given.

    Args:
        check_log: looks at a log that was given, by the settings that read copies, and
            the folder of these.

    Returns:
        The dbt variables of the build.

    Raises:
        BuildError, LogSourceError, GeneratorError, SparkSetupError: it cannot.
    """
    check_engine(folder, console, request.target)
    given = given_settings(request.log, request.mapping, request.extra)
    check_nothing_is_forgotten(folder, given)
    settings = with_generated_log(folder, given)
    is_generated = settings["log"] == literal(str(folder.default_log))
    if is_generated and not folder.default_log.exists():
        console.print("No log given: generating a synthetic one, once ...")
        with timed("generate a log", timings):
            generate(folder.default_log)
    if is_generated and not folder.example_units.exists():
        generate_experiments(folder.example_units)
    read = check_inputs(folder.readable_copies, settings, console.print)
    if not is_generated and request.target != "spark":
        check_log(read, folder.readable_copies)
    return settings


def build_and_publish(
    folder: BuildFolder,
    console: Console,
    settings: dict[str, Any],
    keep: int,
    lock: int,
    timings: dict[str, float],
    check: Callable[[], Iterable[str]] = tuple,
    target: str = "duckdb",
    smoke: Callable[[Path], None] = lambda _: None,
    also_keep: str = "",
    renews_evidence: bool = False,
) -> tuple[Release, DbtRun]:
    """Build and test every model, without evidence that is not due, and publish.

    Args:
        settings: dbt variables, the log among them.
        lock: file descriptor of the folder's lock.
        check: looks at the warehouse before it is published. It returns notes, or raises
            an error if it must not be published.
        target: the engine, an output of profiles.yml.
        smoke: looks at the written release before it is served.
        also_keep: the id of another release to keep, whatever `keep` is.
        renews_evidence: whether the evidence is measured again although it is not due.

    Raises:
        BuildError, ReleaseError: nothing was published.
    """
    tell_api(folder)
    log = settings["log"]
    named = log if is_remote(log) else shown(Path(log))
    console.print(f"Building {named} ...", soft_wrap=True)
    evidence = plan_evidence(folder, settings, target, is_asked=renews_evidence)
    console.print(evidence.sentence, soft_wrap=True)
    if evidence.is_due:
        forget_state(folder)
    build_models = functools.partial(dbt_build, folder, console, settings, lock)

    def fit(names: set[str], *, measures: bool) -> bool:
        setting = settings.get("ranking", CHAMPION)
        with timed("fit rankings", timings):
            return refit(folder, console, names, setting, build_models, measures=measures)

    # On Spark nothing is fitted.
    if target != "spark" and (
        names := rankings_to_fit(folder, settings, measures=evidence.is_due)
    ):
        fit(names, measures=evidence.is_due)
    started = datetime.now(UTC)
    with timed("dbt build", timings):
        run = build_models("--selector", evidence.selector, target=target)
    if target != "spark":
        note_evidence(folder, settings, started)
        chosen = rankings_chosen_unfitted(folder) if evidence.is_due else set()
        if chosen and fit(chosen, measures=False):
            with timed("dbt build", timings):
                run = build_models("--selector", DAILY)
    if target != "spark":
        # Before the checks: they may hold the release back, and no opt-out with it.
        tell_api_of_listed(folder)
    run.warnings += check()
    console.print("Publishing ...")
    with timed("publish", timings):
        return publish(folder, keep, print_mart, smoke, also_keep), run


def build(
    folder: BuildFolder,
    console: Console,
    request: BuildRequest,
    check_log: Callable[[dict[str, Any], Path], None] = lambda _, __: None,
) -> Release:
    """Build and publish, with progress and a summary on the console.

    Args:
        check_log: looks at a log that was given before dbt does.

    Raises:
        ReportedError: nothing was published.
    """
    resource_limits.check_environment()
    check_writable(folder)
    timings: dict[str, float] = {}
    with recorded_run(folder, "build") as run, folder.lock() as lock:
        settings = prepare(folder, console, request, timings, check_log)
        run.inputs = fingerprint_of_inputs(folder, settings)
        release, done = build_and_publish(
            folder,
            console,
            settings,
            request.keep,
            lock,
            timings,
            drift_check(folder, request.target, run, request.accepted_drift),
            request.target,
        )
        run.publish(release)
    print_summary(console, release, done, timings)
    return release


def rebuild(
    folder: BuildFolder,
    console: Console,
    current: Release,
    lock: int,
    timings: dict[str, float],
    check: Callable[[], Iterable[str]] = tuple,
    smoke: Callable[[Path], None] = lambda _: None,
) -> tuple[Release, DbtRun]:
    """Build and publish with the settings, and on the engine, of the current release.

    Raises:
        ReportedError: nothing was published.
    """
    settings = {
        name: value
        for name, value in current.manifest["settings"].items()
        if name not in REMOVED_SETTINGS
    }
    target = current.manifest.get("engine", "duckdb")
    check_engine(folder, console, target)
    check_inputs(folder.readable_copies, settings, console.print)
    return build_and_publish(
        folder,
        console,
        settings,
        kept_releases(current),
        lock,
        timings,
        check,
        target,
        smoke,
        current.release_id,
    )

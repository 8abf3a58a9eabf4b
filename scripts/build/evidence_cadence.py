"""Whether a build renews the evidence, decided before dbt runs: a name of selectors.yml.

Measuring the evidence takes about half of the time of all models. It is due if there is
none, if what it depends on has changed, after some days, or when asked for.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from scripts.build.project_fingerprint import project_files, project_fingerprint
from scripts.build_folder import PROJECT, BuildFolder
from scripts.releases.evidence_state import (
    EvidenceState,
    evidence_files,
    evidence_models,
    evidence_nodes,
    is_in_warehouse,
    read_artifact,
    read_contents,
    read_state,
    write_state,
)
from scripts.settings.build_settings import BuildSettings
from scripts.workspace import own_file

EVERYTHING = "everything"
DAILY = "daily"
# What leaves the evidence out of a selection of models.
NOT_EVIDENCE = "tag:evidence"
# Settings that no model of the evidence, and none before it, reads.
UNRELATED_SETTINGS = {
    "bootstrap_replicates",
    "contacts",
    "contamination_limit",
    "customer_attributes",
    "evidence_days",
    "experiment_units",
    "max_reject_share",
    "suppressions",
    "value_per_purchase",
    "with_examples",
}
# Files that change the evidence although dbt's lineage does not name them.
EVIDENCE_FILES = ("macros/**/*.sql", "tests/warehouse/**/*.sql", "dbt_project.yml")


@dataclass(frozen=True)
class EvidencePlan:
    """What a build does about the evidence.

    Attributes:
        selector: the selector for dbt, `everything` or `daily`.
        sentence: the same in words.
        is_too_old: whether age is why the evidence is renewed.
    """

    selector: str
    sentence: str
    is_too_old: bool = False

    @property
    def is_due(self) -> bool:
        """Whether the build renews the evidence."""
        return self.selector == EVERYTHING


def plan_evidence(
    folder: BuildFolder,
    settings: dict[str, Any],
    target: str = "duckdb",
    *,
    is_asked: bool = False,
    now: datetime | None = None,
) -> EvidencePlan:
    """Decide whether a build renews the evidence.

    Args:
        settings: dbt variables of the build.
        target: the engine; on Spark every build measures everything.
        is_asked: whether the evidence is renewed in any case.
        now: the time; the clock's if None.
    """
    state = read_state(folder)
    default = BuildSettings.model_fields["evidence_days"].default
    days = settings.get("evidence_days", default)
    is_too_old = False
    if is_asked:
        reason = "you asked for it"
    elif target == "spark":
        reason = "every build on Spark measures it"
    elif state is None:
        reason = "there is none yet, or its last build failed"
    elif state.fingerprint != _fingerprint(folder, settings, state.files):
        reason = "settings, seeds, models, macros or versions behind it have changed"
    elif not _is_recent(state, days, now or datetime.now(UTC)):
        is_too_old = True
        reason = f"it was measured on {state.time:%Y-%m-%d}, and evidence_days is {days}"
    elif not is_in_warehouse(folder, state):
        reason = "its tables in the warehouse are not those that were tested"
    else:
        return EvidencePlan(
            DAILY,
            f"Keeping the evidence of {state.time:%Y-%m-%d}; it is renewed after {days}"
            " days (`audience evidence` renews it now).",
        )
    return EvidencePlan(EVERYTHING, f"Measuring the evidence: {reason}.", is_too_old)


def is_evidence_behind(
    folder: BuildFolder, settings: dict[str, Any], target: str, as_of_at: str | None
) -> bool:
    """Whether the evidence is too old, and the log has grown since.

    Args:
        as_of_at: the reference time of the current release.
    """
    state = read_state(folder)
    if state is None or state.measured_until == as_of_at:
        return False
    return plan_evidence(folder, settings, target).is_too_old


def note_evidence(
    folder: BuildFolder, settings: dict[str, Any], measured_at: datetime
) -> None:
    """Note the evidence, if the dbt run that has just succeeded measured it.

    Args:
        settings: dbt variables of the run.
        measured_at: when it began, in UTC.
    """
    manifest = read_artifact(folder, "manifest.json")
    nodes = evidence_nodes(manifest)
    results = [
        {name: result[name] for name in ("unique_id", "status", "failures")}
        for result in read_artifact(folder, "run_results.json")["results"]
        if result["unique_id"] in nodes
    ]
    if {result["unique_id"] for result in results} != nodes:
        return
    tables = {
        f"{node['schema']}.{node['alias']}": node["config"].get("access") == "public"
        for node in evidence_models(manifest).values()
    }
    contents, measured_until = read_contents(folder, tables)
    files = evidence_files(manifest)
    write_state(
        folder,
        EvidenceState(
            measured_at=measured_at.isoformat(timespec="seconds"),
            measured_until=measured_until,
            fingerprint=_fingerprint(folder, settings, files),
            files=files,
            contents=contents,
            results=results,
        ),
    )


def _is_recent(state: EvidenceState, days: int, now: datetime) -> bool:
    # Evidence of the future comes from a clock that was wrong.
    return timedelta(0) <= now - state.time < timedelta(days=days)


def _fingerprint(
    folder: BuildFolder, settings: dict[str, Any], files: Iterable[str]
) -> str:
    related = {
        name: value for name, value in settings.items() if name not in UNRELATED_SETTINGS
    }
    paths = [own_file(PROJECT / file) for file in files] + project_files(EVIDENCE_FILES)
    # Rankings and weights that `audience evidence` has learnt.
    paths += folder.evidence.glob("*.parquet")
    return project_fingerprint(related, paths)

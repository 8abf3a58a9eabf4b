"""Fit the rankings that programs learn before a build serves them.

A fitted ranking belongs to one log. So where one serves, by setting or because the evidence
chose it, a build of a changed log fits it first: lists of collaborative filtering for now,
and where the build measures the evidence, all that the evidence measures. Where no fitted
ranking serves, a build fits nothing.
"""

from collections.abc import Callable
from typing import Any

import duckdb
from rich.console import Console

from scripts.build.evidence_cadence import NOT_EVIDENCE
from scripts.build_folder import BuildFolder
from scripts.evidence import als_ranking, return_propensity
from scripts.evidence.evidence_files import EvidenceError, open_warehouse
from scripts.evidence.training_log import NOW, read_fingerprints
from scripts.settings.ranking_names import CHAMPION, ranking_names

ALS = "als"
# The models that lists are learnt from; dbt builds them and everything before them.
LISTS_DATA = ["int_cutoff_logs", "int_ranked_products", "int_unlisted_customers"]


def rankings_to_fit(
    folder: BuildFolder, settings: dict[str, Any], *, measures: bool
) -> set[str]:
    """The fitted rankings that serve: a build fits them unless they fit its log.

    Args:
        settings: dbt variables of the build.
        measures: whether the build measures the evidence.
    """
    setting = settings.get("ranking", CHAMPION)
    chosen = _chosen(folder)
    if setting == CHAMPION:
        names = set(chosen.values())
    elif setting in ranking_names(["customers"]):
        names = {setting}
    else:
        # The order of customers stays with the evidence.
        names = {setting, chosen.get("customers", "")}
    # The weights of the propensity belong to the evidence, and stay with it.
    return names & ({ALS, return_propensity.NAME} if measures else {ALS})


def rankings_chosen_unfitted(folder: BuildFolder) -> set[str]:
    """The fitted rankings that the evidence has just chosen and that have no lists yet."""
    with duckdb.connect(folder.warehouse, read_only=True) as connection:
        replaced = connection.execute(
            "select distinct replaced_ranking from intermediate.int_served_rankings"
        ).fetchall()
    return {name for (name,) in replaced} & {ALS}


def refit(
    folder: BuildFolder,
    console: Console,
    names: set[str],
    setting: str,
    build_models: Callable[..., object],
    *,
    measures: bool,
) -> bool:
    """Fit rankings, unless they are fitted to this log already.

    Args:
        names: those of `rankings_to_fit`.
        setting: the setting `ranking`.
        build_models: runs `dbt build` with further options, here on what they learn from.
        measures: whether the build measures the evidence.

    Returns:
        Whether they are fitted to this log now.

    Raises:
        BuildError: a model failed.
        EvidenceError: the ranking of the setting cannot be fitted. One that the evidence
            chose is left out with a note.
    """
    console.print("Preparing the rankings that are fitted to the log ...")
    wanted = [*LISTS_DATA] if ALS in names else []
    if measures:
        wanted += ["int_training_log", "int_propensity_examples"]
    selection = ["--indirect-selection", "cautious", "--select"]
    # With all tables that grow: the next build can only go on if they are complete.
    selection += ["+config.materialized:incremental", *(f"+{name}" for name in wanted)]
    build_models(*selection, *([] if measures else ["--exclude", NOT_EVIDENCE]))
    try:
        _fit(folder, console, names, measures=measures)
    except EvidenceError as error:
        if setting in names:
            raise EvidenceError(f"Setting ranking = {setting}: {error}") from error
        console.print(
            f"Note: {error}. The evidence chose {' and '.join(sorted(names))}, which"
            " cannot be fitted to this log: another ranking serves instead.",
            soft_wrap=True,
        )
        return False
    return True


def _chosen(folder: BuildFolder) -> dict[str, str]:
    """The ranking that the evidence chose, by kind of audience; none without evidence."""
    try:
        with duckdb.connect(folder.warehouse, read_only=True) as connection:
            return dict(
                connection.execute(
                    "select decision, served_ranking from intermediate.int_ranking_choices"
                ).fetchall()
            )
    except duckdb.Error:
        return {}


def _fit(
    folder: BuildFolder, console: Console, served: set[str], *, measures: bool
) -> None:
    with open_warehouse(folder) as connection:
        fingerprints = read_fingerprints(connection) if ALS in served else {}
        training_log = connection.execute(
            "select log_fingerprint from intermediate.int_training_log"
        ).fetchone()
    past = {mark for origin, mark in fingerprints.items() if origin != NOW}
    now = {mark for origin, mark in fingerprints.items() if origin == NOW}
    if ALS in served:
        for name, marks, fit, is_wanted in (
            (als_ranking.PAST_FILE, past, als_ranking.fit_past, measures),
            (als_ranking.NOW_FILE, now, als_ranking.fit_now, True),
        ):
            if is_wanted and _stored(folder, name) != marks:
                console.print("Fitting collaborative filtering (ALS) ...")
                fit(folder, als_ranking.print_progress)
    name = return_propensity.NAME
    if name in served and _stored(folder, name) != set(training_log or ()):
        console.print("Fitting the return propensity ...")
        return_propensity.fit(folder)


def _stored(folder: BuildFolder, name: str) -> set[str]:
    """The fingerprints of the logs that a file was learnt from; none without a file."""
    path = folder.evidence / f"{name}.parquet"
    try:
        relation = duckdb.read_parquet(str(path), hive_partitioning=False)
        return {mark for (mark,) in relation.unique("log_fingerprint").fetchall()}
    except duckdb.Error:
        return set()

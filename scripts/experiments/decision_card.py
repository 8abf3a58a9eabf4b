"""Print the decision card of an experiment: what to do, and the figures behind it."""

from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from scripts.build_folder import BuildFolder, sql_path
from scripts.campaigns.contact_ledger import explain_earlier, record
from scripts.releases.release_folder import ReleaseError, ReleaseFolder
from scripts.statistics.experiment_decisions import SAMPLE_RATIO_ALARM

WORDS = {
    "targeting": "the system's choice against chance",
    "contact of treatment": "contacting the system's choice against leaving it alone",
    "contact of control": "contacting by chance against leaving alone",
    "incremental targeting": "what contacting adds: the system's choice less chance",
}
ARMS = {
    "treatment": "chosen by the system, contacted",
    "treatment_holdout": "chosen by the system, left alone",
    "control": "chosen by chance, contacted",
    "control_holdout": "chosen by chance, left alone",
}


def print_card(console: Console, folder: BuildFolder, experiment_id: str) -> None:
    """Print the card, with figures from the current release.

    Raises:
        ContactListError: the experiment is unknown, or the release lacks its figures.
        ReleaseError: there is no release, or a newer version made it.
    """
    release = ReleaseFolder(folder.releases).readable()
    if release is None:
        raise ReleaseError("There is no release: run `audience build` first")
    with duckdb.connect() as connection, explain_earlier(release):
        connection.execute(f"attach '{sql_path(release.database)}' as release (read_only)")
        verdict, design = (
            record(connection, release, mart, "experiment", experiment_id)
            for mart in ("experiment_verdicts", "experiment_designs")
        )
        # Older releases judged another comparison.
        connection.execute("select advantage from release.experiment_verdicts limit 0")
        arms = connection.execute(
            "select arm, unit_count, expected_units from release.experiment_arm_counts"
            " where experiment_id = $id order by list_position($order, arm)",
            {"id": experiment_id, "order": list(ARMS)},
        ).fetchall()
        results = connection.execute(
            "select comparison, metric, mean, base_mean,"
            " difference, difference_low, difference_high, lift, p_value_corrected,"
            " adjusted_difference, adjusted_difference_low, adjusted_difference_high"
            " from release.experiment_results where experiment_id = $id"
            " order by list_position($order, comparison), not is_primary, metric",
            {"id": experiment_id, "order": list(WORDS)},
        ).fetchall()
        contaminated = connection.execute(
            "select bool_or(is_too_high), max(difference_low)"
            " from release.experiment_contamination where experiment_id = $id",
            {"id": experiment_id},
        ).fetchone()
    assert contaminated is not None  # an aggregate has a row
    console.print(
        f"{verdict['experiment_name']} ({experiment_id})\n\n"
        f"Verdict: {verdict['verdict']}\n{verdict['reason']}\n\n"
        f"From {verdict['starts_on']} to {verdict['ends_on']}; what happens within"
        f" {verdict['attribution_days']} days of a contact counts.",
        soft_wrap=True,
    )
    _print_arms(console, arms)
    if verdict["verdict"] not in ("planned", "running"):
        _print_effect(console, verdict)
        _print_results(console, results)
        lines = checks(verdict, design, *contaminated)
        console.print(
            "\n".join(["\nChecks", *(f"  {line}" for line in lines)]), soft_wrap=True
        )


def _print_arms(console: Console, arms: list[tuple[Any, ...]]) -> None:
    table = Table(title="\nUnits", title_justify="left", box=None)
    table.add_column("arm", no_wrap=True)
    for heading in ("units", "expected"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("")
    for arm, count, expected in arms:
        table.add_row(arm, f"{count:,}", f"{expected:,.0f}", ARMS[arm])
    console.print(table)


def _print_effect(console: Console, verdict: dict[str, Any]) -> None:
    metric = verdict["primary_metric"]
    profit = _interval(
        verdict["profit_per_contact_low"], verdict["profit_per_contact_high"]
    )
    console.print(
        "\nEffect of contacting the treatment against leaving it alone\n"
        f"  {metric} added per contact: {_figure(verdict['difference'])},"
        f" {_interval(verdict['difference_low'], verdict['difference_high'])}\n"
        f"  advantage over chance per contact: {_figure(verdict['advantage'])},"
        f" {_interval(verdict['advantage_low'], verdict['advantage_high'])}\n"
        f"  conversions added: {_figure(verdict['incremental_conversions'])}\n"
        f"  cost of each: {_money(verdict['cost_per_incremental_conversion'])}\n"
        f"  profit per contact: {_figure(verdict['profit_per_contact'])}, {profit}\n"
        f"  profit: {_money(verdict['profit'])},"
        f" {_money(verdict['profit_low'])} to {_money(verdict['profit_high'])}\n"
        f"  return on the cost: {_share(verdict['return_on_investment'])},"
        f" {_share(verdict['return_on_investment_low'])} to"
        f" {_share(verdict['return_on_investment_high'])}",
        soft_wrap=True,
    )


def _print_results(console: Console, results: list[tuple[Any, ...]]) -> None:
    for comparison in dict.fromkeys(row[0] for row in results):
        table = Table(
            title=f"\n{comparison}: {WORDS[comparison]}", title_justify="left", box=None
        )
        table.add_column("metric", no_wrap=True)
        for heading in ("mean", "base", "difference", "interval", "lift", "p"):
            table.add_column(heading, justify="right", no_wrap=True)
        for row in results:
            if row[0] == comparison:
                table.add_row(
                    row[1],
                    *(_figure(value) for value in row[2:5]),
                    _interval(row[5], row[6]),
                    "-" if row[7] is None else f"{row[7]:+.1%}",
                    _p_value(row[8]),
                )
                if row[9] is not None:
                    table.add_row(
                        "  adjusted",
                        *("", "", _figure(row[9]), _interval(row[10], row[11]), "", ""),
                    )
        console.print(table)
    console.print(
        "\nMeans are per unit; base is the arm to compare with; p is corrected for several"
        " metrics; adjusted removes what was known before; - is not measurable.",
        soft_wrap=True,
    )


def checks(
    verdict: dict[str, Any],
    design: dict[str, Any],
    is_contaminated: bool | None,
    contamination_low: float | None,
) -> list[str]:
    """A line for each check; one whose figure is not known is "not tested".

    Args:
        verdict, design: rows of experiment_verdicts and experiment_designs.
        is_contaminated, contamination_low: `is_too_high` and `difference_low` of
            experiment_contamination; None where no contacts are known.
    """
    ratio, power = verdict["sample_ratio_p_value"], verdict["power_at_most"]
    is_even = None if ratio is None else ratio >= SAMPLE_RATIO_ALARM
    has_power = None if power is None else power >= design["power"]
    is_clean = None if contamination_low is None else not is_contaminated
    apart = ""
    if contamination_low is not None:
        apart = (
            f": the shares differ by at least {_share(max(contamination_low, 0.0))},"
            " alarm above the setting contamination_limit"
        )
    return [
        f"{_mark(is_even)}  the arms have the units that chance gives them:"
        f" p {_p_value(ratio)}, alarm below {SAMPLE_RATIO_ALARM}",
        f"{_mark(is_clean)}  others contacted an arm and its holdout alike{apart}",
        f"{_mark(has_power)}  enough units for a lift of {design['minimum_effect']:.0%}:"
        f" a power of {_share(verdict['power'])}, {_share(power)} at most,"
        f" {_share(design['power'])} planned",
    ]


def _mark(is_passed: bool | None) -> str:
    if is_passed is None:
        return "not tested"
    return "passed    " if is_passed else "FAILED    "


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"


def _money(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"


def _p_value(value: float | None) -> str:
    return "< 0.0001" if value is not None and value < 0.0001 else _figure(value)


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:.3g} to {high:.3g}"

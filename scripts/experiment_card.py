"""Print the decision card of an experiment: what to do, why, and what it rests on."""

import argparse
import sys
from typing import Any

import duckdb
from rich.console import Console
from rich.table import Table

from scripts.build_folder import BuildFolder
from scripts.contact_list import ContactListError, records
from scripts.releases import ReleaseError, ReleaseFolder

WORDS = {
    "targeting": "the system's choice against chance",
    "contact of treatment": "contacting the system's choice against leaving it alone",
    "contact of control": "contacting by chance against leaving alone",
    "incremental targeting": "what contacting adds: the system's choice less chance",
}


def print_card(console: Console, folder: BuildFolder, experiment_id: str) -> None:
    """Print the card, every figure from the current release.

    Raises:
        ContactListError: there is no such experiment.
        ReleaseError: there is no release.
    """
    release = ReleaseFolder(folder.releases).current()
    if release is None:
        raise ReleaseError("There is no release: run `make build` first")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release.database}' as release (read_only)")
        verdicts = records(connection, release, "experiment_verdicts")
        if experiment_id not in verdicts:
            raise ContactListError(
                f"There is no experiment {experiment_id} in {release.release_id}, expected"
                f" one of {', '.join(verdicts) or 'none: none is active'}"
            )
        verdict = verdicts[experiment_id]
        arms = connection.execute(
            "select arm, count(*) from release.experiment_assignments"
            " where experiment_id = $id group by arm order by arm",
            {"id": experiment_id},
        ).fetchall()
        results = connection.execute(
            "select comparison, metric, unit_count, base_unit_count, mean, base_mean,"
            " difference, difference_low, difference_high, lift, p_value_corrected,"
            " power, adjusted_difference, adjusted_difference_low,"
            " adjusted_difference_high from release.experiment_results"
            " where experiment_id = $id"
            " order by list_position($order, comparison), not is_primary, metric",
            {"id": experiment_id, "order": list(WORDS)},
        ).fetchall()
    console.print(
        f"{verdict['experiment_name']} ({experiment_id})\n\n"
        f"Verdict: {verdict['verdict']}\n{verdict['reason']}\n",
        soft_wrap=True,
    )
    console.print(
        f"{verdict['unit_count']:,} units: "
        + ", ".join(f"{arm} {count:,}" for arm, count in arms)
        + f". Contacts from {verdict['starts_on']} to {verdict['ends_on']}, outcomes of"
        f" {verdict['attribution_days']} days.",
        soft_wrap=True,
    )
    if verdict["verdict"] not in ("planned", "running"):
        _print_results(console, results)
        _print_checks(console, verdict)


def _print_results(console: Console, results: list[tuple[Any, ...]]) -> None:
    for comparison in dict.fromkeys(row[0] for row in results):
        table = Table(
            title=f"\n{comparison}: {WORDS[comparison]}", title_justify="left", box=None
        )
        table.add_column("metric", no_wrap=True)
        for heading in ("mean", "base", "difference", "interval", "lift", "p corrected"):
            table.add_column(heading, justify="right", no_wrap=True)
        for row in results:
            if row[0] == comparison:
                table.add_row(
                    row[1],
                    *(_figure(value) for value in row[4:7]),
                    _interval(row[7], row[8]),
                    "-" if row[9] is None else f"{row[9]:+.1%}",
                    _figure(row[10]),
                )
                if row[12] is not None:
                    table.add_row(
                        "  adjusted",
                        *("", "", _figure(row[12]), _interval(row[13], row[14]), "", ""),
                    )
        console.print(table)


def _print_checks(console: Console, verdict: dict[str, Any]) -> None:
    console.print(
        "\nChecks\n"
        f"  sample ratio: p = {_figure(verdict['sample_ratio_p_value'])}"
        " (an alarm below 0.01)\n"
        f"  power for the effect that matters: {_share(verdict['power'])}\n"
        "\nMoney\n"
        "  conversions that contacting added:"
        f" {_figure(verdict['incremental_conversions'])}\n"
        f"  cost of each: {_figure(verdict['cost_per_incremental_conversion'])}\n"
        f"  return on investment: {_share(verdict['return_on_investment'])}",
        soft_wrap=True,
    )


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4g}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.1%}"


def _interval(low: float | None, high: float | None) -> str:
    return "-" if low is None or high is None else f"{low:.4g} to {high:.4g}"


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.experiment_card", description=__doc__
    )
    parser.add_argument("experiment", help="the experiment_id")
    options = parser.parse_args(arguments)
    try:
        print_card(
            Console(markup=False, highlight=False),
            BuildFolder.from_environment(),
            options.experiment,
        )
    except (ContactListError, ReleaseError, OSError, duckdb.Error) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

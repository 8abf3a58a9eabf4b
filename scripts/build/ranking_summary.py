"""The part of a build's summary about the rankings that serve."""

import duckdb
from rich.console import Console

from scripts.settings.ranking_names import fitted_ranking_names


def print_rankings(
    console: Console,
    connection: duckdb.DuckDBPyConnection,
    serving: dict[str, dict[str, str]],
) -> None:
    """What serves, since when, how it was measured, and what was not.

    Args:
        console: to print to.
        connection: to the release.
        serving: of the manifest: the first release that serves the ranking, by audience.
    """
    console.print("\nWhat is served", highlight=False)
    for audience, statement in connection.execute(
        "select audience, statement from served_rankings"
        " order by audience = 'new products', audience"
    ).fetchall():
        since = ""
        if audience in serving:
            number, _, day = serving[audience]["since"].partition("-")
            since = f" Served since release {number} of {day[:4]}-{day[4:6]}-{day[6:8]}."
        console.print(f"{statement}{since}", highlight=False)
    (day,) = connection.execute(
        "select max(measured_until)::date::text from served_rankings"
    ).fetchone() or (None,)
    if day is not None:
        console.print(f"Measured on the log until {day}.", highlight=False)
    unmeasured = connection.execute(
        "select ranking_label from rankings where list_contains(?, ranking)"
        " and ranking not in (select ranking from ranking_evidence) order by display_order",
        [fitted_ranking_names()],
    ).fetchall()
    if unmeasured:
        names = " and ".join(label for (label,) in unmeasured)
        console.print(
            f"Not fitted and so not compared: {names}. `audience evidence` does both.",
            highlight=False,
        )

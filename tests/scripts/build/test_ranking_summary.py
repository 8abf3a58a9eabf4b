"""The summary of a build says what serves, since when, and what was not compared."""

import io

import duckdb
import pytest
from rich.console import Console

from scripts.build.ranking_summary import print_rankings
from scripts.settings.ranking_names import fitted_ranking_names

SINCE = "000003-20261124T061500Z"
STATEMENT = "Customers are ordered by activity, which the evidence chooses."


def printed(
    measured: tuple[str, ...], until: str | None, serving: dict[str, dict[str, str]]
) -> list[str]:
    """The lines about rankings in the summary of a release with these measurements."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table served_rankings as select * from (values"
            f" ('new products', 'New.', ?::timestamp), ('customers', '{STATEMENT}', null))"
            " as served (audience, statement, measured_until)",
            [until],
        )
        connection.execute(
            "create table rankings as select * from (values ('als', 'ALS', 3),"
            " ('return_propensity', 'return propensity', 2), ('activity', 'activity', 1))"
            " as rankings (ranking, ranking_label, display_order)"
        )
        connection.execute("create table ranking_evidence (ranking varchar)")
        for ranking in measured:
            connection.execute("insert into ranking_evidence values (?)", [ranking])
        text = io.StringIO()
        print_rankings(Console(file=text, width=200), connection, serving)
    return text.getvalue().strip().splitlines()


def test_a_ranking_that_serves_has_its_first_release_and_its_last_day() -> None:
    serving = {"customers": {"ranking": "activity", "since": SINCE}}
    lines = printed(("activity", *fitted_ranking_names()), "2023-03-31 23:05", serving)
    assert lines == [
        "What is served",
        f"{STATEMENT} Served since release 000003 of 2026-11-24.",
        "New.",
        "Measured on the log until 2023-03-31.",
    ]


@pytest.mark.parametrize(
    ("measured", "names"),
    [
        ((), "return propensity and ALS"),
        (("return_propensity",), "ALS"),
    ],
)
def test_rankings_that_only_the_evidence_fits_are_named(
    measured: tuple[str, ...], names: str
) -> None:
    lines = printed(("activity", *measured), None, {})
    assert lines == [
        "What is served",
        STATEMENT,
        "New.",
        f"Not fitted and so not compared: {names}. `audience evidence` does both.",
    ]

"""Why a ranking serves: the query over small tables, and its sentence."""

import re

import duckdb
import pytest

from api.named_queries import QUERIES
from api.ranking_reasons import (
    KEPT,
    NO_CANDIDATES,
    NO_LISTS,
    TOO_FEW_HITS,
    UNFITTED,
    reason,
)
from scripts.build_folder import PROJECT

QUERY = (QUERIES / "served_rankings.sql").read_text()
TABLES = """
create schema lookup;
create table lookup.serving as from (values
    ('customers', 'engagement', false), ('known products', 'engagement', false)
) as serving (audience, ranking, is_set);
create table rankings as select 'engagement' as ranking, 'a score' as description;
create table ranking_decisions (
    decision text, ranking text, is_served boolean, hit_count bigint,
    compared_hit_count bigint, reason text
);
"""


def reasons(*decisions: tuple[object, ...]) -> dict[str, str]:
    """The reason by audience, from rows of ranking_decisions."""
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        if decisions:
            connection.executemany(
                "insert into ranking_decisions values (?, ?, ?, ?, ?, ?)", decisions
            )
        found = connection.execute(QUERY)
        names = [column[0] for column in found.description or []]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row["audience"]: reason(row) for row in rows}


@pytest.mark.parametrize(
    ("hits", "compared_hits", "expected"),
    [(29, 3, TOO_FEW_HITS), (30, 3, KEPT), (3, 30, KEPT), (0, 0, TOO_FEW_HITS)],
)
def test_hits_of_either_ranking_count_whatever_the_reason_says(
    hits: int, compared_hits: int, expected: str
) -> None:
    decision = ("customers", "activity", False, hits, compared_hits, "any words")
    assert reasons(decision)["customers"] == expected


def test_one_challenger_with_enough_hits_is_enough() -> None:
    found = reasons(
        ("customers", "activity", False, 2, 1, "few"),
        ("customers", "recent_activity", False, 40, 1, "worse"),
    )
    assert found["customers"] == KEPT


def test_the_query_needs_as_many_hits_as_the_models() -> None:
    macro = (PROJECT / "macros/rankings/minimum_hits.sql").read_text()
    (least,) = re.findall(r"return\((\d+)\)", macro)
    assert re.findall(r">= (\d+)", QUERY) == [least]


def test_without_a_measurement_the_default_serves() -> None:
    assert reasons() == {"customers": NO_CANDIDATES, "known products": NO_LISTS}


def test_the_reason_of_the_ranking_that_serves_is_that_of_its_decision() -> None:
    better = ("customers", "engagement", True, 90, 40, "clearly better: 1 to 2.")
    default = ("known products", "engagement", True, 90, 40, "not clearly better: 0 to 1.")
    found = reasons(better, default)
    assert found["customers"] == "Clearly better: 1 to 2."
    assert found["known products"].endswith("speak against it: not clearly better: 0 to 1.")


def test_a_chosen_ranking_that_is_not_fitted_names_the_command() -> None:
    chosen = ("customers", "return_propensity", True, 90, 40, "clearly better: 1 to 2.")
    assert reasons(chosen)["customers"] == UNFITTED
    assert "`audience evidence`" in UNFITTED

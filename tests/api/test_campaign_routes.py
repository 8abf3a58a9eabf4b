"""Campaigns over HTTP, held against the tables of the release."""

import io
import json
from types import SimpleNamespace
from typing import Any, cast

import pyarrow.csv
import pyarrow.parquet
import pytest

from api.problems import Problem
from api.release import Release
from api.routes.campaigns import best_size, check_table
from tests.api.conftest import Server

COLUMNS = "product_id, audience_rank, customer_id, engagement_score, arm, explanation"


def rows(server: Server, query: str) -> list[dict[str, Any]]:
    with server.release() as release:
        found: list[dict[str, Any]] = release.execute(query).to_arrow_table().to_pylist()
        return found


def audience(server: Server, campaign: str) -> list[dict[str, Any]]:
    return rows(
        server,
        f"select {COLUMNS} from campaign_audiences"
        " inner join campaign_customers using (campaign_id, customer_id, arm)"
        f" where campaign_id = '{campaign}' order by product_id, audience_rank",
    )


def test_campaigns_are_listed_with_what_became_of_them(server: Server) -> None:
    body = server.get("/campaigns").json()
    expected = rows(server, "from campaign_summaries order by campaign_id")
    assert [row["campaign_id"] for row in expected] == [
        "abandoned_carts",
        "most_engaged",
        "spring_rotation",
    ]
    assert body["campaigns"] == json.loads(json.dumps(expected, default=str))
    assert body["count"] == 3


def test_a_campaign_says_what_it_lacks_and_what_its_cap_does(server: Server) -> None:
    body = server.get("/campaigns/abandoned_carts").json()
    assert (
        sum(part["missing_count"] for part in body["shortfalls"]) == body["missing_count"]
    )
    assert body["shortfalls"] == rows(
        server,
        "select reason, count(*)::int as product_count,"
        " sum(missing_count)::int as missing_count from campaign_shortfalls"
        " where campaign_id = 'abandoned_carts' group by reason order by reason",
    )
    (customers,) = (
        measure
        for measure in body["concentration"]
        if measure["measure"] == "distinct customers"
    )
    assert customers["value"] == body["reached_customer_count"]
    assert customers["value"] > customers["without_campaign"]


@pytest.mark.parametrize("page_size", [7, 250])
def test_pages_hold_every_row_once(server: Server, page_size: int) -> None:
    found: list[dict[str, Any]] = []
    query = f"/campaigns/abandoned_carts/audience?n={page_size}"
    cursor = ""
    while cursor is not None:
        page = server.get(query + (f"&after={cursor}" if cursor else "")).json()
        assert 0 < page["count"] == len(page["audience"]) <= page_size
        found += page["audience"]
        cursor = page["next"]
    assert found == audience(server, "abandoned_carts")


def test_a_page_can_be_of_one_product(server: Server) -> None:
    everything = audience(server, "spring_rotation")
    product = everything[-1]["product_id"]
    query = f"/campaigns/spring_rotation/audience?product_id={product}&n=1000"
    page = server.get(query).json()
    assert page["audience"] == [row for row in everything if row["product_id"] == product]
    assert page["next"] is None


def test_a_file_holds_the_whole_audience(server: Server) -> None:
    expected = audience(server, "spring_rotation")
    query = "/campaigns/spring_rotation/audience?format="
    lines = server.get(query + "jsonl")
    assert [json.loads(line) for line in lines.text.splitlines()] == expected
    assert lines.headers["content-disposition"] == (
        'attachment; filename="spring_rotation.jsonl"'
    )
    assert lines.headers["x-release"] == server.get("/release").json()["release_id"]
    table = pyarrow.csv.read_csv(io.BytesIO(server.get(query + "csv").content))
    assert table.to_pylist() == expected
    file = io.BytesIO(server.get(query + "parquet").content)
    assert pyarrow.parquet.read_table(file).to_pylist() == expected
    assert "content-length" not in server.client.head(query + "csv").headers


def test_a_plan_names_the_size_that_earns_most(server: Server) -> None:
    plan = server.get("/campaigns/most_engaged/plan").json()
    assert plan["sizes"] == rows(
        server,
        "select * exclude (campaign_id) from audience_plan"
        " where campaign_id = 'most_engaged' order by audience_size",
    )
    best = max(plan["sizes"], key=lambda size: size["profit"])
    pays = best["profit"] > 0
    assert plan["best_audience_size"] == (best["audience_size"] if pays else None)
    assert (plan["note"] is None) == pays


@pytest.mark.parametrize(
    ("sizes", "best", "note"),
    [
        ({100: False, 200: True}, 200, None),
        ({100: False, 200: False}, None, "No audience size earns what it costs."),
        ({}, None, "The log does not show what any audience size returns."),
    ],
)
def test_a_plan_without_a_best_size_says_why(
    sizes: dict[int, bool], best: int | None, note: str | None
) -> None:
    rows = [{"audience_size": size, "is_best": is_best} for size, is_best in sizes.items()]
    assert best_size(rows) == {"best_audience_size": best, "note": note}


@pytest.mark.parametrize("path", ["", "/audience", "/plan"])
def test_an_unknown_campaign_is_not_found(server: Server, path: str) -> None:
    found = server.get(f"/campaigns/autumn{path}")
    assert found.status_code == 404
    assert found.json()["detail"] == "The release knows no campaign 'autumn'."


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("n=0", "n"),
        ("n=1001", "n"),
        ("format=xlsx", "format"),
        ("product_id=shoe", "product_id"),
        ("after=17", "after"),
        ("after=WzQyXQ==", "after"),
        ("after=WzQyLCJ4Il0=", "after"),
        ("after=WyJzaG9lIiwxXQ==", "after"),
        ("after=%C3%BC", "after"),
    ],
)
def test_a_parameter_that_cannot_be_meant_is_named(
    server: Server, query: str, parameter: str
) -> None:
    found = server.get(f"/campaigns/most_engaged/audience?{query}")
    assert found.status_code == 422
    assert found.json()["parameter"] == parameter


def test_a_release_from_before_campaigns_says_so() -> None:
    old = SimpleNamespace(release_id="000001", manifest={"row_counts": {"customers": 3}})
    with pytest.raises(Problem, match="000001 was made before there were campaigns"):
        check_table(cast("Release", old), "campaign_summaries", "campaigns")


def test_answers_are_known_again(server: Server) -> None:
    for path in ("", "/spring_rotation", "/spring_rotation/audience", "/most_engaged/plan"):
        first = server.get(f"/campaigns{path}")
        again = server.get(
            f"/campaigns{path}", headers={"if-none-match": first.headers["etag"]}
        )
        assert (first.status_code, again.status_code) == (200, 304)

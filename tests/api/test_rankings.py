"""A release in which products have another ranking than customers, and its explanations."""

import asyncio
import csv
import io
import json
import math
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

import api.customer_orders
from api.audience_json import LARGEST_N
from api.place_signals import DECIDING_COUNTS, OTHER_SIGNALS
from api.settings import Settings
from scripts.build_folder import BuildFolder
from tests.api.conftest import ServeInThread
from tests.api.expected_audiences import as_file_rows, expected_audience
from tests.api.in_process import ThreadServer, opened
from tests.conftest import RefreshedBuild, alter_release

pytestmark = pytest.mark.slow

TOP_N = 12  # of the release
UNKNOWN = 987654321
# Of the products without an interaction: see tests/conftest.py.
ATTRIBUTES = {
    product: ("red", ("small", "large")[product % 2]) for product in range(61, 66)
}


@pytest.fixture(scope="module")
def server(hybrid_build: BuildFolder) -> Iterator[ThreadServer]:
    """A server over the release."""
    running = ThreadServer(hybrid_build)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def release(server: ThreadServer) -> Iterator[duckdb.DuckDBPyConnection]:
    """The release itself."""
    with server.release() as connection:
        yield connection


def customers(server: ThreadServer, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.get(path).json()["recommendations"]
    return found


def test_the_release_has_two_rankings(release: duckdb.DuckDBPyConnection) -> None:
    """Otherwise the tests below would hold for any API."""
    rankings = release.execute(
        "select customer_ranking from customers union select ranking from product_audiences"
    ).fetchall()
    assert {ranking for (ranking,) in rankings} == {"engagement", "hybrid"}
    lists = release.execute("select count(*) from lookup.lists").fetchone()
    assert lists is not None
    assert lists[0] > 50, "products have lists of their own"


@pytest.mark.parametrize("kept", [1000, 15])
def test_an_audience_goes_on_after_its_list_by_its_ranking_and_then_by_activity(
    hybrid_build: BuildFolder, monkeypatch: pytest.MonkeyPatch, kept: int
) -> None:
    """With few ranks in memory, the rest comes from the release."""
    monkeypatch.setattr(api.customer_orders, "RANKS_KEPT", kept)
    server = ThreadServer(hybrid_build)
    lengths = set()
    with server.release() as release:
        for product in range(1, 66):
            for n in (1, TOP_N, TOP_N + 1, 40, LARGEST_N):
                body = server.get(f"/recommend/{product}?n={n}").json()
                assert body["recommendations"] == expected_audience(release, product, n)
                assert (body["ranking"], body["cold_start"]) == ("hybrid", False)
            lengths.add(body["count"])
        batch = server.client.post(
            "/recommend/batch", json={"product_ids": list(range(1, 66)), "n": 30}
        ).json()
        for result in batch["results"]:
            expected = expected_audience(release, result["product_id"], 30)
            assert result["recommendations"] == expected
    server.stop()
    assert len(lengths) > 1, "products exclude different numbers of customers"


def test_exports_go_on_in_the_same_way(
    server: ThreadServer, release: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for product, n in ((5, 3), (5, 30), (5, 1000), (61, 50)):
        # Customers after the list have no score and no probability by its ranking.
        expected = as_file_rows(expected_audience(release, product, n), "hybrid")
        assert expected[0]["probability"] or product == 61, "a new one has none here"
        path = f"/audience/{product}?n={n}&format="
        lines = server.get(path + "jsonl").text.splitlines()
        assert [json.loads(line) for line in lines] == expected
        table = csv.DictReader(io.StringIO(server.get(path + "csv").text))
        scores = [row["score"] and float(row["score"]) for row in table]
        assert scores == ["" if row["score"] is None else row["score"] for row in expected]
        file = tmp_path / "audience.parquet"
        file.write_bytes(server.get(path + "parquet").content)
        rows = release.execute("select score from read_parquet(?)", [str(file)]).fetchall()
        assert [score for (score,) in rows] == [row["score"] for row in expected]


def test_a_listed_product_without_interactions_is_no_cold_start(
    server: ThreadServer, release: duckdb.DuckDBPyConnection
) -> None:
    known = release.execute("select product_id from products").fetchall()
    assert not {product for (product,) in known} & ATTRIBUTES.keys()
    for product in ATTRIBUTES:
        body = server.get(f"/recommend/{product}?strict=true").json()
        assert (body["cold_start"], body["ranking"]) == (False, "hybrid")
        assert all(row["score"] for row in body["recommendations"])
    assert server.get("/health").json()["products"] == len(known)
    body = server.get(f"/recommend/{UNKNOWN}").json()
    assert (body["cold_start"], body["ranking"]) == (True, "engagement")
    assert body["recommendations"] == expected_audience(release, UNKNOWN, 10)


def test_attributes_of_an_unknown_product_give_it_the_audience_of_a_listed_one(
    server: ThreadServer,
) -> None:
    lists = set()
    for product, (category, size) in ATTRIBUTES.items():
        for n in (5, TOP_N, 40):
            listed = customers(server, f"/recommend/{product}?n={n}")
            asked = server.get(
                f"/recommend/{UNKNOWN}?size={size}&category={category.upper()}&n={n}"
            ).json()
            assert (asked["cold_start"], asked["ranking"]) == (False, "hybrid")
            assert asked["note"].startswith("This product is unknown. These are the first")
            assert f"category: {category}, size: {size}" in asked["note"]
            assert [(row["customer_id"], row["score"]) for row in listed] == [
                (row["customer_id"], row["score"]) for row in asked["recommendations"]
            ]
        lists.add(str(listed))
    assert len(lists) > 1
    red, blue = (
        {
            row["customer_id"]
            for row in customers(server, f"/recommend/{UNKNOWN}?category={category}")
        }
        for category in ("red", "blue")
    )
    assert red != blue


def test_attributes_are_checked(server: ThreadServer) -> None:
    path = f"/recommend/{UNKNOWN}"
    problem = server.get(f"{path}?colour=red")
    assert problem.status_code == 422
    assert problem.json()["expected"] == "one of the parameters n, strict, category, size"
    assert server.get("/recommend/5?colour=red").status_code == 422
    for value in ("", "x" * 5000):
        assert server.get(path, params={"category": value}).status_code == 422
    assert server.get(f"{path}?category=red&category=blue").status_code == 422
    plain = server.get(path).json()
    for value in ("purple", "' or 1=1 --", "%", 'red", "category: blue'):
        body = server.get(path, params={"category": value}).json()
        assert body["recommendations"] == plain["recommendations"]
        assert body["cold_start"] is True
        assert f"No two products have category: {value}." in body["note"]
    partly = server.get(f"{path}?category=purple&size=small").json()
    assert partly["cold_start"] is False
    assert "No two products have category: purple." in partly["note"]
    assert partly["recommendations"] == customers(server, f"{path}?size=small")
    known = server.get("/recommend/5?category=blue").json()
    assert known == server.get("/recommend/5").json(), "a known product has its own list"
    assert server.get(f"{path}?category=red&strict=true").status_code == 404


def test_a_release_without_attributes_says_so(
    serve_in_thread: ServeInThread, text_build: BuildFolder
) -> None:
    server = serve_in_thread(text_build)
    problem = server.get("/recommend/new?category=red")
    assert problem.status_code == 422
    assert "this release has no attributes of products" in problem.json()["detail"]


@pytest.mark.parametrize("ranking", ["attribute_affinity", "category_affinity"])
def test_other_rankings_by_attributes_follow_their_formulas(
    hybrid_build: BuildFolder, release: duckdb.DuckDBPyConnection, ranking: str
) -> None:
    """Of one attribute, whose weight is 1."""
    rows = release.execute(
        "select customer_id, product_count, activity_place,"
        " coalesce(affinity, 0), usual_share"
        " from lookup.candidates cross join lookup.attributes"
        " left join lookup.attribute_customers using (attribute, customer_id)"
        " where attribute = 'category: red' and (is_most_active or is_among_first)"
    ).fetchall()
    scores = {}
    for customer, count, place, affinity, usual in rows:
        share = (affinity + 2 * usual) / (count + 2)
        score = affinity if ranking == "attribute_affinity" else math.log(count * share)
        scores[customer] = (-round(score * 1e6), place, round(score, 9) or None)
    expected = sorted(scores, key=lambda customer: scores[customer][:2])[:TOP_N]

    async def ask() -> list[dict[str, Any]]:
        async with opened(hybrid_build, Settings()) as served:
            served.release.new_product_ranking = ranking
            body = await served.by_attributes.body(UNKNOWN, {"category": "red"}, TOP_N)
        found: list[dict[str, Any]] = json.loads(body)["recommendations"]
        return found

    found = asyncio.run(ask())
    assert [row["customer_id"] for row in found] == expected
    for row in found:
        assert row["score"] == pytest.approx(scores[row["customer_id"]][2], abs=1e-8)


def test_a_ranking_without_attributes_answers_with_a_cold_start(
    hybrid_build: BuildFolder,
) -> None:
    async def ask() -> dict[str, Any]:
        async with opened(hybrid_build, Settings()) as served:
            served.release.new_product_ranking = "item_neighbours"
            body = await served.by_attributes.body(UNKNOWN, {"category": "red"}, 3)
        found: dict[str, Any] = json.loads(body)
        return found

    body = asyncio.run(ask())
    assert (body["cold_start"], body["ranking"]) == (True, "engagement")
    assert "New products are ranked by neighbouring products" in body["note"]


def test_the_served_rankings_have_names_and_reasons(server: ThreadServer) -> None:
    served = {row["audience"]: row for row in server.get("/rankings").json()["served"]}
    assert {kind: row["ranking"] for kind, row in served.items()} == {
        "customers": "engagement",
        "known products": "hybrid",
        "new products": "hybrid",
    }
    assert served["known products"]["label"] == "combination"
    assert "neighbouring products" in served["known products"]["description"]
    assert served["known products"]["reason"] == "The setting of the build names it."
    assert "setting" not in served["customers"]["reason"]


def test_every_place_is_explained(
    server: ThreadServer, release: duckdb.DuckDBPyConnection
) -> None:
    with_neighbours = 0
    for product in (5, 33, 61):
        for row in customers(server, f"/recommend/{product}?n={TOP_N}"):
            body = server.get(f"/recommend/{product}/explain/{row['customer_id']}").json()
            assert (body["place"], body["rank"]) == ("listed", row["rank"])
            assert (body["ranking"], body["score"]) == ("hybrid", row["score"])
            total = sum(part["value"] for part in body["parts"])
            assert total == pytest.approx(body["score"], abs=1e-8)
            assert len(body["parts"]) == 3
            if row["probability"] is not None:
                assert body["probability"] == pytest.approx(row["probability"], abs=1e-6)
            neighbours = release.execute(
                "select neighbour_count from product_audiences"
                " where product_id = ? and customer_id = ?",
                [product, row["customer_id"]],
            ).fetchone()
            if neighbours and neighbours[0] > 1:
                with_neighbours += 1
                assert (
                    f"touched {neighbours[0]} products that customers of this product touch"
                    " too"
                ) in body["signals"]
            touched = release.execute(
                "select unique_products from customers where customer_id = ?",
                [row["customer_id"]],
            ).fetchone()
            assert touched is not None
            assert body["signals"][-1].startswith(f"active: {touched[0]} product")
    assert with_neighbours > 5


@pytest.mark.parametrize(
    ("ranking", "ranks"), [("activity", "customers"), ("of_my_own", "products")]
)
def test_neighbours_explain_a_place_that_a_ranking_of_products_decided(
    hybrid_build: BuildFolder, tmp_path: Path, ranking: str, ranks: str
) -> None:
    """The list has counts anyway; the release says which rankings are of products."""
    folder = BuildFolder(tmp_path / "build")
    shutil.copytree(hybrid_build.releases, folder.releases, symlinks=True)
    current = folder.releases / "current"
    with duckdb.connect(current / "audience.duckdb") as connection:
        connection.execute("update product_audiences set ranking = ?", [ranking])
        connection.execute(
            "insert into rankings by name select ? as ranking, ? as ranks,"
            " 'mine' as ranking_label, 99 as display_order, false as is_charted,"
            " 'mine' as description where ? = 'of_my_own'",
            [ranking, ranks, ranking],
        )
        (row,) = connection.execute(
            "select customer_id, neighbour_count, attribute_count from product_audiences"
            " where product_id = 5 and neighbour_count > 1 and attribute_count > 0 limit 1"
        ).fetchall()
    assert row[1] > 1
    alter_release(current)
    server = ThreadServer(folder)
    body = server.get(f"/recommend/5/explain/{row[0]}").json()
    server.stop()
    assert (body["place"], body["ranking"]) == ("listed", ranking)
    counts = body["neighbour_count"], body["attribute_count"]
    assert counts == ((None, None) if ranks == "customers" else row[1:])
    *signals, last = body["signals"]
    assert len(signals) == (0 if ranks == "customers" else 2)
    assert last.startswith("active: ")


def test_the_rankings_that_are_explained_are_of_products(
    release: duckdb.DuckDBPyConnection,
) -> None:
    found = release.execute("select ranking from rankings where ranks = 'products'")
    rankings = {ranking for (ranking,) in found.fetchall()}
    assert {*DECIDING_COUNTS, *OTHER_SIGNALS} <= rankings


def test_customers_outside_a_list_are_explained(
    server: ThreadServer, release: duckdb.DuckDBPyConnection
) -> None:
    audience = customers(server, f"/recommend/5?n={LARGEST_N}")
    with_score = 0
    for row in audience[TOP_N:]:
        body = server.get(f"/recommend/5/explain/{row['customer_id']}").json()
        assert (body["place"], body["rank"]) == ("beyond the list", row["rank"])
        assert (body["ranking"], body["score"]) == ("hybrid", row["score"])
        assert (body["probability"], row["probability"]) == (None, None)
        with_score += row["score"] is not None
        total = sum(part["value"] for part in body["parts"])
        assert total == pytest.approx(body["score"] or 0, abs=1e-8)
        if row["score"] is None:
            assert "the signals of this product have ended" in str(body["signals"])
    assert 0 < with_score < len(audience) - TOP_N, "both kinds of places are there"
    excluded = release.execute(
        "select customer_id from product_exclusions where product_id = 5"
    ).fetchall()
    assert excluded
    for (customer,) in excluded:
        body = server.get(f"/recommend/5/explain/{customer}").json()
        assert (body["place"], body["rank"]) == ("excluded", None)
        assert body["signals"][0] == "left out: by the setting exclude or by feedback"
    for row in customers(server, f"/recommend/{UNKNOWN}?n=20"):
        body = server.get(f"/recommend/{UNKNOWN}/explain/{row['customer_id']}").json()
        assert (body["place"], body["rank"]) == ("cold start", row["rank"])
    assert server.get("/recommend/5/explain/99999").status_code == 404
    assert server.get("/recommend/5/explain/x").status_code == 422


def test_the_evidence_has_decisions_hits_and_calibration(
    server: ThreadServer, release: duckdb.DuckDBPyConnection
) -> None:
    body = server.get("/evidence").json()
    for member, table in (
        ("decisions", "ranking_decisions"),
        ("hits", "ranking_evidence"),
        ("calibration", "ranking_calibration"),
    ):
        counted = release.execute(f"select count(*) from {table}").fetchone()
        assert counted is not None
        assert len(body[member]) == counted[0] > 0
    labels = {row["ranking"]: row["label"] for row in body["decisions"]}
    assert labels["hybrid"] == "combination"


def test_collaborative_filtering_is_served_and_explained(als_build: RefreshedBuild) -> None:
    """After its last customer comes activity."""
    server = ThreadServer(als_build.folder)
    with server.release() as release:
        for product in (5, 33, 61):
            for n in (1, TOP_N, 40):
                body = server.get(f"/recommend/{product}?n={n}").json()
                assert body["ranking"] == "als"
                assert body["recommendations"] == expected_audience(release, product, n)
    for row in customers(server, f"/recommend/5?n={TOP_N}"):
        body = server.get(f"/recommend/5/explain/{row['customer_id']}").json()
        assert (body["place"], body["rank"]) == ("listed", row["rank"])
        assert body["label"] == "collaborative filtering (ALS)"
        assert body["parts"] == [
            {"part": "als", "label": body["label"], "value": row["score"]}
        ]
        assert "close to this product in the factors of the model" in body["signals"]
    later = [row["score"] for row in customers(server, "/recommend/5?n=40")[TOP_N:]]
    assert later[0] is not None
    row = customers(server, "/recommend/5?n=40")[-1]
    assert row["score"] is None
    body = server.get(f"/recommend/5/explain/{row['customer_id']}").json()
    assert body["place"] == "beyond the list"
    assert not [signal for signal in body["signals"] if "factors" in signal]
    served = {row["audience"]: row for row in server.get("/rankings").json()["served"]}
    assert served["known products"]["label"] == "collaborative filtering (ALS)"
    assert served["known products"]["reason"] == "The setting of the build names it."
    server.stop()

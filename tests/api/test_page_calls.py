"""The calls of the pages, compared with the tables of the release."""

import json
from typing import Any
from urllib.parse import quote

import duckdb
import pytest

from scripts.build_folder import PROJECT, BuildFolder
from scripts.releases.publish import publish, roll_back
from scripts.releases.release_folder import ReleaseFolder
from tests.api.conftest import ServeInThread, Server
from tests.api.running_api import RunningApi

ODD_NAMES = {
    "1": "100 % wool",
    "2": "under_score",
    "3": 'O\'Neil "the" mug',
    "4": "ÄPFEL",
    "5": "İstanbul 🛒",
    "6": "a\\b",
    "7": None,
    "8": "7 dwarfs",
    "A/1": "seven",
}


def found(server: RunningApi, **parameters: object) -> list[dict[str, Any]]:
    body = server.get("/products/search", params=parameters).json()
    assert body["count"] == len(body["products"])
    products: list[dict[str, Any]] = body["products"]
    return products


def rows(folder: BuildFolder, query: str) -> list[dict[str, Any]]:
    database = folder.releases / "current" / "audience.duckdb"
    with duckdb.connect(database, read_only=True) as release:
        result: list[dict[str, Any]] = release.execute(query).to_arrow_table().to_pylist()
        return result


def test_a_product_is_found_by_id_and_by_any_part_of_its_name(server: Server) -> None:
    (product,) = rows(
        server.folder,
        "from products where product_name is not null order by interaction_count limit 1",
    )
    by_id = found(server, q=product["product_id"], n=1)
    assert by_id[0]["product_id"] == product["product_id"]
    for name, value in product.items():
        expected = value.isoformat() if hasattr(value, "isoformat") else value
        assert by_id[0][name] == expected
    whole_name = product["product_name"]
    for text in (whole_name, whole_name.upper(), f"  {whole_name[1:]} "):
        assert product["product_id"] in [one["product_id"] for one in found(server, q=text)]


def test_without_a_text_the_most_popular_come_first(server: Server) -> None:
    expected = rows(
        server.folder, "from products order by interaction_count desc, product_id limit 20"
    )
    for text in ({}, {"q": ""}, {"q": "   "}):
        assert [product["product_id"] for product in found(server, n=20, **text)] == [
            product["product_id"] for product in expected
        ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("%", ["1"]),
        ("_", ["2"]),
        ("'NEIL \"", ["3"]),
        ("äpf", ["4"]),
        ("İST", ["5"]),
        ("🛒", ["5"]),
        ("\\", ["6"]),
        ("7", ["7", "8"]),
        ("a/", ["A/1"]),
        ("SEVEN", ["A/1"]),
        ("", list(ODD_NAMES)),
        ("\x00", []),
        ("x" * 4096, []),
    ],
)
def test_a_text_is_matched_literally(text: str, expected: list[str]) -> None:
    """Also characters of patterns; products without a name are found by id."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table products as select unnest($ids) as product_id,"
            " unnest($names) as product_name, 1 as interaction_count",
            {"ids": list(ODD_NAMES), "names": list(ODD_NAMES.values())},
        )
        query = (PROJECT / "api" / "queries" / "product_search.sql").read_text()
        answer = connection.execute(query, {"text": text, "n": 20}).fetchall()
    assert [row[0] for row in answer] == expected


def test_an_invalid_search_is_refused(server: Server) -> None:
    assert found(server, q="%") == found(server, q="\x00") == []
    for parameters, name in (
        ({"q": "x" * 4097}, "q"),
        ({"n": 0}, "n"),
        ({"n": 1001}, "n"),
        ({"n": "many"}, "n"),
    ):
        answer = server.get("/products/search", params=parameters)
        assert (answer.status_code, answer.json()["parameter"]) == (422, name)


def test_an_overlap_compares_the_two_audiences(server: Server) -> None:
    for one, other in ((5, 9), (9, 5), (5, 5), (5, 987654321), (987654321, 987654322)):
        for n in (1, 10, 100):
            first, second = (
                [
                    row["customer_id"]
                    for row in server.get(f"/recommend/{product}?n={n}").json()[
                        "recommendations"
                    ]
                ]
                for product in (one, other)
            )
            shared = [customer for customer in first if customer in second]
            body = server.get(f"/recommend/{one}/overlap/{other}?n={n}").json()
            assert body == {
                "product_id": one,
                "other_product_id": other,
                "n": n,
                "count": len(shared),
                "share": len(shared) / n,
                "customer_ids": shared,
                "release": body["release"],
            }
            if one == other:
                assert body["share"] == 1


def test_an_overlap_names_an_invalid_product(server: Server) -> None:
    for path, name in (
        ("/recommend/x/overlap/5", "product_id"),
        ("/recommend/5/overlap/x", "other_product_id"),
        ("/recommend/5/overlap/%FF", "other_product_id"),
        ("/recommend/5/overlap/9?n=0", "n"),
        ("/recommend/5/overlap/9?n=101", "n"),
    ):
        answer = server.get(path)
        assert (answer.status_code, answer.json()["parameter"]) == (422, name)


@pytest.mark.slow
def test_products_with_odd_ids_are_found_and_compared(
    serve_in_thread: ServeInThread, text_build: BuildFolder
) -> None:
    server = serve_in_thread(text_build)
    for product in ("A/1", "../../etc/passwd", "x' or 1=1 --"):
        assert found(server, q=product)[0]["product_id"] == product
        for other in ("A/1", "batch", "overlap"):
            one, two = (quote(text, safe="") for text in (product, other))
            body = server.get(f"/recommend/{one}/overlap/{two}").json()
            assert (body["product_id"], body["other_product_id"]) == (product, other)
            # The share refers to the longer audience; there are fewer than ten customers.
            assert 0 < body["share"] <= 1
    batch = server.get("/recommend/batch/overlap/A%2F1").json()
    assert batch["product_id"] == "batch"
    assert found(server, q="<b>") == []


def test_evidence_matches_the_release(server: Server) -> None:
    body = server.get("/evidence").json()
    (newest,) = rows(server.folder, "select max(origin) as origin from targeting_lift")
    conclusions = rows(server.folder, "from evidence_conclusions order by statement_number")
    assert [row["statement"] for row in body["conclusions"]] == [
        row["statement"] for row in conclusions
    ]
    gains = rows(
        server.folder,
        "select outcome, ranking, audience_size, lift from targeting_lift"
        f" where origin = {newest['origin']}",
    )
    charted = rows(server.folder, "from rankings where is_charted and ranks <> 'products'")
    kept = {row["ranking"] for row in body["gains"]}
    assert kept == {row["ranking"] for row in charted}
    assert {
        (row["outcome"], row["ranking"], row["audience_size"], row["lift"])
        for row in body["gains"]
    } == {tuple(row.values()) for row in gains if row["ranking"] in kept}
    (count,) = rows(
        server.folder,
        "select count(*) as metrics from offline_metrics where slice_by = 'nothing'",
    )
    assert len(body["recommenders"]) == count["metrics"]
    assert body["als"] is None, "ALS was not fitted"


def test_rankings_and_features_have_the_labels_of_the_release(server: Server) -> None:
    known = rows(server.folder, "from rankings order by display_order")
    labels = {row["ranking"]: row["ranking_label"] for row in known}
    body = server.get("/evidence").json()
    for part, column in (("recommenders", "recommender"), ("gains", "ranking")):
        shown = list(dict.fromkeys(row[column] for row in body[part]))
        assert shown == [ranking for ranking in labels if ranking in shown]
        for row in body[part]:
            assert row["label"] == labels[row[column]]
    assert body["trials"]
    for row in body["trials"]:
        assert row["label"] == row["ranking"].replace("_", " ")
    (best,) = rows(server.folder, "from customers where engagement_rank = 1")
    features = server.get(f"/customers/{best['customer_id']}").json()["features"]
    for name, feature in features.items():
        assert feature["label"] == labels[name]


def test_quality_accounts_for_every_row_and_hides_folders(server: Server) -> None:
    body = server.get("/quality").json()
    expected = rows(server.folder, "from row_accounting")
    assert len(body["rows"]) == len(expected)
    assert sum(row["row_count"] for row in body["rows"]) == sum(
        row["row_count"] for row in expected
    )
    examples = [row for row in body["rows"] if row["example_text"] is not None]
    assert examples
    assert {row["example_file"] for row in examples} == {"interactions.csv"}
    (traffic,) = rows(server.folder, "from automated_traffic")
    assert body["automated"] == traffic
    manifest = json.loads(
        (server.folder.releases / "current" / "manifest.json").read_text()
    )
    assert body["passed_count"] + body["warned_count"] == len(manifest["tests"]) > 100
    warned = [test["status"] != "pass" for test in body["tests"]]
    assert warned == sorted(warned, reverse=True), "those that warn come first"


def test_a_first_release_has_nothing_to_compare_with(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    server = serve_in_thread(release_copy)
    body = server.get("/release/changes").json()
    assert body["earlier_release"] is body["earlier_created_at"] is None
    assert body["ranking"] == []
    counts = [body[f"{change}_count"] for change in ("entered", "stayed", "left", "gone")]
    assert counts == [0, 0, 0, 0]
    assert all(row["earlier_row_count"] is None for row in body["row_counts"])
    # An older manifest does not have these members.
    manifest = release_copy.releases / "current" / "manifest.json"
    facts = json.loads(manifest.read_text())
    del facts["earlier"], facts["tests"]
    manifest.write_text(json.dumps(facts))
    old = serve_in_thread(release_copy)
    assert old.get("/release/changes").json() == body
    assert old.get("/quality").json()["tests"] == []


def test_changes_show_who_entered_and_left_but_not_who_opted_out(
    serve_in_thread: ServeInThread, published: BuildFolder
) -> None:
    releases = ReleaseFolder(published.releases)
    first = releases.current()
    assert first is not None
    top = {
        row["customer_rank"]: row["customer_id"]
        for row in rows(published, "from customers where customer_rank <= 102")
    }
    # Number 7 opts out, so 101 moves up; numbers 3 and 102 change places. The build
    # compares with the served release, by the compiled SQL of its models.
    compiled = published.dbt_target / "compiled/product_audience/models/lookup"
    with duckdb.connect(published.warehouse) as warehouse:
        warehouse.execute(
            "insert into staging.stg_served_ranking select ?, customer_id::text,"
            " customer_rank from marts.customers where customer_rank <= 100",
            [first.release_id],
        )
        warehouse.execute("delete from marts.customers where customer_rank = 7")
        warehouse.execute(
            "update marts.customers set customer_rank = case"
            " when customer_rank = 3 then 101 when customer_rank = 102 then 3"
            " when customer_rank > 7 then customer_rank - 1"
            " else customer_rank end"
        )
        for table in ("ranking", "ranking_changes"):
            query = (compiled / f"lookup_{table}.sql").read_text()
            warehouse.execute(f"create or replace table lookup.{table} as {query}")
    second = publish(published)
    server = serve_in_thread(published)
    answer = server.get("/release/changes")
    body = answer.json()
    assert (body["release"], body["earlier_release"]) == (
        second.release_id,
        first.release_id,
    )
    changes = {row["customer_id"]: row for row in body["ranking"]}
    assert changes[top[3]] == {
        "customer_id": top[3],
        "change": "left",
        "rank": 101,
        "engagement_rank": 101,
        "earlier_rank": 3,
    }
    assert {changes[top[rank]]["change"] for rank in (101, 102)} == {"entered"}
    assert changes[top[101]]["rank"] == 100
    assert changes[top[8]]["rank"] == 7
    counts = [body[f"{change}_count"] for change in ("entered", "stayed", "left", "gone")]
    assert counts == [2, 98, 1, 1]
    assert top[7] not in changes
    assert None not in changes
    with server.release() as release:
        kept = release.execute("select customer_id from lookup.ranking_changes").fetchall()
    assert (top[7],) not in kept, "nor in the file"
    assert kept
    row_counts = {row["table"]: row for row in body["row_counts"]}
    assert row_counts["customers"]["row_count"] == (
        row_counts["customers"]["earlier_row_count"] - 1
    )

    # After a rollback, the changes refer to the release served when this one was built.
    roll_back(releases)
    server.wait_for(lambda: server.get("/health").json()["release_id"] == first.release_id)
    assert server.get("/release/changes").json()["earlier_release"] is None
    third = publish(published)
    server.wait_for(lambda: server.get("/health").json()["release_id"] == third.release_id)
    again = server.get("/release/changes").json()
    assert again["earlier_release"] == first.release_id
    assert again["ranking"] == body["ranking"]

"""Responses of the calls, compared with the release."""

import csv
import io
import json
import tomllib
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts.build_folder import PROJECT, BuildFolder
from tests.api.conftest import ServeInThread, Server
from tests.api.expected_audiences import as_file_rows, expected_audience
from tests.api.running_api import RunningApi

TOP_N = 7  # of the release that is served


def test_root_lists_the_endpoints_and_redirects_browsers(server: Server) -> None:
    body = server.get("/").json()
    assert set(body) == {"message", "version", "endpoints"}
    with (PROJECT / "pyproject.toml").open("rb") as file:
        assert body["version"] == tomllib.load(file)["project"]["version"]
    assert server.get("/openapi.json").json()["info"]["version"] == body["version"]
    browser = server.get("/", headers={"accept": "text/html,*/*"})
    assert (browser.status_code, browser.headers["location"]) == (303, "/pages/overview")


@given(data=st.data())
def test_an_audience_of_any_size_matches_the_definition(
    server: Server, data: st.DataObject
) -> None:
    with server.release() as release:
        products = [
            row[0] for row in release.execute("select product_id from products").fetchall()
        ]
        product = data.draw(st.sampled_from(products))
        n = data.draw(st.integers(1, 100))
        body = server.get(f"/recommend/{product}", params={"n": n}).json()
        expected = expected_audience(release, product, n)
        rankings = release.execute(
            "select ranking from product_audiences where product_id = ?", [product]
        ).fetchone()
    assert rankings is not None
    assert body == {
        "product_id": product,
        "recommendations": expected,
        "count": n,
        "cold_start": False,
        "note": None,
        "ranking": rankings[0],
        "release": (server.folder.releases / "current").resolve().name,
    }


def test_the_default_n_is_ten(server: Server) -> None:
    """The release stores only seven."""
    with server.release() as release:
        expected = expected_audience(release, 5, 10)
    assert server.get("/recommend/5").json()["recommendations"] == expected


def test_an_unknown_product_is_a_cold_start(server: Server) -> None:
    body = server.get("/recommend/987654321?n=9").json()
    with server.release() as release:
        assert body["recommendations"] == expected_audience(release, 987654321, 9)
    assert (body["product_id"], body["count"], body["cold_start"]) == (987654321, 9, True)
    assert "This product is unknown." in body["note"]
    assert "fallback" in body["note"]
    assert server.get("/recommend/987654321?strict=true").status_code == 404
    assert server.get("/recommend/5?strict=true").status_code == 200


def test_a_batch_keeps_its_order(server: Server) -> None:
    asked = [5, -1, 5, 9, *range(20, 120)]
    body = server.client.post(
        "/recommend/batch", json={"product_ids": asked, "n": 3}
    ).json()
    assert body["count"] == len(asked)
    for product, result in zip(asked, body["results"], strict=True):
        assert result == server.get(f"/recommend/{product}?n=3").json()


def test_an_empty_batch_and_the_largest(server: Server) -> None:
    ask = server.client.post
    assert ask("/recommend/batch", json={"product_ids": []}).json()["results"] == []
    many = ask("/recommend/batch", json={"product_ids": list(range(1000)), "n": 2})
    assert many.json()["count"] == 1000


def ranking(server: RunningApi, product: object) -> str:
    """The ranking of the answer about a product."""
    name: str = server.get(f"/recommend/{product}").json()["ranking"]
    return name


@pytest.mark.parametrize("n", [1, 100, 10_001, 10**9])
def test_exports_have_the_audience_in_every_format(
    server: Server, n: int, tmp_path: Path
) -> None:
    path = f"/audience/5?n={n}&format="
    with server.release() as release:
        expected = as_file_rows(expected_audience(release, 5, n), ranking(server, 5))
    text = server.get(path + "csv").text
    assert text.startswith("rank,customer_id,score,ranking,probability\n")
    assert [
        {
            "rank": int(row["rank"]),
            "customer_id": int(row["customer_id"]),
            "score": float(row["score"]),
            "ranking": row["ranking"],
            "probability": float(row["probability"]) if row["probability"] else None,
        }
        for row in csv.DictReader(io.StringIO(text))
    ] == expected
    lines = server.get(path + "jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == expected
    file = tmp_path / "audience.parquet"
    file.write_bytes(server.get(path + "parquet").content)
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select customer_id, score, rank from read_parquet(?)", [str(file)]
        ).fetchall()
    assert rows == [(row["customer_id"], row["score"], row["rank"]) for row in expected]


def test_an_export_of_an_unknown_product_is_marked(server: Server) -> None:
    answer = server.get("/audience/987654321?n=2")
    assert answer.headers["x-cold-start"] == "true"
    assert len(answer.text.splitlines()) == 3


def test_a_customer_s_contributions_add_up(server: Server) -> None:
    with server.release() as release:
        row = release.execute(
            "select customer_id, engagement_score, total_interactions from customers"
            " where engagement_rank = 3"
        ).fetchone()
        columns = release.execute("describe customers").fetchall()
    assert row is not None
    body = server.get(f"/customers/{row[0]}").json()
    assert (body["customer_id"], body["engagement_score"]) == row[:2]
    assert body["engagement_rank"] == 3
    suffix = "_contribution"
    contributions = [name for name, *_ in columns if name.endswith(suffix)]
    assert list(body["features"]) == [name.removesuffix(suffix) for name in contributions]
    assert len(contributions) >= 5
    assert body["features"]["total_interactions"]["value"] == row[2]
    for share in ("weight", "variance_share", "top_tenth_share"):
        shares = [feature[share] for feature in body["features"].values()]
        assert sum(shares) == pytest.approx(1)
    total = sum(feature["contribution"] for feature in body["features"].values())
    assert total == pytest.approx(row[1], abs=1e-9)
    assert server.get("/customers/987654321").status_code == 404


def test_the_products_of_a_customer(server: Server) -> None:
    with server.release() as release:
        best = release.execute(
            "select customer_id from customers where engagement_rank = 1"
        ).fetchone()
        assert best is not None
        rows = release.execute(
            "select product_id, audience_rank from product_audiences where customer_id = ?"
            " order by audience_rank, product_id",
            best,
        ).fetchall()
        last = release.execute(
            "select customer_id from customers order by engagement_rank desc limit 1"
        ).fetchone()
        assert last is not None
    body = server.get(f"/customers/{best[0]}/products?n=4").json()
    assert body["products"] == [{"product_id": p, "rank": r} for p, r in rows[:4]]
    assert (body["count"], body["total"]) == (4, len(rows))
    assert server.get(f"/customers/{last[0]}/products").json()["total"] == 0
    assert server.get("/customers/987654321/products").status_code == 404


def test_a_sample_of_products(server: Server) -> None:
    body = server.get("/products/sample?n=20").json()
    assert len(set(body["sample_products"])) == 20
    with server.release() as release:
        known = {
            row[0] for row in release.execute("select product_id from products").fetchall()
        }
    assert set(body["sample_products"]) <= known
    assert body["total_available"] == len(known)


def test_diagnostics_and_release(server: Server) -> None:
    body = server.get("/diagnostics").json()
    assert body["verdict"]["verdict"] == "not viable"
    assert len(body["checks"]) == 4
    facts = server.get("/release").json()
    assert facts["release_id"] == body["release"]
    assert facts["row_counts"]["customers"] == facts["customers"]
    manifest = json.loads(
        (server.folder.releases / "current" / "manifest.json").read_text()
    )
    for name, time in facts["input"].items():
        assert time == manifest["input"][name].replace(" ", "T")[: len(time)]
    assert set(body["verdict"]) >= {"basis", "threshold_verdict"}


@pytest.mark.slow
def test_text_ids_are_found_unchanged(
    serve_in_thread: ServeInThread, text_build: BuildFolder
) -> None:
    server = serve_in_thread(text_build)
    with server.release() as release:
        for product in ("A/1", "../../etc/passwd", "x' or 1=1 --"):
            body = server.get(f"/recommend/{quote(product, safe='')}?n=4").json()
            assert body["product_id"] == product
            assert body["cold_start"] is False
            expected = expected_audience(release, product, 4)
            assert body["recommendations"] == expected
            assert len(expected) == body["count"] < 4, "the population ends"
            assert (
                server.get(f"/recommend/{quote(product, safe='')}?n=2").json()["count"] == 2
            )
            lines = server.get(f"/audience/{quote(product, safe='')}?format=jsonl").text
            assert [json.loads(line) for line in lines.splitlines()] == (
                as_file_rows(expected, body["ranking"])
            )
            table = server.get(f"/audience/{quote(product, safe='')}").text
            found = [row["customer_id"] for row in csv.DictReader(io.StringIO(table))]
            assert found == [row["customer_id"] for row in expected]
        bob = server.get("/customers/" + quote('O\'Neil, "Bob"', safe="")).json()
    assert bob["customer_id"] == 'O\'Neil, "Bob"'
    batch = server.client.post(
        "/recommend/batch", json={"product_ids": ["A/1", "no"]}
    ).json()
    assert [result["cold_start"] for result in batch["results"]] == [False, True]
    with server.release() as release:
        long = server.client.post(
            "/recommend/batch", json={"product_ids": ["A/1", "x' or 1=1 --"], "n": 50}
        ).json()
        for result in long["results"]:
            expected = expected_audience(release, result["product_id"], 50)
            assert result["recommendations"] == expected
    assert server.get("/recommend/batch?n=2").json()["product_id"] == "batch"
    assert server.get("/recommend/" + "x" * 4096).json()["cold_start"] is True
    long_id = server.get("/recommend/" + "x" * 4097)
    assert long_id.json()["expected"] == "text of 1 to 4096 characters"
    for broken in ("/recommend/%FF", "/audience/a%ED%A0%80", "/customers/%C3/products"):
        assert server.get(broken).json()["expected"] == "percent-encoded UTF-8"
    assert server.get("/recommend/%EF%BF%BD").json()["product_id"] == "\ufffd"
    assert (
        server.client.post("/recommend/batch", json={"product_ids": [1]}).status_code == 422
    )


def test_head_is_get_without_the_body(server: Server) -> None:
    for path in ("/health", "/recommend/5", "/docs"):
        answer = server.client.head(path)
        assert (answer.status_code, answer.content) == (200, b"")
        assert int(answer.headers["content-length"]) > 0
    head = server.client.head("/audience/5")
    assert (head.status_code, head.content) == (200, b"")
    whole = server.get("/audience/5").headers
    same = set(whole) - {"x-request-id", "transfer-encoding"}
    assert {name: head.headers[name] for name in same} == {
        name: whole[name] for name in same
    }
    assert "content-length" not in head.headers
    assert server.client.head("/audience/5").status_code == 200, "on the same connection"
    assert server.client.head("/audience/x").status_code == 422


def test_an_unchanged_response_is_not_sent_again(server: Server) -> None:
    first = server.get("/recommend/5?n=3")
    again = server.get("/recommend/5?n=3", headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    other = server.get("/recommend/5?n=4", headers={"if-none-match": first.headers["etag"]})
    assert other.status_code == 200
    batch = server.client.post(
        "/recommend/batch", json={"product_ids": [5]}, headers={"if-none-match": "*"}
    )
    assert batch.status_code == 200, "a condition is for reading"
    for path in ("/diagnostics", "/products/sample", "/audience/5", "/release"):
        tag = server.get(path).headers["etag"].removeprefix("W/")
        for sent in (tag, f'"x", W/{tag}', "*"):
            assert server.get(path, headers={"if-none-match": sent}).status_code == 304
        assert server.get(path, headers={"if-none-match": tag[:-2]}).status_code == 200

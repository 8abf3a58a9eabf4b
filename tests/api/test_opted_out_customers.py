"""Opt-outs: every route leaves noted customers out, at once and whatever else is wrong."""

import io
import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import httpx
import pyarrow.parquet
import pytest

from api.documentation import Operation
from api.named_queries import read_queries
from api.opt_outs import OptOuts
from api.parameters import Choice, WholeNumber
from scripts.build_folder import BuildFolder
from tests.api.conftest import ServeInThread
from tests.api.expected_audiences import expected_audience
from tests.api.in_process import application
from tests.api.noted_opt_outs import linked, noted, one, wait_until_left_out
from tests.api.running_api import RunningApi
from tests.conftest import alter_release

# Ids of customers in `distinct_ids` end so, and no other number does.
MARK = re.compile(r"\d+000000007\b")
# The routes whose answers name customers; the others have counts, or look up a given one.
NAMING = {
    "recommend/<product_id:str>",
    "recommend/batch",
    "recommend/<product_id:str>/overlap/<other_product_id:str>",
    "recommend/<product_id:str>/explain/<customer_id:str>",
    "audience/<product_id:str>",
    "customers/<customer_id:str>",
    "customers/<customer_id:str>/products",
    "campaigns/<campaign_id:str>/audience",
    "holdout/customers",
    "quality",
    "release/changes",
}


@pytest.fixture
def distinct_ids(release_copy: BuildFolder) -> BuildFolder:
    """A release whose customer ids are like no other number in it."""
    folder = (release_copy.releases / "current").resolve()
    with duckdb.connect(folder / "audience.duckdb") as connection:
        tables = connection.execute(
            "select schema_name || '.' || table_name, column_name from duckdb_columns()"
            " where column_name in ('customer_id', 'unit_id') and not internal"
        ).fetchall()
        for table, column in tables:
            connection.execute(
                f"update {table} set {column} = {column} || '000000007'"
                f" where regexp_full_match({column}::text, '[0-9]+')"
            )
        for table, column in (
            ("lookup.lists", "customers"),
            ("row_accounting", "example_text"),
        ):
            connection.execute(
                f"update {table} set {column} = regexp_replace({column},"
                " '(\"customer_id\": ?\"?[0-9]+)', '\\1000000007', 'g')"
            )
        # A release like this one was served before.
        connection.execute(
            "insert into lookup.ranking_changes by name select customer_id, 'stayed' as"
            " change, customer_rank, customer_rank as earlier_rank from lookup.ranking"
            " where customer_rank <= 100"
        )
        # And some customers are held out.
        connection.execute(
            "insert into global_holdout select customer_id, date '2023-01-01',"
            " date '2023-12-31', true from customers where customer_rank > 850"
        )
    alter_release(folder, earlier={"release_id": "earlier", "row_counts": {}})
    return release_copy


class EveryRoute:
    """Requests of every route of the application, with every choice of its parameters.

    Attributes:
        values: some values of each parameter of a path.
    """

    def __init__(self, release: duckdb.DuckDBPyConnection) -> None:
        products = [
            *one(release, "select product_id from products order by 1 limit 2"),
            *one(release, "select min(product_id) from new_product_audiences"),
            *one(release, "select min(product_id) from campaign_audiences"),
            987654321,
        ]
        known = [product for product in products if product is not None]
        self.values: dict[str, list[Any]] = {
            "product_id": known,
            "other_product_id": known[:2],
            "customer_id": one(
                release,
                "select customer_id from customers where customer_rank in (1, 2, 900)",
            ),
            "campaign_id": one(release, "select campaign_id from campaign_summaries"),
            "experiment_id": one(release, "select experiment_id from experiment_verdicts"),
            "page": ["overview"],
            "asset": ["api.js"],
        }
        self.products = known

    def requests(self) -> Iterator[tuple[str, str, Any]]:
        """The path of a route, a URL, and a body to post or None."""
        for route in application().router.routes:
            operation: Operation = route.handler.operation  # type: ignore[attr-defined]
            names = re.findall(r"<(\w+):\w+>", route.path)
            assert set(names) <= self.values.keys(), f"{route.path}: name values to ask for"
            paths = [
                re.sub(
                    r"<(\w+):\w+>",
                    lambda found, chosen=chosen: chosen[found[1]],
                    route.path,
                )
                for chosen in (
                    dict(zip(names, map(quote, map(str, values)), strict=True))
                    for values in itertools.product(*(self.values[n] for n in names))
                )
            ]
            if "POST" in route.methods:
                assert operation.body_example, route.path
                for n in (3, 100):
                    body = {**operation.body_example, "product_ids": self.products, "n": n}
                    yield route.path, f"/{paths[0]}", body
                continue
            for path, query in itertools.product(paths, queries(operation)):
                yield route.path, f"/{path}{query}", None


def queries(operation: Operation) -> list[str]:
    """The query string of every choice, and of few and many rows."""
    choices = [
        [f"{asked.name}={choice}" for choice in asked.choices]
        for asked in operation.parameters
        if isinstance(asked, Choice)
    ] + [
        [f"{asked.name}={number}" for number in (asked.low, min(asked.high, 5000))]
        for asked in operation.parameters
        if isinstance(asked, WholeNumber)
    ]
    return ["", *(f"?{'&'.join(words)}" for words in itertools.product(*choices) if words)]


def text_of(answer: httpx.Response) -> str:
    """The body; of a Parquet file its rows."""
    if answer.headers.get("content-type") == "application/vnd.apache.parquet":
        return str(pyarrow.parquet.read_table(io.BytesIO(answer.content)).to_pylist())
    return answer.text


def ask(server: RunningApi, url: str, body: Any, **headers: str) -> httpx.Response:
    if body is None:
        return server.get(url, headers=headers)
    return server.client.post(url, json=body, headers=headers)


def test_no_route_names_a_customer_who_has_opted_out(
    serve_in_thread: ServeInThread, distinct_ids: BuildFolder
) -> None:
    server = serve_in_thread(distinct_ids)
    with server.release() as release:
        customers = one(release, "select customer_id::text from customers")
        asked = list(EveryRoute(release).requests())
    before = [ask(server, url, body) for _, url, body in asked]
    named = {
        path
        for (path, _, _), answer in zip(asked, before, strict=True)
        if MARK.search(text_of(answer))
    }
    assert named == NAMING
    assert OptOuts.of(b'{"noted": ["1"], "listed": ["2"]}').customers == {"1", "2"}

    noted(server).add(customers)
    wait_until_left_out(server, customers[0])
    for (_, url, body), answer in zip(asked, before, strict=True):
        tags = {"if-none-match": answer.headers.get("etag", '"none"')}
        now = ask(server, url, body, **tags)
        assert not MARK.search(text_of(now)), url
        assert now.status_code in (200, 303, 304, 404, 422), (url, now.text)
        if MARK.search(text_of(answer)):
            assert now.status_code != 304, url
    assert server.get("/recommend/5").json()["recommendations"] == []
    assert server.get("/health").json()["status"] == "healthy"


def test_an_answer_closes_up_and_comes_back_when_the_opt_out_is_cancelled(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    server = serve_in_thread(release_copy)
    urls = [f"/recommend/{product}?n={n}" for product in (5, 987654321) for n in (6, 7, 30)]
    before = {url: server.get(url) for url in urls}
    with server.release() as release:
        longer = expected_audience(release, 5, 40)
        size = one(release, "select count(*) from cold_start_audience")[0]
        listed = one(
            release,
            "select customer_id from product_audiences where product_id = 5"
            " order by audience_rank",
        )
        first = one(release, "select customer_id from customers where customer_rank = 1")[0]
    gone = {listed[1], first, longer[25]["customer_id"]}
    noted(server).add(map(str, gone))
    wait_until_left_out(server, first)

    stay = [row for row in longer if row["customer_id"] not in gone]
    expected = [{**row, "rank": rank} for rank, row in enumerate(stay, start=1)]
    left = len([customer for customer in listed if customer not in gone])
    # As many as asked for, unless the stored list of 7 has no more.
    for n, count in ((6, min(6, left)), (7, left), (30, 30)):
        found = server.get(f"/recommend/5?n={n}").json()["recommendations"]
        assert found == expected[:count], n
    assert server.get("/recommend/5").json()["count"] == 10 > size
    cold = server.get("/recommend/987654321?n=30").json()["recommendations"]
    assert len(cold) == 30
    assert first not in [row["customer_id"] for row in cold]
    # A place is the same wherever it is told.
    for row in expected[:30]:
        explained = server.get(f"/recommend/5/explain/{row['customer_id']}").json()
        assert explained["rank"] == row["rank"]
        products = server.get(f"/customers/{row['customer_id']}/products?n=1000").json()
        places = {held["product_id"]: held["rank"] for held in products["products"]}
        assert places.get(5, row["rank"]) == row["rank"]
    for path in ("/customers/{}", "/customers/{}/products", "/recommend/5/explain/{}"):
        problem = server.get(path.format(first)).json()
        assert (problem["status"], problem["title"]) == (404, "Opted out")

    noted(server).replace(noted=[])
    server.wait_for(lambda: server.get(f"/customers/{first}").status_code == 200, 5)
    for url, answer in before.items():
        again = server.get(url)
        assert (again.content, again.headers["etag"]) == (
            answer.content,
            answer.headers["etag"],
        )


def test_attribute_audiences_leave_them_out_and_are_filled(
    serve_in_thread: ServeInThread, hybrid_build: BuildFolder, folder: BuildFolder
) -> None:
    server = serve_in_thread(linked(folder, hybrid_build))
    url = "/recommend/987654321?category=red&n=12"
    before = [row["customer_id"] for row in server.get(url).json()["recommendations"]]
    noted(server).add(map(str, before[:3]))
    wait_until_left_out(server, before[0])
    after = server.get(url).json()["recommendations"]
    assert [row["customer_id"] for row in after][:9] == before[3:]
    assert [row["rank"] for row in after] == list(range(1, 13))


def test_text_ids_and_ids_of_another_log(
    serve_in_thread: ServeInThread, text_build: BuildFolder, folder: BuildFolder
) -> None:
    server = serve_in_thread(linked(folder, text_build))
    bob = 'O\'Neil, "Bob"'
    product = quote("x' or 1=1 --", safe="")
    assert json.dumps(bob) in server.get(f"/recommend/{product}").text
    noted(server).add([bob, "7", "17"])
    wait_until_left_out(server, quote(bob, safe=""))
    for path in (f"/recommend/{product}", f"/audience/{product}", "/recommend/unknown"):
        answer = server.get(path).text
        assert "Neil" not in answer
        assert "007" in answer
    assert OptOuts(frozenset({"x", "7", "9" * 19, "007"})).ids(are_text=False) == {7}


def test_an_id_that_no_release_can_contain_holds_back_no_other(
    serve_in_thread: ServeInThread, text_build: BuildFolder, folder: BuildFolder
) -> None:
    server = serve_in_thread(linked(folder, text_build))
    assert server.get("/customers/007").status_code == 200
    noted(server).add(["007", "\udcff", "a\x00b"])
    wait_until_left_out(server, "007")
    assert server.get("/health").json()["reasons"] == []


@pytest.mark.parametrize(
    ("text", "is_shown"),
    [
        ({"customer_id": "8", "product_id": "x"}, True),
        ({"customer_id": "7.0", "product_id": "x"}, False),
        ({"customer_id": "\t07\xa0", "product_id": "x"}, False),
        # A quote that is not closed: the product is two rows, one of them of customer 7.
        ({"customer_id": "8", "product_id": 'x,view\n7,1,view,"'}, False),
        ({"customer_id": "8", "product_id": "x\r7,1"}, False),
        ({"product_id": "x"}, False),
    ],
)
def test_the_example_of_a_reason_is_not_of_them(
    text: dict[str, str], is_shown: bool, tmp_path: Path
) -> None:
    with duckdb.connect(tmp_path / "release.duckdb") as release:
        release.execute("attach ':memory:' as noted")
        release.execute("create table noted.opted_out as select 7::bigint as customer_id")
        release.execute(
            "create table row_accounting as select 'log' as input, 'rejected' as outcome,"
            " 'missing event' as reason, 1 as row_count, 'a.csv' as example_file,"
            " $text as example_text",
            {"text": json.dumps(text)},
        )
        query = read_queries()["row_accounting"].replace("main.", "")
        (row,) = release.execute(query).fetchall()
    assert (row[-1] is not None) == is_shown

"""A release whose look-up tables say nothing about the places after its lists."""

import shutil

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from tests.api.in_process import ThreadServer
from tests.conftest import alter_release

pytestmark = pytest.mark.slow

TOP_N = 12  # of the release


def test_an_earlier_release_goes_on_by_the_ranking_of_customers(
    hybrid_build: BuildFolder, folder: BuildFolder
) -> None:
    shutil.copytree(hybrid_build.releases, folder.releases, symlinks=True)
    current = folder.releases / "current"
    with duckdb.connect(current / "audience.duckdb") as connection:
        connection.execute("alter table lookup.serving drop column continued_by")
    alter_release(current, without=("lookup.orders", "lookup.later_places"))
    server = ThreadServer(folder)
    with server.release() as release:
        expected = release.execute(
            "select customer_id from customers where customer_id not in (from"
            " (select customer_id from product_exclusions where product_id = 5 union all"
            " select customer_id from product_audiences where product_id = 5))"
            " order by customer_rank"
        ).fetchall()
    rows = server.get("/recommend/5?n=40").json()["recommendations"]
    later = [(row["customer_id"],) for row in rows[TOP_N:]]
    assert later == expected[: 40 - TOP_N]
    assert {row["score"] for row in rows[TOP_N:]} == {None}
    body = server.get(f"/recommend/5/explain/{later[0][0]}").json()
    assert (body["place"], body["rank"]) == ("beyond the list", TOP_N + 1)
    server.stop()

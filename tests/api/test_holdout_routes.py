"""The calls of the global holdout, compared with the tables of the release."""

from typing import Any

import pytest

from scripts.build_folder import BuildFolder
from tests.api.conftest import ServeInThread, Server
from tests.api.running_api import RunningApi
from tests.conftest import FinishedBuild, alter_release
from tests.planted_holdout import PERIODS, is_held_out

PATHS = ("/holdout", "/holdout/customers")


@pytest.fixture
def api(serve_in_thread: ServeInThread, holdout_build: FinishedBuild) -> RunningApi:
    return serve_in_thread(holdout_build.folder)


def rows(api: RunningApi, query: str) -> list[dict[str, Any]]:
    with api.release() as release:
        found: list[dict[str, Any]] = release.execute(query).to_arrow_table().to_pylist()
    # Dates as JSON has them.
    return [
        {
            name: value.isoformat() if hasattr(value, "isoformat") else value
            for name, value in row.items()
        }
        for row in found
    ]


def test_the_holdout_is_told_with_its_effects(api: RunningApi) -> None:
    body = api.get("/holdout").json()
    assert body["is_on"]
    assert body["valid_until"] == "2023-05-31"
    assert body["periods"] == rows(api, "from holdout_periods order by period_from")
    assert body["held_out_customers"] == body["periods"][1]["held_out_customers"] > 500
    effects = rows(api, "from holdout_effects order by period_from, until_on, span")
    assert body["effects"] == effects
    assert len(effects) == 6


def test_quality_counts_the_feedback_of_the_log(api: RunningApi) -> None:
    body = api.get("/quality").json()
    assert body["feedback"] == rows(api, "from feedback_counts order by event, effect")
    counts = {row["event"]: row["customer_count"] for row in body["feedback"]}
    assert counts["complained"] == 10
    assert counts["never_seen"] == 0


def test_all_held_out_customers_are_told_page_by_page(api: RunningApi) -> None:
    expected = rows(
        api,
        "select customer_id, valid_until from global_holdout where is_current"
        " order by customer_id",
    )
    found: list[dict[str, Any]] = []
    pages, after = 0, ""
    while after is not None:
        query = f"&after={after}" if after else ""
        page = api.get(f"/holdout/customers?n=100{query}").json()
        assert page["count"] == len(page["customers"]) <= 100
        found += page["customers"]
        after, pages = page["next"], pages + 1
    assert found == expected
    assert pages == -(-len(expected) // 100)
    for wrong in ("n=0", "n=1001", "after=x", "after=MQ=="):
        answer = api.get(f"/holdout/customers?{wrong}")
        assert answer.status_code == 422, wrong


def test_a_customer_is_told_to_be_held_out_and_is_in_no_answer(api: RunningApi) -> None:
    out = [one for one in range(1, 31) if is_held_out(one, PERIODS[1])]
    listed = [one for one in range(1, 31) if not is_held_out(one, PERIODS[1])]
    assert out
    assert listed
    for one in out:
        customer = api.get(f"/customers/{one}").json()
        assert customer["held_out_until"] == "2023-05-31"
        assert customer["rank"] > customer["customers"] - len(
            rows(api, "from global_holdout where is_current")
        )
        assert api.get(f"/customers/{one}/products").json()["products"] == []
        why = api.get(f"/recommend/7/explain/{one}").json()
        assert (why["place"], why["rank"]) == ("excluded", None)
        assert "left out: held out from all contacts until 2023-05-31" in why["signals"]
    assert api.get(f"/customers/{listed[0]}").json()["held_out_until"] is None
    everyone = {row["customer_id"] for row in rows(api, "from customers")}
    held = {one for one in everyone if is_held_out(one, PERIODS[1])}
    for path in (
        "/recommend/7?n=100",
        "/recommend/987654321?n=100",
        "/recommend/987654321?category=lamps&n=100",
    ):
        answer = api.get(path).json()["recommendations"]
        found = {customer["customer_id"] for customer in answer}
        assert len(found) == 100, path
        assert not found & held, path
        assert [customer["rank"] for customer in answer] == list(range(1, len(answer) + 1))
    file = api.get("/audience/7?n=100000&format=csv").text.splitlines()[1:]
    exported = {int(line.split(",")[1]) for line in file}
    assert not exported & held
    # All others, but for those whose feedback excludes them.
    assert len(everyone - held) - len(exported) < 60


def test_without_a_holdout_a_sentence_says_so(server: Server) -> None:
    body = server.get("/holdout").json()
    assert not body["is_on"]
    assert "global_holdout_share" in body["note"]
    assert (body["periods"], body["effects"], body["valid_until"]) == ([], [], None)
    page = server.get("/holdout/customers").json()
    assert (page["customers"], page["next"]) == ([], None)


def test_a_release_made_before_there_was_one_is_served(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    alter_release(
        (release_copy.releases / "current").resolve(),
        without=("global_holdout", "holdout_periods", "holdout_effects"),
    )
    api = serve_in_thread(release_copy)
    for path in PATHS:
        problem = api.get(path)
        assert problem.status_code == 404
        assert (
            "was made before there were holdouts: build again" in problem.json()["detail"]
        )
    first = rows(api, "select customer_id from customers where customer_rank = 1")[0]
    customer = api.get(f"/customers/{first['customer_id']}").json()
    assert customer["held_out_until"] is None
    assert api.get("/recommend/5").status_code == 200
    assert api.get("/health").json()["status"] == "healthy"

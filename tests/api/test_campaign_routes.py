"""The calls of campaigns, compared with the tables of the release."""

import base64
import hashlib
import io
import json
import shutil
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pyarrow.csv
import pyarrow.parquet
import pytest
from sanic import Request

from api.keys import hashed
from api.parameters import Cursor
from api.release import Release
from api.routes.campaigns import (
    AFTER,
    ANYWAY,
    EARLIER,
    MEASURED,
    NOT_CERTAIN,
    UNMEASURED,
    best_size,
)
from scripts.build_folder import BuildFolder
from tests.api.conftest import ServeInThread, Server
from tests.conftest import FinishedBuild

PATHS = (
    "/campaigns",
    "/campaigns/spring_rotation",
    "/campaigns/spring_rotation/audience",
    "/campaigns/spring_rotation/plan",
    "/campaigns/spring_rotation/value",
)
MARTS = (
    "campaign_audiences",
    "campaign_customers",
    "campaign_shortfalls",
    "campaign_summaries",
    "audience_plan",
    "campaign_attribution",
    "campaign_classes",
    "campaign_contact_days",
    "campaign_frontier",
    "ranking_responses",
)
COLUMNS = (
    "product_id, audience_rank, customer_id, engagement_score, arm, purchase_probability,"
    " incremental_probability, expected_profit, explanation, placed_by as ranking"
)


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


def released(
    folder: BuildFolder,
    source: BuildFolder,
    name: str,
    without: tuple[str, ...] = (),
    plan_without: str = "",
    planted: str = "",
) -> BuildFolder:
    """Make a copy of another folder's release current: with a name, without some marts.

    Args:
        plan_without: a column that its audience_plan does not have.
        planted: SQL that changes its tables.
    """
    copy = folder.releases / name
    shutil.copytree((source.releases / "current").resolve(), copy)
    manifest = json.loads((copy / "manifest.json").read_text())
    database = copy / "audience.duckdb"
    with duckdb.connect(database) as connection:
        for mart in without:
            connection.execute(f"drop table main.{mart}")
            del manifest["row_counts"][mart]
        if plan_without:
            connection.execute(f"alter table main.audience_plan drop {plan_without}")
        if planted:
            connection.execute(planted)
    content = database.read_bytes()
    manifest["release_id"] = name
    manifest["files"][database.name] = {
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    (copy / "manifest.json").write_text(json.dumps(manifest))
    link = folder.releases / "next"
    link.symlink_to(name)
    link.replace(folder.releases / "current")
    return folder


def test_campaigns_are_listed_with_their_size(server: Server) -> None:
    body = server.get("/campaigns").json()
    expected = rows(server, "from campaign_summaries order by campaign_id")
    assert [row["campaign_id"] for row in expected] == [
        "abandoned_carts",
        "most_engaged",
        "spring_rotation",
    ]
    assert body["campaigns"] == json.loads(json.dumps(expected, default=str))
    assert body["count"] == 3


def test_a_campaign_shows_its_shortfalls_and_the_effect_of_its_cap(server: Server) -> None:
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
    # Each of them has one place; those of the holdout are not contacted.
    assert body["frequency_cap"] == 1
    assert customers["value"] == body["reached_customer_count"] + body["holdout_count"]
    assert customers["value"] > customers["without_campaign"]


def test_a_campaign_shows_the_days_of_its_lists_and_its_quiet_weekdays(
    serve_in_thread: ServeInThread, dirty_build: FinishedBuild, folder: BuildFolder
) -> None:
    planted = """
        insert into campaign_contact_days values
        ('spring_rotation', '2023-04-03', 9, 18, 1, 1.8),
        ('spring_rotation', '2023-04-05', 0, 0, 2, null),
        ('most_engaged', '2023-04-03', 1, 1, 0, 0.1);
        insert into channel_rules values
        ('all', null, null, null, 'sunday'), ('email', 1, 7, null, 'friday|sunday'),
        ('letter', 1, 7, null, 'monday'), ('push', 1, 1, null, null);
        update campaign_summaries set channel = 'email'
        where campaign_id = 'most_engaged'
    """
    name = "000001-20270101T000000Z"
    server = serve_in_thread(released(folder, dirty_build.folder, name, planted=planted))
    body = server.get("/campaigns/spring_rotation").json()
    names = ("contacted_on", "customer_count", "contact_count", "holdout_count", "cost")
    assert [tuple(day[name] for name in names) for day in body["contact_days"]] == [
        ("2023-04-05", 0, 0, 2, None),
        ("2023-04-03", 9, 18, 1, 1.8),
    ]
    assert (body["quiet_weekdays"], body["required_event"]) == (["sunday"], None)
    other = server.get("/campaigns/most_engaged").json()
    assert other["quiet_weekdays"] == ["friday", "sunday"]
    assert server.get("/campaigns/abandoned_carts").json()["required_event"] == "cart"


def test_a_release_without_these_tables_has_no_days_of_lists(
    serve_in_thread: ServeInThread, dirty_build: FinishedBuild, folder: BuildFolder
) -> None:
    without = ("campaign_contact_days", "channel_rules", "feedback_counts")
    name = "000001-20270101T000000Z"
    server = serve_in_thread(released(folder, dirty_build.folder, name, without=without))
    body = server.get("/campaigns/spring_rotation").json()
    assert (body["contact_days"], body["quiet_weekdays"]) == ([], [])
    assert server.get("/quality").json()["feedback"] == []


@pytest.mark.parametrize("page_size", [7, 250])
def test_pages_have_every_row_once(server: Server, page_size: int) -> None:
    found: list[dict[str, Any]] = []
    query = f"/campaigns/abandoned_carts/audience?n={page_size}"
    cursor = ""
    while cursor is not None:
        page = server.get(query + (f"&after={cursor}" if cursor else "")).json()
        assert 0 < page["count"] == len(page["audience"]) <= page_size
        found += page["audience"]
        cursor = page["next"]
    assert found == audience(server, "abandoned_carts")


def test_a_page_can_show_one_product(server: Server) -> None:
    everything = audience(server, "spring_rotation")
    product = everything[-1]["product_id"]
    query = f"/campaigns/spring_rotation/audience?product_id={product}&n=1000"
    page = server.get(query).json()
    assert page["audience"] == [row for row in everything if row["product_id"] == product]
    assert page["next"] is None


def test_a_file_has_the_whole_audience(server: Server) -> None:
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


def test_a_plan_without_an_experiment_names_no_best_size(server: Server) -> None:
    plan = server.get("/campaigns/most_engaged/plan").json()
    expected = rows(
        server,
        "select * exclude (campaign_id) from audience_plan"
        " where campaign_id = 'most_engaged' order by audience_size",
    )
    times = dict.fromkeys(("measured_from", "measured_to"))
    assert [size | times for size in plan["sizes"]] == [size | times for size in expected]
    assert plan["best_audience_size"] is None
    assert plan["note"] == ANYWAY
    for size in plan["sizes"]:
        assert size["basis"] == "break-even"
        assert size["profit"] is None
        assert size["return_on_investment"] is None
        contacts = size["audience_size"] * size["contacts_per_customer"]
        assert size["cost"] == pytest.approx(contacts * plan["cost_per_contact"])
        assert size["break_even_effect"] == pytest.approx(
            size["cost"] / size["audience_size"] / plan["value_per_conversion"]
        )


@pytest.mark.parametrize(
    ("sizes", "best", "note"),
    [
        ([(100, False, "experiment"), (200, True, "experiment")], 200, MEASURED),
        ([(100, True, "experiment"), (900, False, "break-even")], 100, MEASURED),
        ([(100, False, "experiment")], None, f"{NOT_CERTAIN} {MEASURED}"),
        ([(100, False, "break-even")], None, ANYWAY),
        ([(100, True, None)], None, EARLIER),
        ([], None, UNMEASURED),
    ],
)
def test_a_plan_explains_its_figures(
    sizes: list[tuple[int, bool, str | None]], best: int | None, note: str
) -> None:
    rows = [
        {"audience_size": size, "is_best": is_best} | ({"basis": basis} if basis else {})
        for size, is_best, basis in sizes
    ]
    assert best_size(rows) == {"best_audience_size": best, "note": note}


def test_a_plan_of_an_earlier_version_shows_no_returns(
    serve_in_thread: ServeInThread, dirty_build: FinishedBuild, folder: BuildFolder
) -> None:
    old = "000001-20270101T000000Z"
    released(folder, dirty_build.folder, old, plan_without="basis")
    plan = serve_in_thread(folder).get("/campaigns/spring_rotation/plan")
    assert plan.status_code == 200
    assert plan.json()["note"] == EARLIER
    assert plan.json()["sizes"] == []


@pytest.mark.parametrize("path", ["", "/audience", "/plan"])
def test_an_unknown_campaign_is_not_found(server: Server, path: str) -> None:
    found = server.get(f"/campaigns/autumn{path}")
    assert found.status_code == 404
    assert found.headers["content-type"] == "application/problem+json"
    assert found.json()["detail"] == (
        "The release has no campaign 'autumn'. `/campaigns` lists them."
    )


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
        (f"after={base64.b64encode(b'[' * 9000).decode()}", "after"),
    ],
)
def test_an_invalid_parameter_is_named(server: Server, query: str, parameter: str) -> None:
    found = server.get(f"/campaigns/most_engaged/audience?{query}")
    assert found.status_code == 422
    assert found.json()["parameter"] == parameter


def test_a_cursor_is_valid_for_one_campaign_and_one_release(
    serve_in_thread: ServeInThread, dirty_build: FinishedBuild, folder: BuildFolder
) -> None:
    server = serve_in_thread(
        released(folder, dirty_build.folder, "000001-20270101T000000Z")
    )
    page = "/campaigns/{}/audience?n=3"
    path = page.format("spring_rotation")
    cursor = server.get(path).json()["next"]
    assert server.get(f"{path}&after={cursor}").status_code == 200
    assert server.get(f"{path}&after={cursor}%20").status_code == 422
    other = server.get(f"{page.format('most_engaged')}&after={cursor}")
    assert other.status_code == 422
    second = "000002-20270102T000000Z"
    released(folder, dirty_build.folder, second)
    server.wait_for(lambda: server.get("/health").json()["release_id"] == second)
    for query in ("", "&format=csv"):
        stale = server.get(f"{path}&after={cursor}{query}")
        assert stale.status_code == 422
        assert stale.json()["expected"] == (
            f"an unchanged `next` of a page of spring_rotation in {second};"
            " without `after` you get the first page"
        )
    first_page = server.get(path).json()
    assert first_page["release"] == second
    assert server.get(f"{path}&after={first_page['next']}").status_code == 200


@pytest.mark.parametrize("product", [42, "🛒, 'A/1'", "x" * 4096])
def test_a_cursor_keeps_any_id(product: int | str) -> None:
    release = cast(
        "Release",
        SimpleNamespace(release_id="000001", has_text_ids=isinstance(product, str)),
    )
    text = Cursor.write(release, "spring_rotation", product, 7)

    def arguments(**_: object) -> SimpleNamespace:
        return SimpleNamespace(getlist=lambda _: [text])

    request = cast("Request", SimpleNamespace(query_string="after", get_args=arguments))
    assert AFTER.read(request, release, "spring_rotation") == (product, 7)


def test_a_release_older_than_campaigns_serves_everything_else(
    serve_in_thread: ServeInThread, dirty_build: FinishedBuild, folder: BuildFolder
) -> None:
    old = "000001-20270101T000000Z"
    server = serve_in_thread(released(folder, dirty_build.folder, old, without=MARTS))
    for path in PATHS:
        found = server.get(path)
        assert found.status_code == 404
        assert found.headers["content-type"] == "application/problem+json"
        assert found.json()["detail"] == (
            f"{old} was made before there were campaigns: build again."
        )
    assert server.get("/health").json()["status"] == "healthy"
    (customer,) = server.get("/recommend/5?n=1").json()["recommendations"]
    for path in (
        "/audience/5?n=3",
        "/products/sample",
        f"/customers/{customer['customer_id']}",
        f"/customers/{customer['customer_id']}/products",
        "/experiments",
        "/diagnostics",
        "/release",
    ):
        assert server.get(path).status_code == 200, path


def test_campaigns_need_a_key(
    serve_in_thread: ServeInThread, dirty_build: FinishedBuild
) -> None:
    server = serve_in_thread(
        dirty_build.folder, api_keys=f"shop:{hashed('s')}", rate_limit=1
    )
    for path in PATHS:
        assert server.get(path).status_code == 401
        answers = [server.get(path, headers={"x-api-key": "s"}) for _ in range(3)]
        assert 429 in {answer.status_code for answer in answers}
        for answer in answers:
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_campaign_responses_are_revalidated(server: Server) -> None:
    for path in ("", *(path.removeprefix("/campaigns") for path in PATHS[1:])):
        first = server.get(f"/campaigns{path}")
        again = server.get(
            f"/campaigns{path}", headers={"if-none-match": first.headers["etag"]}
        )
        assert (first.status_code, again.status_code) == (200, 304)

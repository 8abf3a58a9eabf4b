"""Releases of other versions: which the API serves, and what it answers."""

import asyncio
import json
from pathlib import Path

import duckdb
import pytest

import api.release_files
import scripts.releases.release_folder
from api.release import Release
from api.release_files import UnusableReleaseError
from api.settings import Settings
from scripts.build_folder import BuildFolder
from scripts.releases.publish import publish
from tests.api.conftest import ServeInThread
from tests.conftest import alter_release


def current(folder: BuildFolder) -> Path:
    return (folder.releases / "current").resolve()


def test_the_api_reads_the_published_format() -> None:
    assert (
        api.release_files.RELEASE_FORMAT == scripts.releases.release_folder.RELEASE_FORMAT
    )


def test_a_release_of_an_earlier_version_is_served_as_far_as_possible(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    release = current(release_copy)
    alter_release(
        release,
        without=("evidence_conclusions", "experiment_verdicts", "lookup.ranking_changes"),
        **dict.fromkeys(
            ("release_format", "project_version", "engine", "earlier", "tests")
        ),
    )
    server = serve_in_thread(release_copy)
    assert server.get("/health").json()["status"] == "healthy"
    for path in ("/recommend/5", "/diagnostics", "/release", "/release/changes"):
        assert server.get(path).status_code == 200, path
    evidence = server.get("/evidence")
    assert evidence.status_code == 503
    assert evidence.headers["content-type"] == "application/problem+json"
    assert evidence.json()["detail"] == (
        f"{release.name} was made by an earlier version and lacks what this version reads."
        " Build again with `audience build`."
    )
    assert "build again" in server.get("/experiments").json()["detail"]
    assert server.get("/health").json()["status"] == "healthy", "nothing is broken"


def test_a_release_older_than_labels_shows_names(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    alter_release(current(release_copy), without=("rankings",))
    server = serve_in_thread(release_copy)
    with server.release() as release:
        charted = "ranking_kind not in ('weights', 'definition')"
        known = release.execute(
            f"select distinct ranking from targeting_lift where {charted}"
        ).fetchall()
        best = release.execute(
            "select customer_id from customers where engagement_rank = 1"
        ).fetchone()
    assert best is not None
    gains = server.get("/evidence").json()["gains"]
    assert {row["ranking"] for row in gains} == {ranking for (ranking,) in known}
    assert {row["label"] for row in gains} >= {"engagement", "recent activity"}
    features = server.get(f"/customers/{best[0]}").json()["features"]
    assert features["unique_products"]["label"] == "unique products"
    assert server.get("/health").json()["status"] == "healthy"


# A release as it was before rankings could be chosen.
WITHOUT_RANKINGS = """
create or replace table lookup.ranking as
select engagement_rank, customer_id, engagement_score from customers
order by engagement_rank;
create or replace table lookup.ranking_changes as
select
    customer_id, change, customer_rank as engagement_rank, earlier_rank,
    earlier_release_id
from lookup.ranking_changes;
create or replace table campaign_audiences as
from campaign_audiences select * exclude (
    ranking, purchase_probability, incremental_probability, expected_profit
)
order by campaign_id, product_id, audience_rank;
create or replace table product_exclusions as
from product_exclusions select * exclude (customer_rank)
order by product_id, engagement_rank;
create or replace table customers as
from customers select * exclude (customer_ranking, customer_rank, customer_score);
create or replace table product_audiences as
from (
    from customers cross join products anti join product_exclusions
    using (product_id, customer_id)
    select product_id, row_number() over (
        partition by product_id order by engagement_rank
    ) as audience_rank, customer_id, engagement_score
) where audience_rank <= 7;
create or replace table cold_start_audience as
from customers select engagement_rank as audience_rank, customer_id, engagement_score
where engagement_rank <= 7;
create or replace table lookup.product_lists as
from products select product_id, row_number() over (order by product_id) as list_id
order by product_id;
create or replace table lookup.list_members as
from product_audiences join lookup.product_lists using (product_id)
select customer_id, audience_rank, list_id;
create or replace table lookup.lists as
from product_audiences join lookup.product_lists using (product_id)
select list_id, 1 as product_count, string_agg(
    json_object(
        'customer_id', customer_id, 'score', engagement_score, 'rank', audience_rank
    )::varchar, chr(10) order by audience_rank
) as customers group by list_id;
create or replace table rankings as
from rankings select * exclude (ranks, description);
"""
TABLES_OF_RANKINGS = (
    *("ranking_decisions", "ranking_evidence", "ranking_calibration"),
    *("served_rankings", "new_product_audiences", "lookup.serving", "lookup.attributes"),
    *("lookup.candidates", "lookup.attribute_customers"),
    *("lookup.orders", "lookup.later_places"),
)


def test_a_release_older_than_rankings_answers_by_engagement(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    release = current(release_copy)
    with duckdb.connect(release / "audience.duckdb") as connection:
        connection.execute(WITHOUT_RANKINGS)
    alter_release(release, without=TABLES_OF_RANKINGS, release_format=1)
    server = serve_in_thread(release_copy)
    with server.release() as tables:
        expected = [
            {"customer_id": customer, "score": score, "rank": rank}
            for rank, (customer, score) in enumerate(
                tables.execute(
                    "select customer_id, engagement_score from customers where customer_id"
                    " not in (select customer_id from product_exclusions"
                    " where product_id = 5) order by engagement_rank"
                ).fetchall(),
                start=1,
            )
        ]
        first = tables.execute(
            "select customer_id from customers order by engagement_rank limit 9"
        ).fetchall()
    for n in (3, 7, 8, 100):
        body = server.get(f"/recommend/5?n={n}").json()
        assert body["recommendations"] == expected[:n]
        assert (body["ranking"], body["cold_start"]) == ("engagement", False)
    lines = server.get("/audience/5?n=2000&format=jsonl").text.splitlines()
    assert [json.loads(line) for line in lines] == [
        {name: row[name] for name in ("rank", "customer_id", "score")}
        | {"ranking": "engagement", "probability": None}
        for row in expected[:2000]
    ]
    cold = server.get("/recommend/987654321?n=9").json()
    assert [row["customer_id"] for row in cold["recommendations"]] == [
        customer for (customer,) in first
    ]
    assert "most engaged" in cold["note"]
    assert server.get(f"/customers/{first[0][0]}").json()["rank"] == 1
    assert server.get("/recommend/5?category=red").status_code == 422
    served = server.get("/rankings").json()["served"]
    assert {row["ranking"] for row in served} == {"engagement"}
    assert {row["reason"] for row in served} == {
        "The release was made before rankings could be chosen."
    }
    evidence = server.get("/evidence").json()
    assert evidence["decisions"] == evidence["hits"] == evidence["calibration"] == []
    explanation = server.get(f"/recommend/5/explain/{first[0][0]}")
    assert explanation.status_code == 404
    assert "before there were explanations" in explanation.json()["detail"]
    contacts = server.get("/campaigns/most_engaged/audience?n=3").json()["audience"]
    assert [row["expected_profit"] for row in contacts] == [None] * 3
    assert [row["ranking"] for row in contacts] == [None] * 3
    for path in ("/release/changes", "/products/sample", "/diagnostics"):
        assert server.get(path).status_code == 200, path
    assert server.get("/health").json()["status"] == "healthy"


def test_a_table_missing_from_a_current_release_is_a_fault(
    release_copy: BuildFolder,
) -> None:
    release = current(release_copy)
    alter_release(release, without=("evidence_conclusions",))

    async def ask() -> str | None:
        opened = Release(release, Settings())
        with pytest.raises(Exception, match="evidence_conclusions does not exist"):
            await opened.ask("evidence_conclusions")
        opened.retire()
        return opened.trouble

    assert "failed in the last" in str(asyncio.run(ask()))


def test_an_earlier_release_without_look_up_tables_is_not_served(
    release_copy: BuildFolder,
) -> None:
    release = current(release_copy)
    alter_release(release, ("lookup.ranking",), release_format=None)
    with pytest.raises(UnusableReleaseError, match="Build again with `audience build`"):
        Release(release, Settings())


@pytest.mark.parametrize("release_format", ["new", [1], {}])
def test_a_format_other_than_a_number_is_damage(
    release_copy: BuildFolder, release_format: object
) -> None:
    alter_release(current(release_copy), release_format=release_format)
    with pytest.raises(UnusableReleaseError, match="is damaged or incomplete"):
        Release(current(release_copy), Settings())


def test_a_newer_release_is_refused_and_the_last_one_stays(
    serve_in_thread: ServeInThread, published: BuildFolder
) -> None:
    good = current(published).name
    publish(published)
    newer = current(published)
    # The server starts with the good one, so that it never sees the newer one unaltered.
    (published.releases / "current").unlink()
    (published.releases / "current").symlink_to(good)
    alter_release(newer, release_format=99, project_version="9.1.0")
    server = serve_in_thread(published)
    link = published.releases / "next"
    link.symlink_to(newer.name)
    link.replace(published.releases / "current")
    server.wait_for(lambda: server.get("/health").json()["status"] == "degraded")
    health = server.get("/health").json()
    assert health["release_id"] == good
    assert health["reasons"] == [
        f"{newer.name} has release format 99 (of version 9.1.0), and this API reads"
        " formats up to 2. Upgrade the API and start it again, or go back to an earlier"
        " release with `audience rollback`."
    ]
    assert server.get("/recommend/5").json()["release"] == good
    # A server that starts now has no release to serve, and says why.
    other = serve_in_thread(published)
    answer = other.get("/recommend/5")
    assert answer.status_code == 503
    assert answer.json()["detail"] == health["reasons"][0]

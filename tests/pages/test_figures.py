"""The figures on the other pages, compared with the API."""

import csv
import io
import re

import pytest
from playwright.sync_api import Locator, expect

from scripts.build_folder import BuildFolder
from tests.api.conftest import ServeInThread, Server
from tests.conftest import FinishedBuild, alter_release
from tests.pages.conftest import Visit, Visitor


def column(visit: Visit, caption: str, number: int) -> list[str]:
    """The visible cells of a column of a table, whose caption starts with a text."""
    return cells(visit, caption).locator(f"td:nth-child({number})").all_inner_texts()


def cells(visit: Visit, caption: str) -> Locator:
    table = visit.page.locator(
        "table", has=visit.page.locator("caption", has_text=re.compile(f"^{caption}"))
    )
    return table.locator("tbody tr")


def figure(visit: Visit, name: str) -> str:
    pair = visit.page.locator(
        ".figures > div", has=visit.page.get_by_text(name, exact=True)
    )
    return pair.locator("dd").inner_text()


def test_the_overview_matches_the_diagnostics(visit: Visit, server: Server) -> None:
    visit.go("overview")
    body = server.get("/diagnostics").json()
    profile = body["profile"]
    assert figure(visit, "customers") == f"{profile['customer_count']:,}"
    assert figure(visit, "of early customers return") == f"{profile['retention_rate']:.2%}"
    conclusion = visit.page.locator(".conclusion")
    expect(conclusion).to_contain_text(body["verdict"]["explanation"])
    expect(conclusion.locator(".badge")).to_have_text(body["verdict"]["verdict"])
    assert column(visit, "Interactions by event", 2) == [
        f"{event['interaction_count']:,}" for event in body["event_mix"]
    ]
    assert column(visit, "Customers still seen", 4) == [
        f"{row['retained_share']:.2%}" for row in body["retention"]
    ]
    conclusion.get_by_role("link", name="The evidence").click()
    expect(visit.page).to_have_title("Evidence - Product Audience")


def test_a_customer_is_explained(visit: Visit, server: Server) -> None:
    with server.release() as release:
        row = release.execute(
            "select customer_id from customers where engagement_rank = 2"
        ).fetchone()
    assert row is not None
    visit.go("customer")
    visit.page.get_by_label("Customer").last.fill(str(row[0]))
    visit.page.get_by_role("button", name="Show").click()
    expect(visit.page.locator(".figures")).to_be_visible()
    visit.wait()
    body = server.get(f"/customers/{row[0]}").json()
    assert figure(visit, "engagement score") == f"{body['engagement_score']:.4f}"
    assert column(visit, "Features", 4) == [
        f"{feature['contribution']:.4f}" for feature in body["features"].values()
    ]
    assert column(visit, "Features", 1) == [
        feature["label"] for feature in body["features"].values()
    ]
    memberships = server.get(f"/customers/{row[0]}/products?n=10").json()
    assert column(visit, "Products whose audience", 1) == [
        str(product["product_id"]) for product in memberships["products"]
    ]
    heading = f"In {memberships['total']:,} audiences"
    expect(visit.page.get_by_role("heading", name=heading)).to_be_visible()
    with server.release() as release:
        last = release.execute(
            "select customer_id from customers order by engagement_rank desc limit 1"
        ).fetchone()
    assert last is not None
    visit.go(f"customer?customer_id={last[0]}")
    expect(visit.page.get_by_text("They are in no audience")).to_be_visible()


def test_the_audience_of_a_campaign_is_paged_and_downloaded(
    visit: Visit, server: Server
) -> None:
    visit.go("campaigns")
    campaigns = server.get("/campaigns").json()["campaigns"]
    assert column(visit, "Campaigns of this release", 1) == [
        campaign["campaign_name"] for campaign in campaigns
    ]
    name = "Regular customers, two messages each"
    visit.page.get_by_role("link", name=name).click()
    expect(visit.page.locator("h2").first).to_have_text(name)
    visit.wait()
    path = "/campaigns/spring_rotation/audience"
    expected = [
        (str(row["product_id"]), str(row["customer_id"]))
        for row in server.get(path, params={"n": 60}).json()["audience"]
    ]

    def shown() -> list[tuple[str, str]]:
        caption = "Whom to contact about what"
        return list(zip(column(visit, caption, 1), column(visit, caption, 3), strict=True))

    section = visit.page.locator("section", has_text="Download all as CSV")
    first = cells(visit, "Whom to contact about what").first
    assert shown() == expected[:20]
    for rows, step in ((expected[20:40], "Next"), (expected[40:], "Next")):
        section.get_by_role("button", name=step).click()
        expect(first).to_contain_text(rows[0][1])
        assert shown() == rows
    section.get_by_role("button", name="Previous").click()
    section.get_by_role("button", name="Previous").click()
    expect(first).to_contain_text(expected[0][1])
    assert shown() == expected[:20]
    assert section.get_by_role("button", name="Previous").is_disabled()
    with visit.page.expect_download() as download:
        section.get_by_role("button", name="Download all as CSV").click()
    assert download.value.suggested_filename == "spring_rotation.csv"
    text = download.value.path().read_text()
    assert text == server.get(path, params={"format": "csv"}).text
    assert len(list(csv.reader(io.StringIO(text)))) > 60

    plan = server.get("/campaigns/spring_rotation/plan").json()
    assert column(visit, "The plan by audience size", 5) == [
        f"{row['break_even_effect']:.2%}" for row in plan["sizes"][:10]
    ]
    # No experiment has measured what contacts add, so there is no column about it.
    headings = visit.page.locator("table", has_text="The plan by audience size").locator(
        "th"
    )
    assert "Adds" not in " ".join(headings.all_inner_texts())
    expect(visit.page.get_by_text(plan["note"])).to_be_visible()


def test_an_experiment_shows_its_verdict(visitor: Visitor, server: Server) -> None:
    visit = visitor(server).go("experiments")
    body = server.get("/experiments/mail_example").json()
    assert column(visit, "Experiments of this release", 3) == ["running", "ship"]
    visit.page.get_by_role("link", name=body["experiment_name"]).click()
    expect(visit.page.locator(".conclusion")).to_have_text(f"ship {body['reason']}")
    visit.wait()
    assert figure(visit, "profit of contacting") == f"{body['profit']:,.2f}"
    expect(visit.page.get_by_text("Power is how likely")).to_be_visible()
    assert column(visit, "Units by arm", 3) == [
        f"{arm['unit_count']:,}" for arm in body["arms"]
    ]
    headings = visit.page.locator("section h2").all_inner_texts()
    assert [heading.lower() for heading in headings] == [
        "arms",
        "conversion (decides)",
        "engagement",
        "revenue",
    ]
    rows = [row for row in body["results"] if row["metric"] == "conversion"]
    assert column(visit, "Comparisons of conversion", 1) == [
        row["comparison"] for row in rows
    ]
    assert column(visit, "Comparisons of conversion", 7) == [
        "\u2013" if row["power"] is None else f"{row['power']:.2%}" for row in rows
    ]


def test_without_an_experiment_the_page_explains_how_to_make_one(
    visitor: Visitor, serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    alter_release(release_copy.releases / "current", emptied=("experiment_verdicts",))
    visit = visitor(serve_in_thread(release_copy)).go("experiments")
    expect(visit.page.get_by_text("No experiment is active")).to_contain_text(
        "audience plan"
    )


def test_the_evidence_has_choices(visit: Visit, server: Server) -> None:
    visit.go("evidence")
    body = server.get("/evidence").json()
    for row in body["conclusions"]:
        expect(visit.page.locator(".conclusion")).to_contain_text(row["statement"])
    visit.page.get_by_label("Respond means").select_option("purchased")
    visit.page.get_by_label("Metric").select_option("hit_rate")
    visit.page.get_by_label("Customers per product").select_option("20")
    visit.page.get_by_role("button", name="Show").click()
    visit.page.wait_for_url(re.compile("outcome=purchased&metric=hit_rate&k=20"))
    visit.wait()
    expected = [
        row["label"]
        for row in body["recommenders"]
        if (row["metric"], row["k"], row["population"]) == ("hit_rate", 20, "all")
    ]
    assert column(visit, "Recommenders", 1) == expected
    gains = [row for row in body["gains"] if row["outcome"] == "purchased"]
    assert column(visit, "Gains", 2) == [f"{row['audience_size']:,}" for row in gains[:10]]
    trials = [row for row in body["trials"] if row["outcome"] == "purchased"]
    assert column(visit, "Other scores", 2) == [
        f"{row['difference']:.2%}" for row in trials[:10]
    ]


@pytest.mark.slow
def test_the_evidence_shows_fitted_collaborative_filtering(
    visitor: Visitor, serve_in_thread: ServeInThread, taste_evidence: FinishedBuild
) -> None:
    server = serve_in_thread(taste_evidence.folder)
    visit = visitor(server).go("evidence")
    expect(visit.page.locator(".conclusion .badge")).to_have_text("viable")
    (label,) = {
        row["label"]
        for row in server.get("/evidence").json()["recommenders"]
        if row["recommender"] == "als"
    }
    assert label in column(visit, "Recommenders", 1)


def test_rejected_rows_are_shown_unchanged(visit: Visit, server: Server) -> None:
    visit.go("quality")
    body = server.get("/quality").json()
    rejected = [
        row for row in body["rows"] if row["outcome"] == "rejected" and row["row_count"]
    ]
    assert column(visit, "By reason, with an example", 3) == [
        f"{row['row_count']:,}" for row in rejected[:10]
    ]
    for row in rejected[:10]:
        expect(
            visit.page.locator("code", has_text=row["example_text"]).first
        ).to_be_visible()
    traffic = body["automated"]
    assert figure(visit, "automated customers") == f"{traffic['customer_count']:,}"
    assert figure(visit, "tests passed") == f"{body['passed_count']:,}"
    assert column(visit, "Row accounting", 4) == [
        f"{row['row_count']:,}" for row in body["rows"]
    ]


def test_feedback_against_contacts_is_counted(visit: Visit, server: Server) -> None:
    visit.go("quality")
    heading = visit.page.get_by_role("heading", name="Feedback against contacts")
    expect(heading).to_have_count(0)
    feedback = [
        {
            "event": event,
            "effect": effect,
            "row_count": 1200,
            "customer_count": 9,
            "pair_count": 11,
        }
        for event, effect in (("hidden", "mute_category"), ("complained", "opt_out"))
    ]
    visit.page.route(
        f"{server.url}/quality",
        lambda route: route.fulfill(json=route.fetch().json() | {"feedback": feedback}),
    )
    visit.go("quality")
    expect(heading).to_be_visible()
    rows = cells(visit, "Feedback by event")
    hidden, complained = (row.locator("td").all_inner_texts() for row in rows.all())
    effect = "the customer is in no list of a product of its category"
    assert hidden == ["hidden", effect, "1,200", "9", "11"]
    assert complained[1] == "the customer is in no list and no table"
    assert visit.faults() == []


def test_the_first_release_has_nothing_to_compare_with(
    visit: Visit, server: Server
) -> None:
    visit.go("releases")
    expect(visit.page.get_by_text("There was no release before")).to_be_visible()
    facts = server.get("/release").json()
    assert figure(visit, "release") == facts["release_id"]
    assert column(visit, "Rows", 2)[0] == f"{min(facts['row_counts'].items())[1]:,}"


def test_changes_of_the_ranking_come_first(visit: Visit, server: Server) -> None:
    with server.release() as release:
        customers = [
            row[0]
            for row in release.execute(
                "select customer_id from customers order by engagement_rank limit 3"
            ).fetchall()
        ]
    ranking = [
        {
            "customer_id": customer,
            "change": change,
            "engagement_rank": rank,
            "earlier_rank": earlier,
        }
        for customer, change, rank, earlier in (
            (customers[0], "stayed", 1, 1),
            (customers[1], "entered", 2, None),
            (customers[2], "left", 101, 2),
        )
    ]
    visit.page.route(
        "**/release/changes",
        lambda route: route.fulfill(
            json=route.fetch().json()
            | {
                "earlier_release": "000000-20260101T000000Z",
                "earlier_created_at": "2026-01-01T00:00:00+00:00",
                "entered_count": 1,
                "stayed_count": 1,
                "left_count": 1,
                "gone_count": 4,
                "ranking": ranking,
            }
        ),
    )
    visit.go("releases")
    expect(visit.page.locator("main")).to_contain_text(
        "1 entered, 1 stayed, 1 left, and 4 are no longer in the release."
    )
    assert column(visit, "Customers at the top", 3) == ["entered", "left", "stayed"]
    assert column(visit, "Customers at the top", 2) == ["\N{EN DASH}", "2", "1"]

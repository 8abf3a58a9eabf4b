"""The page of a campaign: the next list, what is expected, and what was measured.

No experiment of the small log has measured an effect, so answers with one are planted.
"""

from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.api.running_api import RunningApi
from tests.pages.conftest import Visit
from tests.pages.test_figures import cells, column, figure

CAMPAIGN = "spring_rotation"
PAGE = f"campaigns?campaign_id={CAMPAIGN}"
WHOM = "Whom to contact about what"
CHOICES = "Choices that no other one beats"
REACH = "Distinct customers reached"
COVERAGE = "Share of the products that get customers"

CLASS = {
    "score_class": "first, 2nd third",
    "history_class": "5 or more interactions",
    "customer_count": 1558,
    "purchase_probability": 0.0833,
    "purchase_probability_low": 0.07,
    "purchase_probability_high": 0.1,
    "measured_customers": 900,
    "checked_customers": 800,
    "checked_rate": 0.0816,
    "checked_rate_low": 0.06,
    "checked_rate_high": 0.1,
    "experiment_id": "mail",
    "contacted_units": 700,
    "held_out_units": 300,
    "incremental_probability": 0.03,
    "incremental_probability_low": 0.01,
    "incremental_probability_high": 0.05,
    "expected_profit": 0.05,
    "expected_profit_low": -0.05,
    "expected_profit_high": 0.15,
}
UNMEASURED_CLASS = CLASS | dict.fromkeys(
    name for name in CLASS if "incremental" in name or "profit" in name
)
ATTRIBUTION = {
    "first_contact_on": "2023-04-03",
    "last_contact_on": "2023-04-05",
    "contacted_customers": 900,
    "contact_count": 1800,
    "cost": 180.0,
    "last_touch_purchases": 40.0,
    "last_touch_revenue": 200.0,
    "position_purchases": 38.5,
    "position_revenue": 192.5,
    "measured_customers": 800,
    "held_out_customers": 200,
    "contacted_rate": 0.05,
    "held_out_rate": 0.02,
    "effect": 0.03,
    "effect_low": 0.005,
    "effect_high": 0.055,
    "buyers_added": 24.0,
    "buyers_added_low": 4.0,
    "buyers_added_high": 44.0,
    "explanation": "Only the difference is caused by the contacts.",
}
DAYS = [
    {
        "contacted_on": "2023-04-05",
        "customer_count": 0,
        "contact_count": 0,
        "holdout_count": 3,
        "cost": None,
    },
    {
        "contacted_on": "2023-04-03",
        "customer_count": 900,
        "contact_count": 1800,
        "holdout_count": 40,
        "cost": 180.0,
    },
]


def point(number: int, cap: int | None, products: int, profit: float) -> dict[str, Any]:
    """A choice of cap and number of products, of 10 products."""
    return {
        "point_number": number,
        "frequency_cap": cap,
        "product_count": products,
        "is_current": number == 2,
        "is_efficient": number != 2,
        "contact_count": 100 * products,
        "reached_customer_count": 100 * products // (cap or products),
        "product_coverage": products / 10,
        "expected_purchases_anyway": 7.0 * products,
        "expected_purchases_added": 3.0 * products,
        "cost": 10.0 * products,
        "expected_revenue_added": 15.0 * products,
        "expected_profit": profit,
    }


FRONTIER = [point(1, 1, 10, 61.5), point(2, None, 10, 40), point(3, 1, 5, 33)]


def plant(visit: Visit, path: str, **members: object) -> None:
    """Replace members of the answer to a call about the campaign."""

    def answer(route: Route) -> None:
        route.fulfill(json=route.fetch().json() | members)

    visit.page.route(f"**/campaigns/{CAMPAIGN}{path}", answer)


def chart(visit: Visit, label: str) -> Locator:
    """A drawn chart, by the beginning of its label."""
    return visit.page.locator(f'figure[aria-label^="{label}"]')


def headings(visit: Visit, caption: str) -> list[str]:
    """The headings of a table, whose caption begins with a text."""
    table = visit.page.locator("table", has_text=caption)
    found: list[str] = table.locator("th").all_inner_texts()
    return found


def section(visit: Visit, heading: str) -> Locator:
    """The section under a heading."""
    return visit.page.locator(
        "section", has=visit.page.get_by_role("heading", name=heading)
    )


def test_each_contact_has_its_known_expected_values(
    visit: Visit, server: RunningApi
) -> None:
    visit.go(PAGE)
    rows = server.get(f"/campaigns/{CAMPAIGN}/audience?n=20").json()["audience"]
    assert {row["incremental_probability"] for row in rows} == {None}
    assert headings(visit, WHOM)[4:] == ["Purchase anyway", "Why"]
    shown = [f"{row['purchase_probability']:.2%}" for row in rows]
    assert column(visit, WHOM, 5) == shown
    whom = section(visit, "Whom to contact")
    expect(whom).to_contain_text("What a contact adds was not measured.")
    assert visit.complaints == []


def test_a_contact_shows_its_measured_effect_and_profit(
    visit: Visit, server: RunningApi
) -> None:
    rows = server.get(f"/campaigns/{CAMPAIGN}/audience?n=3").json()["audience"]
    effects = (0.03, 0.0212, None)
    profits = (0.05, None, None)
    planted = [
        row | {"incremental_probability": effect, "expected_profit": profit}
        for row, effect, profit in zip(rows, effects, profits, strict=True)
    ]
    plant(visit, "/audience?n=20", audience=planted, next=None)
    visit.go(PAGE)
    assert headings(visit, WHOM)[5:7] == ["Contacts add", "Profit of the contact"]
    assert column(visit, WHOM, 6) == ["3.00%", "2.12%", "\u2013"]
    assert column(visit, WHOM, 7) == ["0.05", "\u2013", "\u2013"]
    whom = section(visit, "Whom to contact")
    expect(whom).to_contain_text("empty for a customer who is held out")
    assert visit.faults() == []


def test_the_next_list_has_its_day_its_size_and_earlier_days(
    visit: Visit, server: RunningApi
) -> None:
    campaign = server.get(f"/campaigns/{CAMPAIGN}").json()
    assert (campaign["quiet_weekdays"], campaign["contact_days"]) == ([], [])
    plant(visit, "", quiet_weekdays=["saturday", "sunday"], contact_days=DAYS)
    # A Saturday in the period.
    visit.page.clock.set_fixed_time("2023-04-08T12:00:00Z")
    visit.go(PAGE)
    day = figure(visit, "next possible day").replace("\N{NO-BREAK SPACE}", " ")
    assert day == "Apr 10, 2023"
    assert figure(visit, "customers") == f"{campaign['reached_customer_count']:,}"
    assert figure(visit, "contacts") == f"{campaign['contact_count']:,}"
    assert figure(visit, "cost") == f"{campaign['planned_cost']:,.2f}"
    following = section(visit, "The next list")
    expect(following.locator("code")).to_have_text(
        f"audience export {CAMPAIGN} --on 2023-04-10"
    )
    assert column(visit, "Days of earlier lists", 2) == ["0", "900"]
    assert column(visit, "Days of earlier lists", 4) == ["3", "40"]
    assert column(visit, "Days of earlier lists", 5) == ["\u2013", "180.00"]
    assert visit.faults() == []
    assert visit.complaints == []


@pytest.mark.parametrize(
    ("now", "day", "command"),
    [
        ("2023-03-02T09:00:00Z", "Apr 1, 2023", "--on 2023-04-01"),
        ("2023-04-30T23:59:59Z", "Apr 30, 2023", "--on 2023-04-30"),
        ("2023-05-01T00:00:00Z", "none is left", "--on DAY"),
    ],
)
def test_the_day_of_the_next_list_lies_in_the_period(
    visit: Visit, now: str, day: str, command: str
) -> None:
    visit.page.clock.set_fixed_time(now)
    visit.go(PAGE)
    shown = figure(visit, "next possible day").replace("\N{NO-BREAK SPACE}", " ")
    assert shown == day
    following = section(visit, "The next list")
    expect(following.locator("code")).to_contain_text(command)
    expect(following).to_contain_text("No earlier list is in this release.")


def test_without_a_contact_to_make_no_command_is_shown(visit: Visit) -> None:
    plant(visit, "", contact_count=0, reached_customer_count=0)
    visit.go(PAGE)
    following = section(visit, "The next list")
    expect(following).to_contain_text("No contact is left to make.")
    expect(following.locator("code")).to_have_count(0)


def test_a_measured_effect_is_shown_by_class(visit: Visit) -> None:
    other = UNMEASURED_CLASS | {"score_class": "other", "experiment_id": None}
    plant(visit, "/value", classes=[CLASS, other], note="An experiment has measured it.")
    visit.go(PAGE)
    assert column(visit, "Customers by class", 1) == ["top, 2nd third", "rest"]
    assert column(visit, "Customers by class", 7) == ["3.00%", "\u2013"]
    assert column(visit, "Customers by class", 8) == ["1.00% to 5.00%", "\u2013"]
    assert column(visit, "Customers by class", 9) == ["0.05", "\u2013"]
    assert column(visit, "Customers by class", 10) == ["-0.05 to 0.15", "\u2013"]
    assert visit.complaints == []


def test_choices_are_charted_by_customers_and_by_products(visit: Visit) -> None:
    plant(visit, "/value", frontier=FRONTIER)
    visit.go(PAGE)
    for label, axis in (
        (REACH, "expected profit"),
        (COVERAGE, "expected revenue added"),
    ):
        drawn = chart(visit, label)
        # One more for the mark of the present choice.
        marks = drawn.locator(".role-mark.mark-symbol path")
        expect(marks).to_have_count(len(FRONTIER) + 1)
        expect(drawn.locator("svg")).to_contain_text(axis)
    choices = section(visit, "Other caps, fewer products")
    expect(choices).to_contain_text("The profit is what an experiment has measured")
    assert column(visit, CHOICES, 2) == ["1", "none", "1"]
    assert column(visit, CHOICES, 8) == ["30", "30", "15"]
    assert column(visit, CHOICES, 9) == ["61.50", "40.00", "33.00"]
    assert visit.faults() == []
    assert visit.complaints == []


def test_without_a_measured_profit_choices_are_charted_by_purchases_anyway(
    visit: Visit, server: RunningApi
) -> None:
    visit.go(PAGE)
    points = len(server.get(f"/campaigns/{CAMPAIGN}/value").json()["frontier"])
    for label in (REACH, COVERAGE):
        drawn = chart(visit, label)
        marks = drawn.locator(".role-mark.mark-symbol path")
        expect(marks).to_have_count(points + 1)
        expect(drawn.locator("svg")).to_contain_text("customers who buy anyway")
    choices = section(visit, "Other caps, fewer products")
    expect(choices).to_contain_text("No experiment has measured a profit")


def test_a_campaign_that_requires_an_event_says_why_it_has_no_choices(
    visit: Visit,
) -> None:
    visit.go("campaigns?campaign_id=abandoned_carts")
    choices = section(visit, "Other caps, fewer products")
    expect(choices).to_contain_text("The campaign requires the event cart")
    expect(choices.locator("figure, table")).to_have_count(0)
    assert visit.complaints == []


def test_what_followed_the_contacts_stands_next_to_what_they_caused(visit: Visit) -> None:
    plant(visit, "/value", attribution=ATTRIBUTION)
    visit.go(PAGE)
    added = section(visit, "What the contacts added")
    expect(added).to_contain_text("900 customers had 1,800 contacts from")
    expect(added).to_contain_text(str(ATTRIBUTION["explanation"]))
    expect(added).to_contain_text("Of 800 contacted customers 5% bought")
    expect(added).to_contain_text("added 24 buyers (95 % interval: 4 to 44).")
    expect(added).not_to_contain_text("includes 0")
    rows = cells(visit, "Purchases after a contact")
    assert rows.first.locator("td").all_inner_texts() == ["by last touch", "40", "200.00"]
    assert rows.last.locator("td").all_inner_texts() == ["by position", "38.5", "192.50"]
    assert visit.faults() == []
    assert visit.complaints == []


@pytest.mark.parametrize(
    ("found", "said", "unsaid"),
    [
        ({"buyers_added_low": -4.0}, "The interval includes 0", "held customers out"),
        ({"effect": None}, "Purchases after a contact", "contacted customers 5%"),
        ({"contacted_customers": 0}, "held customers out and contacted none", "bought"),
    ],
)
def test_an_effect_that_is_not_shown_is_not_claimed(
    visit: Visit, found: dict[str, object], said: str, unsaid: str
) -> None:
    plant(visit, "/value", attribution=ATTRIBUTION | found)
    visit.go(PAGE)
    added = section(visit, "What the contacts added")
    expect(added).to_contain_text(said)
    expect(added).not_to_contain_text(unsaid)


def test_rankings_that_were_tried_are_compared(visit: Visit) -> None:
    tried = [
        {
            "ranking": ranking,
            "contacted_customers": 500,
            "responses": responses,
            "response_rate": responses / 500,
            "weighted_rate": responses / 500,
            "weighted_rate_low": 0.01,
            "weighted_rate_high": 0.09,
        }
        for ranking, responses in (("activity", 15), ("recent_activity", 20))
    ]
    plant(visit, "/value", rankings=tried)
    visit.go(PAGE)
    table = "Buyers after a contact, by the ranking"
    assert column(visit, table, 1) == ["activity", "recent activity"]
    assert column(visit, table, 4) == ["3.00%", "4.00%"]


def test_a_measured_plan_has_a_best_size_and_a_chart(
    visit: Visit, server: RunningApi
) -> None:
    plan = server.get(f"/campaigns/{CAMPAIGN}/plan").json()
    sizes = [
        size
        | {
            "basis": "experiment",
            "explanation": "Measured by the experiment mail.",
            "is_best": number == 1,
            "effect": 0.03,
            "profit": 10.0 * number,
            "profit_low": 2.0 * number,
            "profit_high": 30.0 * number,
            "return_on_investment": 0.5,
        }
        for number, size in enumerate(plan["sizes"][:3])
    ]
    best = sizes[1]["audience_size"]
    plant(visit, "/plan", sizes=sizes, best_audience_size=best)
    visit.go(PAGE)
    worth = section(visit, "What it is worth")
    expect(worth).to_contain_text(f"{best:,} customers are the best number (the diamond).")
    drawn = chart(visit, "Profit by number of customers contacted")
    expect(drawn.locator(".role-mark.mark-area path")).to_have_count(1)
    assert column(visit, "The plan by audience size", 7) == ["0.00", "10.00", "20.00"]
    assert visit.complaints == []

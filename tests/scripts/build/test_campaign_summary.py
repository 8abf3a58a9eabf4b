"""The summary of a build says what campaigns reach, and never more than was measured."""

import io

import duckdb
import pytest
from rich.console import Console

from scripts.build.campaign_summary import print_campaigns

# A campaign that reaches 900 customers: size, share that buys anyway, highest profit.
SIZES = ((100, 0.09, None), (1_000, 0.035, None), (10_000, 0.04, None))


def printed(
    sizes: tuple[tuple[int, float, float | None], ...] = SIZES, best: int | None = None
) -> list[str]:
    """The cells of the line about the plan, below its headings."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table campaign_summaries as select 'spring' as campaign_id,"
            " 14 as response_days, 50 as product_count, 900 as reached_customer_count,"
            " 1800 as contact_count,"
            " 0 as missing_count, 180.0 as planned_cost"
        )
        connection.execute(
            "create table audience_plan (campaign_id varchar, audience_size bigint,"
            " response_days bigint, base_rate double, response_rate double,"
            " break_even_effect double, is_best boolean, basis varchar, profit_high double)"
        )
        for size, rate, profit_high in sizes:
            connection.execute(
                "insert into audience_plan values"
                " ('spring', ?, 14, 0.0273, ?, 0.04, ?, ?, ?)",
                [
                    size,
                    rate,
                    size == best,
                    "break-even" if profit_high is None else "experiment",
                    profit_high,
                ],
            )
        text = io.StringIO()
        print_campaigns(Console(file=text, width=120), connection)
    lines = text.getvalue().rstrip().splitlines()
    assert "anyway, of all eligible" in lines[-2]
    assert "of those contacted" in lines[-2]
    return [cell for cell in lines[-1].split("  ") if cell]


def test_what_comes_anyway_is_said_of_all_and_of_those_contacted() -> None:
    cells = [cell.strip() for cell in printed()]
    assert cells == ["spring", "14", "2.73", "3.50", "4.00", "not measured"]


@pytest.mark.parametrize(
    ("highest", "best", "said"),
    [
        # Every size loses, with its whole interval.
        ((-1.0, -5.0), None, "none pays"),
        # One may pay.
        ((5.0, -5.0), None, "none shown to pay"),
        ((5.0, 9.0), 1_000, "1,000"),
    ],
)
def test_no_size_pays_only_if_every_interval_lies_below_zero(
    highest: tuple[float, float], best: int | None, said: str
) -> None:
    # The experiment says nothing about the largest size.
    sizes = ((100, 0.09, highest[0]), (1_000, 0.035, highest[1]), (10_000, 0.04, None))
    assert printed(sizes, best)[-1].strip() == said

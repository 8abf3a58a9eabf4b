"""A campaign of a log with planted taste contacts customers about what they like."""

import pytest

from scripts.build_folder import BuildFolder
from tests.conftest import read_release
from tests.planted_taste import CAMPAIGN


@pytest.fixture(scope="module")
def shares(hybrid_build: BuildFolder) -> dict[tuple[str, str], list[float]]:
    """By campaign and ranking: places, and the share whose customer likes the product."""
    with read_release(hybrid_build) as release:
        rows = release.execute(
            "select campaign_id, ranking, count(*),"
            " avg(((product_id - 1) // 10 = customer_id % 6)::int)"
            " from campaign_audiences group by all"
        ).fetchall()
    return {
        (campaign, ranking): (places, share) for campaign, ranking, places, share in rows
    }


def test_most_places_go_to_customers_who_like_the_product(
    shares: dict[tuple[str, str], list[float]],
) -> None:
    """Of six tastes, one in six places would by chance."""
    places, share = shares["spring", "hybrid"]
    assert places > 100
    assert share > 0.8
    assert {ranking for campaign, ranking in shares if campaign == "by_profit"} == {
        "engagement"
    }
    assert shares["by_profit", "engagement"][1] < 1 / 3


def test_places_by_taste_keep_the_caps_and_are_explained(hybrid_build: BuildFolder) -> None:
    with read_release(hybrid_build) as release:
        fullest = release.execute(
            "select max(count(*)) over () from campaign_audiences"
            " where campaign_id = 'spring' group by customer_id limit 1"
        ).fetchone()
        largest = release.execute(
            "select max(audience_rank) from campaign_audiences where campaign_id = 'spring'"
        ).fetchone()
        counts = release.execute(
            "select count(*) filter (ranking = 'hybrid') as signal_count,"
            " any_value(explanation) from campaign_audiences"
            " join campaign_customers using (campaign_id, customer_id)"
            " where campaign_id = 'spring' group by customer_id"
        ).fetchall()
    assert fullest == (int(CAMPAIGN["frequency_cap"]),)
    assert largest == (int(CAMPAIGN["audience_size"]),)
    for count, explanation in counts:
        said = f" Has a signal for {count} product"
        assert (said in explanation) == (count > 0)

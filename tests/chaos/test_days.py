"""Good and bad days are refreshed one after another, under constant requests."""

from collections import Counter

import duckdb

from tests.api.conftest import Serve
from tests.chaos.conftest import Marketplace
from tests.load import Load


def spoil(market: Marketplace) -> None:
    """Remove all carts from the newest day, as if something upstream had stopped."""
    newest = max(market.log.folder.iterdir())
    header, *lines = newest.read_text().splitlines(keepends=True)
    newest.write_text(header + "".join(line for line in lines if ",cart," not in line))


def test_days_that_drift_or_fail_are_not_served_and_no_request_fails(
    market: Marketplace, serve: Serve
) -> None:
    server = serve(market.folder, workers=2)
    watching = {"AUDIENCE_API_URL": server.url}
    first = market.served
    assert first is not None
    with Load(server, clients=1) as load:
        market.log.grow()
        assert market.refresh("--watch", "5", **watching).returncode == 0
        good = market.served

        market.log.grow()
        spoil(market)
        drifted = market.refresh("--watch", "5", **watching)
        assert drifted.returncode == 1
        assert "event mix of the last day: " in drifted.stderr
        assert "times the usual drift from the days before" in drifted.stderr
        assert market.served == good

        damaged = market.log.folder / "2023-03-24b.csv"
        damaged.write_bytes(b"\x00\x01 no text")
        assert market.refresh("--watch", "5", **watching).returncode == 1
        damaged.unlink()
        assert market.served == good

        why = "carts are counted elsewhere from now on"
        accepted = market.refresh("--watch", "5", "--accept-drift", why, **watching)
        assert accepted.returncode == 0, accepted.stderr
        assert market.refresh(**watching).returncode == 0

        market.log.grow()
        back = market.refresh("--watch", "5", **watching)
        last = market.served
    assert load.errors == []
    assert set(load.statuses) == {200}
    assert load.mixed == []
    assert {first, good, last} <= set(load.releases)
    # The carts are back: a day like those of the weeks before.
    assert back.returncode == 0, back.stderr
    assert market.results == [
        "published",
        "published",
        "blocked",
        "failed",
        "published",
        "unchanged",
        "published",
    ]
    with duckdb.connect(
        market.folder.releases / "current" / "audience.duckdb", read_only=True
    ) as release:
        history = release.execute("select result, reason from build_history").fetchall()
    assert Counter(result for result, _ in history) == {
        "published": 3,
        "blocked": 1,
        "failed": 1,
        "unchanged": 1,
    }
    assert all(reason for result, reason in history if result in ("blocked", "failed"))

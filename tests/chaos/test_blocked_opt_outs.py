"""An opt-out on a day on which the drift gate blocks."""

import httpx

from tests.api.conftest import Serve
from tests.chaos.conftest import Marketplace
from tests.chaos.test_days import spoil
from tests.conftest import run_audience


def test_an_opt_out_takes_effect_although_the_drift_gate_blocks(
    market: Marketplace, serve: Serve
) -> None:
    server = serve(market.folder, workers=2)
    served = market.served
    body = server.get("/recommend/987654321?n=100").json()
    customer = body["recommendations"][0]["customer_id"]

    def is_named() -> bool:
        """Whether a worker names the customer: new connections reach all of them."""
        answers = []
        for _ in range(20):
            with httpx.Client(base_url=server.url) as fresh:
                answers.append(fresh.get("/recommend/987654321?n=100").text)
        return any(f'"customer_id":{customer},' in answer for answer in answers)

    assert is_named()
    market.log.grow()
    spoil(market)
    outcome = run_audience(market.folder, "suppress", str(customer))
    assert outcome.returncode == 3, outcome.stderr
    assert "They are in effect" in outcome.stdout
    assert "times the usual drift from the days before" in outcome.stderr
    assert market.served == served
    assert not is_named()
    # The reason is public, in build_history.
    assert market.results[-1] == "blocked"

    accepted = market.refresh("--watch", "0", "--accept-drift", "a strike")
    assert accepted.returncode == 0, accepted.stderr
    server.wait_for(lambda: server.get("/release").json()["release_id"] == market.served)
    assert not is_named()

"""What a user of the load test does; Locust reads this file."""

import random
from urllib.parse import quote

from locust import FastHttpUser, constant_pacing, events, task
from locust.env import Environment

SLOWEST_SECONDS = 2.0


class Application(FastHttpUser):
    """An application that looks up audiences, once a second."""

    wait_time = constant_pacing(1)
    products: list[int | str]

    def on_start(self) -> None:
        """Get some products to look up."""
        answer = self.client.get("/products/sample?n=1000", name="/products/sample")
        self.products = answer.json()["sample_products"]

    @task(90)
    def recommend(self) -> None:
        """Look up a product."""
        product = quote(str(random.choice(self.products)), safe="")  # noqa: S311
        with self.client.get(
            f"/recommend/{product}", name="/recommend/[id]", catch_response=True
        ) as answer:
            if answer.status_code == 200 and answer.json()["count"] != 10:
                answer.failure("not ten customers")

    @task(5)
    def recommend_unknown(self) -> None:
        """Look up an unknown product."""
        self.client.get("/recommend/987654321", name="/recommend/[unknown]")

    @task(5)
    def health(self) -> None:
        """Check the health of the API."""
        self.client.get("/health")


@events.quitting.add_listener  # type: ignore[untyped-decorator]
def judge(environment: Environment, **_: object) -> None:
    """Fail if a request failed or was too slow."""
    total = environment.stats.total
    if total.num_failures or total.max_response_time > 1000 * SLOWEST_SECONDS:
        environment.process_exit_code = 1

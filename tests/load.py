"""Clients that send requests to an API without a pause."""

import threading
from collections import Counter

import httpx

from tests.api.running_api import RunningApi


class Load:
    """Clients that send requests without a pause, and the answers that they got."""

    def __init__(self, server: RunningApi, clients: int = 4) -> None:
        self.server = server
        self.statuses: Counter[int] = Counter()
        self.releases: list[str] = []
        self.mixed: list[str] = []
        self.errors: list[str] = []
        self._is_over = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(k,)) for k in range(clients)
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, number: int) -> None:
        with httpx.Client(base_url=self.server.url, timeout=30) as client:
            while not self._is_over.is_set():
                number += 7
                try:
                    if number % 5:
                        answer = client.get(
                            f"/recommend/{number % 500}?n={number % 20 + 1}"
                        )
                        found = {answer.json().get("release")}
                    else:
                        answer = client.post(
                            "/recommend/batch",
                            json={"product_ids": list(range(40)), "n": 9},
                        )
                        body = answer.json()
                        found = {body["release"]} | {r["release"] for r in body["results"]}
                except httpx.TransportError as error:
                    self.errors.append(repr(error))
                    continue
                self.statuses[answer.status_code] += 1
                if len(found) > 1 or not answer.headers["etag"].startswith(
                    f'"{min(found)}'
                ):
                    self.mixed.append(answer.text[:200])
                self.releases.append(min(found))


def served(server: RunningApi) -> str | None:
    release: str | None = server.get("/health").json()["release_id"]
    return release

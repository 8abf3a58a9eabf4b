"""Each kind of expensive query has a limit of its own, so that it delays no other query."""

import asyncio
from types import TracebackType

from api.problems import Problem
from api.settings import Settings

# The kind of each question that takes more than a few milliseconds, or that is one of many
# of a request. All others only read some rows by their key.
KINDS = {
    "product_search": "searches",
    "known_attributes": "audiences by attributes",
    "attribute_audience": "audiences by attributes",
    "audience": "long batches",
    "order_audience": "long batches",
    "audience_part": "exports",
    "order_audience_part": "exports",
    "ids_like_formulas": "exports",
    "campaign_audience_part": "exports",
    **dict.fromkeys(
        (
            "als_verdict",
            "audience_concentration",
            "automated_traffic",
            "campaign_concentration",
            "campaign_shortfalls",
            "cohort_retention",
            "customer_retention",
            "dataset_profile",
            "event_mix",
            "evidence_conclusions",
            "offline_metrics",
            "ranking_calibration",
            "ranking_changes",
            "ranking_decisions",
            "ranking_evidence",
            "recommender_comparisons",
            "row_accounting",
            "score_trials",
            "targeting_deciles",
            "targeting_lift",
            "viability_checks",
            "viability_verdict",
        ),
        "reports",
    ),
}


class Gate:
    """Lets some tasks in at once, lets some more wait, and turns the rest away."""

    def __init__(self, kind: str, at_once: int, waiting: int) -> None:
        """Set it up.

        Args:
            kind: what the tasks do, for the message.
            at_once: how many run at once.
            waiting: how many wait.
        """
        self._kind = kind
        self._free = asyncio.Semaphore(at_once)
        self._most_waiting = waiting
        self._waiting = 0

    async def __aenter__(self) -> None:
        """Wait for a place.

        Raises:
            Problem: too many wait already.
        """
        if self._free.locked() and self._waiting >= self._most_waiting:
            raise Problem(
                503,
                "too-many-queries",
                "Too many queries",
                f"{self._waiting} requests for {self._kind} are waiting already: try again"
                " in a moment.",
                headers={"retry-after": "1"},
            )
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the place to the next."""
        self._free.release()


class QueryGates:
    """The gates of a release.

    Attributes:
        places: how many queries of all kinds of KINDS run at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._gates: dict[str, Gate] = {}
        self.places = 0
        for kind in sorted(set(KINDS.values())):
            at_once = {
                "exports": settings.concurrent_exports,
                "long batches": settings.concurrent_batches,
            }.get(kind, settings.concurrent_slow_queries)
            self._gates[kind] = Gate(kind, at_once, settings.waiting_queries)
            self.places += at_once

    def of(self, question: str) -> Gate | None:
        """The gate of a question; None if it is quick."""
        kind = KINDS.get(question)
        return self._gates[kind] if kind else None

"""How often a replayed log was blocked for nothing, and which faults were blocked."""

import collections
import statistics
from dataclasses import dataclass, field
from datetime import date

from scripts.releases.drift import Drift


@dataclass
class DriftRates:
    """What a replay has found.

    Attributes:
        reports: the drift report of each day with interactions.
        volumes: the interactions of each of these days.
        found: by fault, the reports of the days on which it was planted.
    """

    reports: dict[date, list[Drift]] = field(default_factory=dict)
    volumes: dict[date, int] = field(default_factory=dict)
    found: dict[str, list[list[Drift]]] = field(
        default_factory=lambda: collections.defaultdict(list)
    )

    @property
    def judged(self) -> dict[date, list[Drift]]:
        """The days that had enough history to be judged."""
        return {day: report for day, report in self.reports.items() if is_judged(report)}

    def share(self, *levels: str) -> float:
        """The share of judged days with a measure at one of these levels."""
        return _share(list(self.judged.values()), levels)

    def detection(self, fault: str) -> float:
        """The share of the days with this fault that are blocked."""
        return _share(self.found[fault], ("block",))

    def lines(self) -> list[str]:
        """What is printed."""
        judged = self.judged
        volumes = list(self.volumes.values()) or [0]
        lines = [
            f"{len(self.reports)} days with interactions, {len(judged)} with enough history"
            f" to be judged. Half of the days have {statistics.median_high(volumes):,}"
            " interactions or more.",
            "",
            f"Blocked: {self.share('block'):.1%} of the judged days. Warned or blocked:"
            f" {self.share('warn', 'block'):.1%}.",
        ]
        lines += [
            f"  {day}  {one.level}: {one.sentence()}"
            for day, report in judged.items()
            for one in report
            if one.level in ("warn", "block")
        ]
        if self.found:
            lines += ["", "Planted faults, and how many of the days are blocked:"]
        lines += [
            f"  {self.detection(fault):>4.0%} of {len(reports):>3}  {fault}"
            for fault, reports in self.found.items()
        ]
        return lines


def is_judged(report: list[Drift]) -> bool:
    """Whether the day itself had enough history to be judged."""
    return any(
        one.drift is not None for one in report if one.compared_with == "the days before"
    )


def has_history(report: list[Drift]) -> bool:
    """Whether the log is old enough for every measure."""
    return is_judged(report) and not any(
        one.level == "too little history" for one in report
    )


def _share(reports: list[list[Drift]], levels: tuple[str, ...]) -> float:
    met = sum(any(one.level in levels for one in report) for report in reports)
    return met / len(reports) if reports else 0.0

"""The measurements of a benchmark at one scale."""

import dataclasses
import json
from dataclasses import dataclass
from typing import Any

from scripts.benchmarks.api_throughput import Lookups
from scripts.benchmarks.builds import Timing, WholeBuild
from scripts.benchmarks.daily_refresh import DayMore
from scripts.benchmarks.serving import Answers, Serving


@dataclass(frozen=True)
class ScaleResult:
    """Everything measured at one scale.

    Attributes:
        rounds: the number of runs; the best and the slowest are reported.
        serving: the API over the release; None if wrk is not installed.
        lookups: of the API at scale 1, by two clients; None at other scales.
        day_more: the cost of another day; None if it was not measured at this scale.
        alone: all models, one by one, in the best of several rounds.
        evaluation_seconds: the part of it that measures how good rankings are.
        contenders: the compared tables, by who computed them, in the best round of each;
            empty at a scale that is not compared.
        slowest: seconds for all compared tables in the slowest round of each contender;
            far from the best if the machine was busy.
    """

    scale: float
    interactions: int
    rounds: int
    whole: WholeBuild
    serving: Serving | None
    lookups: Lookups | None
    day_more: DayMore | None
    alone: Timing
    evaluation_seconds: float
    contenders: dict[str, Timing]
    slowest: dict[str, float]

    @property
    def microseconds(self) -> float:
        """Of all models, per interaction."""
        return 1e6 * self.alone.total / self.interactions

    def to_json(self) -> str:
        """To keep it."""
        return json.dumps(dataclasses.asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> "ScaleResult":
        """As it was kept."""
        kept: dict[str, Any] = json.loads(text)
        whole, serving = kept["whole"], kept["serving"]
        kept["whole"] = WholeBuild(**whole | {"models": Timing(**whole["models"])})
        if serving is not None:
            answers = {name: Answers(**found) for name, found in serving["answers"].items()}
            kept["serving"] = Serving(**serving | {"answers": answers})
        if kept["lookups"] is not None:
            kept["lookups"] = Lookups(**kept["lookups"])
        if kept["day_more"] is not None:
            kept["day_more"] = DayMore(**kept["day_more"])
        kept["alone"] = Timing(**kept["alone"])
        kept["contenders"] = {
            name: Timing(**timing) for name, timing in kept["contenders"].items()
        }
        return cls(**kept)

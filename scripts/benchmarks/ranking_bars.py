"""What rankings must reach on known logs, and whether they do."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scripts.benchmarks.late_outcomes import Outcome

KNOWN, NEW = "known products", "new products"
# The bootstrap of fewer hits, of both lists together, is no 95 % interval.
LEAST_HITS = 30
TOO_FEW_HITS = "too few hits"
# As the statements of served_rankings have it.
UNDECIDED = f"{TOO_FEW_HITS} to tell"


@dataclass(frozen=True)
class Measurement:
    """The lists of one audience of one log, compared with what happened later.

    Attributes:
        log: its name on the command line.
        audience: known or new products.
        served: of the lists that the release serves.
        engagement: of the first customers by engagement.
        low, high: 95 % interval of the difference of their precisions; it says something
            if `has_enough_hits`.
        ranking: the one that serves.
        statement: what the release says about it.
        seconds: what the build took.
        ranking_seconds: what the models of rankings took.
    """

    log: str
    title: str
    audience: str
    served: Outcome
    engagement: Outcome
    low: float
    high: float
    ranking: str
    statement: str
    seconds: float
    ranking_seconds: float

    @property
    def has_enough_hits(self) -> bool:
        """Whether there are enough hits for an interval."""
        hits = sum(self.served.hits.values()) + sum(self.engagement.hits.values())
        return hits >= LEAST_HITS

    @property
    def interval(self) -> str:
        """The interval in percentage points, in words."""
        if not self.has_enough_hits:
            return TOO_FEW_HITS
        return f"{100 * self.low:+.2f} to {100 * self.high:+.2f}"


@dataclass(frozen=True)
class Bar:
    """Something that must be reached.

    Attributes:
        text: what, and how much is needed.
        measured: what is there, in words.
    """

    text: str
    measured: str
    is_met: bool


@dataclass(frozen=True)
class Required:
    """The least that lists must reach, as shares; what is None is not required.

    Attributes:
        low: of the lower bound of the difference to engagement; 0 must be exceeded.
        has_too_few_hits: whether the release must say that there are too few hits to tell,
            and the difference not lie below zero.
    """

    precision: float | None = None
    ndcg: float | None = None
    named: int | None = None
    low: float | None = None
    has_too_few_hits: bool = False


REQUIRED = {
    ("taobao", KNOWN): Required(0.0070, 0.035, 600, 0.003),
    ("movietweetings", KNOWN): Required(0.010, 0.023, 300, 0.003),
    ("online_retail", KNOWN): Required(0.059, 0.089, 400, 0),
    ("taobao", NEW): Required(precision=0.020, low=0.015),
    ("online_retail", NEW): Required(precision=0.060),
    ("retailrocket", KNOWN): Required(has_too_few_hits=True),
    ("olist", KNOWN): Required(has_too_few_hits=True),
    ("taste", KNOWN): Required(low=0),
}


def bars_of(measurement: Measurement) -> Iterator[Bar]:
    """What is required of a measurement, and whether it is met."""
    required = REQUIRED.get((measurement.log, measurement.audience), Required())
    name = f"{measurement.title}, {measurement.audience}"
    served = measurement.served
    for what, least, share in (
        ("precision@10", required.precision, served.precision),
        ("NDCG@10", required.ndcg, served.ndcg),
    ):
        if least is not None:
            yield Bar(
                f"{name}: {what} at least {least:.2%}", f"{share:.2%}", share >= least
            )
    if required.named is not None:
        yield Bar(
            f"{name}: at least {required.named:,} customers named",
            f"{served.named:,}",
            served.named >= required.named,
        )
    if required.low is not None:
        wanted = f"at least {100 * required.low:+.2f}" if required.low else "above 0"
        is_met = measurement.low >= required.low if required.low else measurement.low > 0
        yield Bar(
            f"{name}: lower bound of the difference to engagement {wanted} points",
            f"{100 * measurement.low:+.2f}"
            if measurement.has_enough_hits
            else TOO_FEW_HITS,
            is_met and measurement.has_enough_hits,
        )
    if required.has_too_few_hits:
        is_said = UNDECIDED in measurement.statement
        yield Bar(
            f'{name}: the release says "{UNDECIDED}"', "yes" if is_said else "no", is_said
        )
    yield Bar(
        f"{name}: not clearly worse than engagement",
        measurement.interval,
        measurement.high >= 0 or not measurement.has_enough_hits,
    )


def table(measurements: Sequence[Measurement]) -> str:
    """The measurements as a table in Markdown, and below it why each ranking serves."""
    heading = (
        "log",
        "lists of",
        "products",
        "served",
        "precision@10",
        "by engagement",
        "difference, points",
        "NDCG@10",
        "by engagement",
        "customers named",
        "by engagement",
        "build, s",
        "rankings, s",
    )
    lines = [heading, ("---", "---", "---:", "---", *["---:"] * (len(heading) - 4))]
    for one in measurements:
        served, engagement = one.served, one.engagement
        lines.append(
            (
                one.title,
                one.audience,
                f"{served.products:,}",
                f"`{one.ranking}`",
                f"{served.precision:.2%}",
                f"{engagement.precision:.2%}",
                one.interval,
                f"{served.ndcg:.2%}",
                f"{engagement.ndcg:.2%}",
                f"{served.named:,}",
                f"{engagement.named:,}",
                f"{one.seconds:.0f}",
                f"{one.ranking_seconds:.1f}",
            )
        )
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    statements = [f"{one.title}: {one.statement}" for one in measurements]
    return "\n\n".join([text, *statements])


def verdicts(bars: Sequence[Bar]) -> str:
    """Each bar in a line, and whether it is met."""
    return "\n".join(
        f"{'met' if bar.is_met else 'MISSED':>6}  {bar.text}: {bar.measured}"
        for bar in bars
    )

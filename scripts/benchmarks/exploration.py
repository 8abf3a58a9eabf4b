"""Simulate campaigns in which other rankings than the serving one get more responses.

There are two classes of history, and in each another ranking is the best. In each period so
many customers of a class are contacted, each placed by a ranking. A response is lost if the
best ranking of the class would have brought it.
"""

from dataclasses import dataclass

import numpy

from scripts.statistics.exploration import placement_probabilities, weighted_rate

PERIODS = 30
# Of each class of history.
CONTACTS = 1000
# By class: of the ranking that serves, and of the others. Another one is the best in each.
RATES = numpy.array([[0.020, 0.020, 0.030, 0.015], [0.050, 0.065, 0.050, 0.040]])
# A fixed test shares the places equally for so many periods, and the best has the rest.
TEST_PERIODS = 10
SHARES = (1.0, 0.2)
BY_CLASS, OVER_ALL = "Thompson sampling by class", "Thompson sampling over all"
POLICIES = ("the ranking that serves", "a fixed test by class", OVER_ALL, BY_CLASS)


@dataclass(frozen=True)
class Outcome:
    """What a policy did in one simulated campaign.

    Attributes:
        lost: responses fewer than those of the best ranking of each class, in expectation.
        found: by class, whether the ranking that the policy has found best is the best.
        covers: whether the weighted rate of a ranking holds the rate that it would have if
            it placed all customers in its 95 % interval, for each ranking that was tried.
    """

    lost: float
    found: tuple[bool, ...]
    covers: tuple[bool, ...]


def simulate(policy: str, share: float, seed: int, rates: numpy.ndarray = RATES) -> Outcome:
    """One campaign under a policy, with the explored share of its places.

    Args:
        rates: response rates by class and ranking.
    """
    random = numpy.random.default_rng([seed, POLICIES.index(policy)])
    classes, count = rates.shape
    responses, contacts = numpy.zeros(rates.shape), numpy.zeros(rates.shape)
    serving = numpy.eye(count)[numpy.zeros(classes, int)]
    lost = 0.0
    # By ranking: responded or not, and the probability to be placed by it.
    tried: list[list[tuple[numpy.ndarray, numpy.ndarray]]] = [[] for _ in range(count)]
    for period in range(PERIODS):
        probabilities = serving
        seen = _seen(policy, responses), _seen(policy, contacts)
        if policy in (BY_CLASS, OVER_ALL):
            probabilities = numpy.array(
                [
                    placement_probabilities(*of_class, share, seed * PERIODS + period)
                    for of_class in zip(*seen, strict=True)
                ]
            )
        elif policy != POLICIES[0]:
            best = numpy.eye(count)[_best(*seen)]
            explored = numpy.full(rates.shape, 1 / count) if period < TEST_PERIODS else best
            probabilities = share * explored + (1 - share) * serving
        placed = random.multinomial(CONTACTS, probabilities)
        answered = random.binomial(placed, rates)
        responses += answered
        contacts += placed
        lost += float(CONTACTS * rates.max(axis=1).sum() - (placed * rates).sum())
        # A ranking that could not place some customers says nothing about these.
        is_weighted = probabilities.min() > 0
        for one in range(classes if is_weighted else 0):
            for ranking in numpy.flatnonzero(placed[one]).tolist():
                units = placed[one, ranking]
                tried[ranking].append(
                    (
                        numpy.arange(units) < answered[one, ranking],
                        numpy.full(units, probabilities[one, ranking]),
                    )
                )
    covers = []
    for ranking, parts in enumerate(tried):
        if parts:
            responded, weights = map(numpy.concatenate, zip(*parts, strict=True))
            _, low, high = weighted_rate(responded.astype(float), weights)
            covers.append(bool(low <= rates[:, ranking].mean() <= high))
    winners = _best(_seen(policy, responses), _seen(policy, contacts))
    found = tuple((winners == rates.argmax(axis=1)).tolist())
    return Outcome(lost, found, tuple(covers))


def _seen(policy: str, counts: numpy.ndarray) -> numpy.ndarray:
    """The counts that a policy looks at, by class: those of all classes, or of each."""
    if policy == OVER_ALL:
        return numpy.broadcast_to(counts.sum(axis=0), counts.shape)
    return counts


def _best(responses: numpy.ndarray, contacts: numpy.ndarray) -> numpy.ndarray:
    """The ranking with the highest response rate, by class."""
    best: numpy.ndarray = (responses / numpy.maximum(contacts, 1)).argmax(axis=1)
    return best


def report(campaigns: int) -> str:
    """A table of the policies, as Markdown."""
    rates = " and ".join(", ".join(f"{rate:.1%}" for rate in one) for one in RATES)
    lines = [
        f"{campaigns} simulated campaigns of {PERIODS} periods with {CONTACTS:,} contacts"
        f" in each of two classes. Response rates of the rankings by class: {rates}; the"
        " first ranking serves.",
        "",
        "| explored share | policy | responses lost | best ranking found in the first"
        " class | in the second | intervals of weighted rates that hold the rate |",
        "| ---: | --- | ---: | ---: | ---: | ---: |",
    ]
    for share in SHARES:
        for policy in POLICIES:
            outcomes = [simulate(policy, share, seed) for seed in range(campaigns)]
            lost = numpy.mean([outcome.lost for outcome in outcomes])
            found = numpy.mean([outcome.found for outcome in outcomes], axis=0)
            covers = [held for one in outcomes for held in one.covers]
            lines.append(
                f"| {share:.0%} | {policy} | {lost:,.0f} | {found[0]:.0%} | {found[1]:.0%}"
                f" | {f'{numpy.mean(covers):.1%}' if covers else 'not tried'} |"
            )
    return "\n".join(lines)

"""Simulate campaigns in which another ranking than the serving one gets more responses.

In each period so many customers are contacted, each placed by a ranking. A customer lost is
one who would have responded if the best ranking had placed all of them.
"""

from dataclasses import dataclass

import numpy

from scripts.statistics.exploration import placement_probabilities, weighted_rate

PERIODS = 30
CONTACTS = 2000
# Of the ranking that serves, and of the others.
RATES = numpy.array([0.030, 0.030, 0.040, 0.025])
# A fixed test shares the places equally for so many periods, and the best has the rest.
TEST_PERIODS = 10
SHARES = (1.0, 0.2)
POLICIES = ("the ranking that serves", "a fixed test", "Thompson sampling")


@dataclass(frozen=True)
class Outcome:
    """What a policy did in one simulated campaign.

    Attributes:
        lost: responses fewer than those of the best ranking, in expectation.
        found: whether the best ranking has the highest response rate at the end.
        covers: whether the weighted rate of the best ranking holds its true rate in its
            95 % interval; None if the policy did not try it.
    """

    lost: float
    found: bool
    covers: bool | None


def simulate(policy: str, share: float, seed: int, rates: numpy.ndarray = RATES) -> Outcome:
    """One campaign under a policy, with the explored share of its places."""
    random = numpy.random.default_rng([seed, POLICIES.index(policy)])
    count = len(rates)
    best = int(rates.argmax())
    responses, contacts = numpy.zeros(count), numpy.zeros(count)
    lost = 0.0
    responded, weights = [], []
    for period in range(PERIODS):
        probabilities = numpy.eye(count)[0]
        if policy == "Thompson sampling":
            seed_of_period = seed * PERIODS + period
            probabilities = placement_probabilities(
                responses, contacts, share, seed_of_period
            )
        elif policy == "a fixed test" and period < TEST_PERIODS:
            probabilities = share / count + (1 - share) * probabilities
        elif policy == "a fixed test":
            winner = int((responses / numpy.maximum(contacts, 1)).argmax())
            probabilities = share * numpy.eye(count)[winner] + (1 - share) * probabilities
        placed = random.multinomial(CONTACTS, probabilities)
        answered = random.binomial(placed, rates)
        responses += answered
        contacts += placed
        lost += CONTACTS * rates[best] - float((placed * rates).sum())
        responded.append(numpy.arange(placed[best]) < answered[best])
        weights.append(numpy.full(placed[best], probabilities[best]))
    covers = None
    if contacts[best]:
        _, low, high = weighted_rate(
            numpy.concatenate(responded).astype(float), numpy.concatenate(weights)
        )
        covers = bool(low <= rates[best] <= high)
    found = int((responses / numpy.maximum(contacts, 1)).argmax()) == best
    return Outcome(lost, found, covers)


def report(campaigns: int) -> str:
    """A table of the policies, as Markdown."""
    rates = ", ".join(f"{rate:.1%}" for rate in RATES)
    lines = [
        f"{campaigns} simulated campaigns of {PERIODS} periods with {CONTACTS:,} contacts"
        f" each. Response rates of the rankings: {rates}; the first one serves.",
        "",
        "| explored share | policy | responses lost | best ranking found |"
        " interval of its weighted rate holds the rate |",
        "| ---: | --- | ---: | ---: | ---: |",
    ]
    for share in SHARES:
        for policy in POLICIES:
            outcomes = [simulate(policy, share, seed) for seed in range(campaigns)]
            lost = numpy.mean([outcome.lost for outcome in outcomes])
            found = numpy.mean([outcome.found for outcome in outcomes])
            covers = [one.covers for one in outcomes if one.covers is not None]
            lines.append(
                f"| {share:.0%} | {policy} | {lost:,.0f} | {found:.0%} |"
                f" {f'{numpy.mean(covers):.1%}' if covers else 'not tried'} |"
            )
    return "\n".join(lines)

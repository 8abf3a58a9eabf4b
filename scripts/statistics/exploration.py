"""How often each ranking places customers, so that the better one is found at little loss.

Thompson sampling: a ranking is tried as often as it is likely to be the best, judged by the
responses so far (Thompson 1933, doi:10.1093/biomet/25.3-4.285; Russo et al. 2018,
doi:10.1561/2200000070). Rates have a prior of one response in two contacts.
"""

import numpy

DRAWS = 10_000


def best_probabilities(
    responses: numpy.ndarray, contacts: numpy.ndarray, seed: int = 0
) -> numpy.ndarray:
    """The probability of each ranking to have the highest response rate.

    Args:
        responses: per ranking, contacted customers who responded.
        contacts: per ranking, contacted customers.
        seed: the same seed and counts give the same probabilities.

    Returns:
        They add up to 1.
    """
    random = numpy.random.default_rng(seed)
    rates = random.beta(
        1 + responses, 1 + contacts - responses, size=(DRAWS, len(responses))
    )
    best = numpy.bincount(rates.argmax(axis=1), minlength=len(responses))
    probabilities: numpy.ndarray = best / DRAWS
    return probabilities


def placement_probabilities(
    responses: numpy.ndarray,
    contacts: numpy.ndarray,
    share: float,
    seed: int = 0,
    least: float = 0.01,
) -> numpy.ndarray:
    """The probability that each ranking places a customer.

    Args:
        responses, contacts: per ranking; the first one serves.
        share: the share of the places that is explored; the ranking that serves has the
            others. Of the explored ones each ranking gets its probability to be the best.
        least: of the explored share, what each ranking gets at least. Without it a ranking
            that began badly would never be tried again, and its responses could not be
            weighted.

    Returns:
        They add up to 1.
    """
    best = best_probabilities(responses, contacts, seed)
    floor = least / len(best)
    explored = floor + (1 - least) * best
    probabilities: numpy.ndarray = share * explored
    probabilities[0] += 1 - share
    return probabilities


def weighted_rate(
    responded: numpy.ndarray, probabilities: numpy.ndarray
) -> tuple[float, float, float]:
    """The response rate if a ranking placed all customers, from those that it did place.

    Customers count by the inverse of the probability that the ranking placed them, and the
    weights are normalised (Hajek 1971; Swaminathan and Joachims 2015,
    doi:10.5555/2969442.2969600). The interval is Wilson's, of as many customers as equal
    weights would need to say as much (Kish 1965, Survey Sampling).

    Args:
        responded: 1 or 0 per customer.
        probabilities: above 0, per customer.

    Returns:
        The rate, and the bounds of its 95 % interval.
    """
    weights = 1 / probabilities
    rate = float(numpy.average(responded, weights=weights))
    size = float(weights.sum() ** 2 / (weights**2).sum())
    z = 1.959963984540054
    middle = (rate + z * z / (2 * size)) / (1 + z * z / size)
    half = z * numpy.sqrt(rate * (1 - rate) / size + (z / (2 * size)) ** 2)
    half = float(half / (1 + z * z / size))
    return rate, middle - half, middle + half

"""How the interactions of a planned log are spread over its customers, in exact counts."""

import collections
import math


def spread_repeats(customers: int, extras: int, power: int) -> list[tuple[int, int]]:
    """Spread extra interactions over customers who have at least two.

    Args:
        customers: number of customers with more than one interaction.
        extras: their interactions beyond the first, in all.
        power: how many of them should have more than five interactions.

    Returns:
        (interactions, customers) pairs; most active first, sums exact. Power customers
        follow a Pareto law with exponent 1.6, the others a geometric one on 2 to 5.
    """
    if customers == 0:
        return []

    def power_extras(index: int) -> int:
        tail = 1 - (index + 0.5) / power
        return min(int(5 * tail ** (-1 / 1.6)), 400)

    heavy = [power_extras(index) for index in range(power)]
    heavy_sum = sum(heavy)
    while heavy and heavy_sum + customers - len(heavy) > extras:
        heavy_sum -= heavy.pop()
    light = customers - len(heavy)
    overflow = extras - heavy_sum - 4 * light
    if overflow > 0:
        if not heavy:
            heavy, light, overflow = [0], light - 1, overflow + 4
        heavy[-1] += overflow
        heavy_sum += overflow
    counts = collections.Counter(extra + 1 for extra in heavy)
    for extra, members in enumerate(spread_evenly(light, extras - heavy_sum), start=1):
        counts[extra + 1] += members
    return sorted(((n, m) for n, m in counts.items() if m), reverse=True)


def spread_evenly(customers: int, extras: int) -> list[int]:
    """How many of the customers get 1, 2, 3 and 4 extras: about geometric, sums exact."""
    if customers == 0:
        return []
    low, high = 1e-6, 1e6
    for _ in range(100):
        ratio = math.sqrt(low * high)
        weights = [ratio**step for step in range(4)]
        mean = sum(step * weight for step, weight in enumerate(weights, start=1))
        low, high = (
            (ratio, high) if mean * customers < extras * sum(weights) else (low, ratio)
        )
    members = [int(customers * weight / sum(weights)) for weight in weights]
    members[0] += customers - sum(members)
    missing = extras - sum(step * number for step, number in enumerate(members, start=1))
    while missing:
        step = 1 if missing > 0 else -1
        source = next(i for i in range(4) if members[i] and 0 <= i + step < 4)
        members[source] -= 1
        members[source + step] += 1
        missing -= step
    return members


def split_sides(counts: list[tuple[int, int]], late: int) -> list[tuple[int, int, int]]:
    """Split the interactions of returning customers into early and late ones.

    Args:
        counts: (interactions, customers) pairs, at least two interactions each.
        late: how many of all interactions are late: at least one of each customer, and
            never all of them.

    Returns:
        (interactions, late interactions, customers), about the same share late everywhere.
    """
    total = sum(number * members for number, members in counts)
    split = [
        [number, min(number - 1, max(1, round(number * late / total))), members]
        for number, members in counts
    ]
    missing = late - sum(late_number * members for _, late_number, members in split)
    result = []
    for number, late_number, members in split:
        room = number - 1 - late_number if missing > 0 else late_number - 1
        step = 1 if missing > 0 else -1
        while room and missing:
            moved = min(members, abs(missing))
            if moved < members:
                result.append((number, late_number, members - moved))
                members = moved
            late_number += step
            missing -= step * moved
            room -= 1
        result.append((number, late_number, members))
    return result

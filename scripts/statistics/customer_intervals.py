"""Intervals of sums over customers, which come and go with all that they bring."""

from collections import Counter
from typing import Any

import pyarrow

# Which mean or, with `compared_with`, which difference from the mean of ALS.
KEYS = (
    "recommender",
    "compared_with",
    "population",
    "slice_by",
    "slice",
    "k",
    "metric",
)
RESULT = pyarrow.schema(
    [
        *((key, pyarrow.int64() if key == "k" else pyarrow.string()) for key in KEYS),
        ("value", pyarrow.float64()),
        ("value_low", pyarrow.float64()),
        ("value_high", pyarrow.float64()),
        ("corrected_low", pyarrow.float64()),
        ("corrected_high", pyarrow.float64()),
    ]
)

HIT_RESULT = pyarrow.schema(
    [
        ("decision", pyarrow.string()),
        ("origin", pyarrow.int64()),
        ("ranking", pyarrow.string()),
        ("hit_share_low", pyarrow.float64()),
        ("hit_share_high", pyarrow.float64()),
    ]
)


def sum_interval(
    total: Any, squares: Any, weight: Any, confidence: Any = 0.95
) -> tuple[Any, Any]:
    """The interval of a sum of contributions, each of which came by chance.

    The sum is a weighted sum of Poisson counts, with one count per customer; its bounds are
    quantiles of gamma distributions (Fay and Feuer 1997,
    doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#). With weights of 1
    they are the exact ones of a Poisson count (Garwood 1936), from 0 on for no count.

    Args:
        total: arrays of the sums of contributions; at least 0.
        squares: of the sums of their squares.
        weight: of the contribution that one more customer may bring at most; where it is 0,
            both bounds are the total.
        confidence: of the interval, or an array with that of each.

    Returns:
        The lower and the upper bounds.
    """
    import numpy
    from scipy import special

    total, squares, weight, confidence = numpy.broadcast_arrays(
        *(
            numpy.asarray(given, dtype=float)
            for given in (total, squares, weight, confidence)
        )
    )
    bounds = []
    for mean, variance, quantile in (
        (total, squares, (1 - confidence) / 2),
        (total + weight, squares + weight**2, (1 + confidence) / 2),
    ):
        varies = (mean > 0) & (variance > 0)
        scale = numpy.divide(variance, mean, out=numpy.ones(mean.shape), where=varies)
        bound = scale * special.gammaincinv(numpy.where(varies, mean / scale, 1), quantile)
        bounds.append(numpy.where(varies, bound, mean))
    low, high = bounds
    return low, numpy.where(weight > 0, high, total)


def difference_interval(
    difference: Any,
    gain: tuple[Any, Any, Any],
    loss: tuple[Any, Any, Any],
    confidence: Any = 0.95,
) -> tuple[Any, Any]:
    """The interval of a difference of two sums over the same customers.

    Customers for whom the first sum is larger are others than those for whom the second is:
    both sides vary independently, and their intervals are combined by MOVER (Zou and Donner
    2008, doi:10.1002/sim.3095).

    Args:
        difference: arrays of the first sums less the second.
        gain: the arguments of `sum_interval` for what the first sum has more, over the
            customers where it is more.
        loss: the same for what it has less.
        confidence: of the interval, or an array with that of each.

    Returns:
        The lower and the upper bounds.
    """
    import numpy

    gain_low, gain_high = sum_interval(*gain, confidence)
    loss_low, loss_high = sum_interval(*loss, confidence)
    return (
        difference - numpy.hypot(gain[0] - gain_low, loss_high - loss[0]),
        difference + numpy.hypot(gain_high - gain[0], loss[0] - loss_low),
    )


def metric_intervals(sums: pyarrow.Table, differences: pyarrow.Table) -> pyarrow.Table:
    """Means of list metrics, and their differences, with 95 % intervals.

    Args:
        sums: int_recommender_sums.
        differences: int_recommender_differences.

    Returns:
        A row of RESULT per row of both. Means lie within 0 and 1. The corrected bounds of
        differences hold for all recommenders compared in one population, list size and
        metric together (Bonferroni); those of means are null.
    """
    if not sums.num_rows:
        return RESULT.empty_table()
    import numpy

    def numbers(table: pyarrow.Table, *names: str) -> tuple[Any, ...]:
        return tuple(table.column(name).to_numpy() for name in names)

    low, high = sum_interval(*numbers(sums, "value", "squares", "weight"))
    tables = [_rows(sums, low, numpy.minimum(high, 1))]
    if differences.num_rows:
        gain, loss = (
            numbers(differences, side, f"{side}_squares", f"{side}_weight")
            for side in ("gain", "loss")
        )
        value = differences.column("value").to_numpy()
        tables.append(
            _rows(
                differences,
                *difference_interval(value, gain, loss),
                *difference_interval(value, gain, loss, 1 - 0.05 / _compared(differences)),
            )
        )
    return pyarrow.concat_tables(tables)


def hit_intervals(totals: pyarrow.Table) -> pyarrow.Table:
    """The hits per place of rankings, with 95 % intervals.

    Args:
        totals: int_ranking_totals.

    Returns:
        A row of HIT_RESULT per row.
    """
    if not totals.num_rows:
        return HIT_RESULT.empty_table()
    hits, squares, weight, places = (
        totals.column(name).to_numpy().astype(float)
        for name in ("hit_count", "squared_hits", "customer_hits", "place_count")
    )
    low, high = sum_interval(hits / places, squares / places**2, weight / places)
    found = {name: totals.column(name) for name in ("decision", "origin", "ranking")}
    bounds = {"hit_share_low": low.round(12), "hit_share_high": high.clip(max=1).round(12)}
    return pyarrow.table(found | bounds).cast(HIT_RESULT)


def _compared(differences: pyarrow.Table) -> Any:
    """Of each difference: with how many recommenders ALS is compared in its metric."""
    import numpy

    families = list(
        zip(
            *(differences[key].to_pylist() for key in ("population", "k", "metric")),
            strict=True,
        )
    )
    counts = Counter(families)
    return numpy.array([counts[family] for family in families])


def _rows(
    table: pyarrow.Table,
    low: Any,
    high: Any,
    corrected_low: Any = None,
    corrected_high: Any = None,
) -> pyarrow.Table:
    """The means or the differences with their bounds, as rows of RESULT."""
    found = {key: table.column(key) for key in KEYS if key in table.column_names}
    values = {
        "value": table.column("value").to_numpy(),
        "value_low": low,
        "value_high": high,
        "corrected_low": corrected_low,
        "corrected_high": corrected_high,
    }
    rounded = {
        name: numbers.round(12) for name, numbers in values.items() if numbers is not None
    }
    empty = {name: pyarrow.nulls(table.num_rows) for name in RESULT.names}
    columns = empty | found | rounded
    return pyarrow.table(columns).cast(RESULT)

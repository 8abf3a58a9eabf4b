"""What users wait for at scale 1, next to its limit and to the first version."""

from scripts.benchmarks.polars_comparison import COMPARED_TABLES
from scripts.benchmarks.scale_result import ScaleResult


def waiting_rows(result: ScaleResult) -> list[str]:
    """Rows of `what | limit | first version | now`.

    Args:
        result: of scale 1, with another day.
    """
    day, lookups = result.day_more, result.lookups
    assert day is not None, "scale 1 is compared"
    by_dbt, _, polars = result.contenders.values()
    rows = [
        ("`make build`, scale 1", "20 s", "37 s", f"{day.build:.1f} s"),
        ("`make build`, 5,000 interactions", "10 s", "23 s", f"{day.short_build:.1f} s"),
        ("`make refresh` to a served answer", "12 s", "25 s", f"{day.served:.1f} s"),
    ]
    for table in COMPARED_TABLES:
        times = by_dbt.seconds[table] / polars.seconds[table]
        rows.append((f"`{table}`, Polars = 1", "1.0", "1.5", f"{times:.1f}"))
    if lookups:
        for state, share, p99 in (
            ("cold", lookups.share_cold, lookups.p99_cold),
            ("warm", lookups.share_warm, lookups.p99_warm),
        ):
            rows.append((f"look-ups, {state}, of bare", "at least 90%", "", f"{share:.0%}"))
            rows.append((f"1,000 connections, {state}, p99", "200 ms", "", f"{p99:.0f} ms"))
    return [" | ".join(row) for row in rows]

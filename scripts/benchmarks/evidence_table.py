"""The evidence of real logs, as the table of docs/evidence.md."""

from collections.abc import Sequence
from pathlib import Path

import duckdb
from rich.console import Console

from scripts.benchmarks.measured_release import build, released
from scripts.benchmarks.real_logs import LOGS, data_folder, known_names, split
from scripts.build_folder import PROJECT

HEADING = (
    "log",
    "ranking",
    "known products: precision@10",
    "customers named",
    "new products: precision@10",
    "customers named",
    "new products covered",
    "seconds",
)


def _percent(share: float, low: float, high: float) -> str:
    return f"{share:.2%} ({low:.2%} to {high:.2%})"


def rows_of_log(name: str, data: Path, root: Path) -> list[tuple[str, ...]]:
    """Measure the evidence of a log; returns a row per ranking, the best first."""
    log = LOGS[name]
    with duckdb.connect() as connection:
        log.read(connection, data)
        split(connection)
        attributes = log.write_attributes(connection, data, root)
        built = build(
            root,
            data / log.file,
            *("--mapping", str(PROJECT / "mappings" / log.mapping)),
            command="evidence",
            **({"product_attributes": str(attributes)} if attributes else {}),
        )
        new_products = connection.execute(
            "select count(distinct product_id) from late_pairs"
            " anti join early_pairs using (product_id)"
        ).fetchone()
        assert new_products is not None
        with released(connection, built.folder):
            found = connection.execute(
                """
                select
                    known.ranking,
                    known.ranking in (
                        select ranking from release.served_rankings
                        where audience = 'known products'
                    ),
                    known.hit_share, known.hit_share_low, known.hit_share_high,
                    known.customer_count,
                    new.ranking in (
                        select ranking from release.served_rankings
                        where audience = 'new products'
                    ),
                    new.hit_share, new.hit_share_low, new.hit_share_high,
                    new.customer_count, new.product_count
                from release.ranking_evidence as known
                left join release.ranking_evidence as new
                    on known.ranking = new.ranking
                    and new.decision = 'new products' and new.is_split
                where known.decision = 'known products' and known.is_split
                order by known.hit_share desc, known.ranking
                """
            ).fetchall()
    rows: list[tuple[str, ...]] = []
    for number, row in enumerate(found):
        ranking, serves, share, low, high, named, serves_new, *of_new = row
        new_share, new_low, new_high, new_named, new_count = of_new
        has_new = new_share is not None
        new = _percent(new_share, new_low, new_high) if has_new else "-"
        known = _percent(share, low, high)
        rows.append(
            (
                log.title if number == 0 else "",
                f"`{ranking}`",
                f"**{known}**" if serves else known,
                f"{named:,}",
                f"**{new}**" if serves_new else new,
                f"{new_named:,}" if has_new else "-",
                f"{new_count:,} of {new_products[0]:,}" if has_new else "-",
                f"{built.seconds:.0f}" if number == 0 else "",
            )
        )
    return rows


def print_evidence(root: Path, names: Sequence[str], data: Path | None) -> None:
    """Measure the evidence of real logs, and print the table.

    Args:
        root: a folder for the builds.
        names: of logs; all of them if empty.
        data: the folder of real logs.

    Raises:
        LogFolderError: a log is missing or unknown.
        BuildError: a build failed.
    """
    console = Console(markup=False, highlight=False)
    wanted = known_names(names, [])
    folder = data_folder(data)
    lines: list[tuple[str, ...]] = [HEADING, ("---", "---", *["---:"] * (len(HEADING) - 2))]
    for name in wanted:
        console.print(f"{name}: measuring the evidence ...", soft_wrap=True)
        place = root / name
        place.mkdir(parents=True, exist_ok=True)
        lines += rows_of_log(name, folder, place)
    text = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    print(f"\n{text}\n\nIn bold: what serves.")

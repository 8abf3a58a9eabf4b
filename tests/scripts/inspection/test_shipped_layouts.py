"""The layouts of mappings/: what is proposed for them is what was written by hand.

Where it is not, the test says why.
"""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.build.log_source import read_mapping
from scripts.build_folder import PROJECT
from scripts.inspection.inspect_log import Inspection, inspect_log
from scripts.inspection.mapping_file import mapping_text
from tests.scripts.build.test_real_logs import LAYOUTS, REAL_LOGS
from tests.scripts.inspection.exported_logs import EXPORTS

MAPPINGS = PROJECT / "mappings"
# Settings that say how a file is read; events and filters are compared below.
COMPARED = ("has_header", "delimiter", "encoding", "columns", "expressions", "time_format")
# Layouts without names: people say what is the customer and what the product.
WITHOUT_NAMES = ("movielens_100k.yml", "taobao.yml")
OLIST = (
    "customer_unique_id,product_id,event,order_purchase_timestamp,price,order_id\n"
    "b7d76e,c14888,purchased,2016-09-04 21:15:19,39.99,2e7a84\n"
    "4854e9,f3c2d0,purchased,2016-09-05 00:15:34,59.5,e5fa5a\n"
)
TAOBAO = "1,2268318,2520377,pv,1511544070\n1,2333346,2520771,buy,1511561733\n"
RETAILROCKET = (
    "timestamp,visitorid,event,itemid,transactionid,datetime\n"
    "1433193132535,1134473,view,396045,,2015-06-01 21:12:12.535\n"
    "1433194696771,1314862,addtocart,344224,,2015-06-01 21:38:16.771\n"
    "1433220848630,1134473,transaction,396318,9,2015-06-02 04:54:08.630\n"
)
PARQUET = {
    "movietweetings.yml": """
        select n % 5 as user_id, '0' || (110000 + n % 7) as movie_id, n % 11 as rating,
            1365758942 + n * 1000 as rating_timestamp
        from range(100) as numbers (n)
    """,
    "online_retail.yml": """
        select (536365 + n // 4)::varchar as InvoiceNo,
            (85123 + n % 9) || if(n % 3 = 0, 'A', '') as StockCode,
            'WHITE HOLDER' as Description, if(n % 20 = 0, -1, 6) as Quantity,
            timestamp '2010-12-01 08:26:00' + to_minutes(n::int) as InvoiceDate,
            2.55 as UnitPrice, if(n % 4 = 0, null, 17850 + n % 8) as CustomerID,
            'United Kingdom' as Country
        from range(100) as numbers (n)
    """,
}
CSV = {
    "olist.yml": OLIST,
    "taobao.yml": TAOBAO,
    "retailrocket.yml": RETAILROCKET,
    **{name: content for name, (content, _) in LAYOUTS.items()},
}


def expected_of(mapping: str) -> dict[str, Any]:
    """The settings written by hand, apart from what is explained here."""
    settings = read_mapping(MAPPINGS / mapping)
    if mapping == "olist.yml":
        # The event is in a column of its usual name, which holds the same word.
        del settings["expressions"]
    if mapping in WITHOUT_NAMES:
        for column in ("customer_id", "product_id"):
            del settings["columns"][column]
    if mapping == "movielens_100k.yml":
        # Without a name above it, no column says that rows are ratings.
        del settings["expressions"]
    return {name: settings[name] for name in COMPARED if name in settings}


def written(folder: Path, mapping: str) -> Path:
    """A made-up log in the layout of a mapping."""
    if mapping in PARQUET:
        path = folder / "log.parquet"
        duckdb.execute(f"copy ({PARQUET[mapping]}) to '{path}' (format parquet)")
        return path
    path = folder / "log.csv"
    path.write_text(CSV[mapping])
    return path


def proposed_for(path: Path) -> Inspection:
    inspection = inspect_log(str(path))
    # Valid, and as the file has it.
    assert mapping_text(inspection.proposal, str(path))
    assert inspection.proposal.problems == []
    return inspection


def compared(inspection: Inspection) -> dict[str, Any]:
    settings = inspection.proposal.settings
    return {name: settings[name] for name in COMPARED if name in settings}


def test_every_mapping_has_a_layout() -> None:
    """Those of exports of other programs are in test_layouts."""
    shipped = {file.name for file in MAPPINGS.glob("*.yml")}
    assert shipped - set(EXPORTS) == set(CSV) | set(PARQUET)


@pytest.mark.parametrize("mapping", sorted({*CSV, *PARQUET}))
def test_the_proposal_is_what_was_written_by_hand(tmp_path: Path, mapping: str) -> None:
    inspection = proposed_for(written(tmp_path, mapping))
    assert compared(inspection) == expected_of(mapping)
    is_open = bool(inspection.proposal.decisions)
    assert is_open == (mapping in WITHOUT_NAMES)
    # A settled mapping was tried on the rows.
    assert is_open or "would be accepted" in inspection.check


@pytest.mark.parametrize("log", REAL_LOGS, ids=lambda log: log.file)
def test_the_proposal_for_a_real_log_is_what_was_written_by_hand(
    shared_data: Path, log: Any
) -> None:
    inspection = proposed_for(shared_data / log.file)
    assert compared(inspection) == expected_of(log.mapping)


def test_events_get_the_names_of_this_project(tmp_path: Path) -> None:
    for mapping in ("retailrocket.yml", "rees46.yml"):
        settings = proposed_for(written(tmp_path, mapping)).proposal.settings
        by_hand = read_mapping(MAPPINGS / mapping)
        assert settings["event_aliases"] == by_hand["event_aliases"]
    settings = proposed_for(written(tmp_path, "taobao.yml")).proposal.settings
    # Only the events that the rows have.
    assert settings["event_aliases"] == {"pv": "view", "buy": "purchased"}


def test_rows_without_a_customer_are_filtered_and_negative_amounts_named(
    tmp_path: Path,
) -> None:
    """The filter by hand also sets cancellations aside, which only a person can know."""
    proposal = proposed_for(written(tmp_path, "online_retail.yml")).proposal
    assert proposal.settings["row_filter"] == '"CustomerID" is not null'
    assert proposal.settings["id_type"] == "text"
    [negative, empty] = proposal.warnings
    assert "CustomerID is empty in 25 of 100 rows" in empty
    assert 'try_cast("Quantity" as double) > 0' in negative


def test_ids_keep_their_zeros(tmp_path: Path) -> None:
    proposal = proposed_for(written(tmp_path, "movietweetings.yml")).proposal
    assert proposal.settings["id_type"] == "text"

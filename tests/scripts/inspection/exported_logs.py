"""Made-up exports of other programs, and what a build reads in them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.scripts.inspection.exported_events import (
    CALL_ROWS,
    CALLS,
    GA4,
    GA4_ROWS,
    IDS,
    KLAVIYO,
    MAILCHIMP_PAGE,
    PROFILE,
    SNOWPLOW,
    SNOWPLOW_ROWS,
    Row,
    call,
    json_lines,
)
from tests.scripts.inspection.exported_orders import SHOPIFY, STRIPE, TILL, WOOCOMMERCE


@dataclass(frozen=True)
class ExportedLog:
    """A file of an export, and what a build reads in it.

    Attributes:
        filtered: how many rows the mapping sets aside.
        rejected: rejected rows by reason.
        row_ids: of the accepted rows, if the mapping names a `row_id`.
    """

    file: str
    content: bytes
    accepted: list[Row]
    filtered: int
    rejected: Mapping[str, int] = field(default_factory=dict)
    row_ids: tuple[str, ...] = ()


EXPORTS = {
    "shopify_orders.yml": ExportedLog(
        "orders_export_1.csv",
        SHOPIFY,
        [
            ("ada@example.com", "0017", "purchased", "2023-03-01 09:14:00"),
            ("ada@example.com", "Canvas Tote - Red", "purchased", "2023-03-01 09:14:00"),
            ("ada@example.com", "MUG-1", "purchased", "2023-07-01 06:00:00"),
        ],
        filtered=5,
    ),
    "woocommerce_order_items.yml": ExportedLog(
        "orders-1.json",
        WOOCOMMERCE,
        [
            ("ada@example.com", "22", "purchased", "2023-03-22 19:28:02"),
            ("ada@example.com", "22", "purchased", "2023-03-22 19:28:02"),
            ("ada@example.com", "93", "purchased", "2023-03-22 19:28:02"),
            ("bo@example.com", "93", "purchased", "2023-03-22 19:28:02"),
        ],
        filtered=3,
        row_ids=("315", "316", "317", "318"),
    ),
    "ga4_bigquery_export.yml": ExportedLog("events.json", GA4, GA4_ROWS, filtered=6),
    "segment_tracks.yml": ExportedLog(
        "1675278859000.gz",
        json_lines(*CALLS, call("Product Viewed", None, product_id=IDS[0])),
        CALL_ROWS,
        filtered=6,
        rejected={"missing product_id": 1},
    ),
    "rudderstack_tracks.yml": ExportedLog(
        "1675278859.json.gz",
        json_lines(*CALLS, call("Product Viewed", "", product_id=IDS[0])),
        CALL_ROWS,
        filtered=6,
        rejected={"missing product_id": 1},
    ),
    "snowplow_events.yml": ExportedLog(
        "enriched.jsonl", SNOWPLOW, SNOWPLOW_ROWS, filtered=5
    ),
    "klaviyo_events.yml": ExportedLog(
        "events.jsonl",
        KLAVIYO,
        [
            (PROFILE, "1111", "view", "2022-11-08 01:23:45"),
            (PROFILE, "1111", "purchased", "2022-11-08 01:23:45"),
            (PROFILE, "1112", "purchased", "2022-11-08 01:23:45"),
        ],
        filtered=2,
        rejected={"missing product_id": 1},
    ),
    "mailchimp_activity.yml": ExportedLog(
        "activity.jsonl",
        json_lines(*MAILCHIMP_PAGE["emails"]),
        [
            ("ada@example.com", "c66a200cda", "open", "2023-06-01 10:00:00"),
            ("ada@example.com", "c66a200cda", "click", "2023-06-01 10:01:00"),
        ],
        filtered=2,
    ),
    "stripe_charges.yml": ExportedLog(
        "payments.csv",
        STRIPE,
        [
            ("cus_29a92b191", "shop", "purchased", "2014-02-03 01:47:00"),
            ("cus_29a92b191", "shop", "purchased", "2014-02-03 01:47:00"),
        ],
        filtered=4,
        row_ids=("ch_1", "ch_2"),
    ),
    "till_log.yml": ExportedLog(
        "receipts.csv",
        TILL,
        [
            ("0042", "000815", "purchased", "2023-03-25 08:05:00"),
            ("0042", "000816", "purchased", "2023-03-25 08:05:00"),
            ("0042", "000816", "purchased", "2023-03-25 08:05:00"),
            ("0043", "000816", "purchased", "2023-03-27 07:05:00"),
        ],
        filtered=2,
        rejected={"rounded product_id": 1},
        row_ids=("4711-1", "4711-2", "4711-3", "4714-1"),
    ),
}

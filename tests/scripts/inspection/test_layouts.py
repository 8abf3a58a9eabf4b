"""The mappings for exports of other programs, on made-up files in their layouts."""

import gzip
import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from scripts.build.build_request import check_inputs
from scripts.build.log_source import LogSourceError, read_mapping
from scripts.build_folder import PROJECT
from scripts.inspection.log_check import check_settings
from scripts.inspection.staging_sql import StagingSql
from tests.scripts.build.test_real_logs import LAYOUTS, REAL_LOGS
from tests.scripts.inspection.exported_events import (
    GA4,
    GA4_ROWS,
    KLAVIYO,
    KLAVIYO_PAGE,
    MAILCHIMP_PAGE,
    SNOWPLOW,
    SNOWPLOW_ROWS,
    Row,
    json_lines,
    snowplow_event,
)
from tests.scripts.inspection.exported_logs import EXPORTS, ExportedLog

MAPPINGS = PROJECT / "mappings"
RECIPES = PROJECT / "docs" / "recipes.md"
# Settings and commands that the page shows, the former by their first line.
SNIPPETS = {
    name: yaml.safe_load(text)
    for name, text in re.findall(
        r"(?ms)^```yaml\n# ([^\n]+)\n(.*?)^```$", RECIPES.read_text()
    )
}
COMMANDS = re.findall(r"(?ms)^```\n(jq .*?)^```$", RECIPES.read_text())


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def judged(folder: Path, path: Path, settings: dict[str, Any]) -> list[tuple[Any, ...]]:
    """What a build makes of each row, by the models of its staging."""
    read = check_inputs(folder / "copies", settings | {"log": str(path)})
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        rows = StagingSql(connection, read).log_rows()
        return connection.execute(
            "select outcome, reason, customer_id, product_id, event, event_at::text, row_id"
            f" from ({rows}) order by row_in_input"
        ).fetchall()


def accepted(rows: list[tuple[Any, ...]]) -> list[Row]:
    return [row[2:6] for row in rows if row[0] == "accepted"]


def mapping_of(name: str, **changes: Any) -> dict[str, Any]:
    return read_mapping(MAPPINGS / name) | changes


@pytest.mark.parametrize(("mapping", "export"), EXPORTS.items(), ids=list(EXPORTS))
def test_an_export_gives_the_rows_that_are_meant(
    tmp_path: Path, mapping: str, export: ExportedLog
) -> None:
    rows = judged(
        tmp_path, written(tmp_path, export.file, export.content), mapping_of(mapping)
    )
    assert accepted(rows) == export.accepted
    assert Counter(row[0] for row in rows)["filtered"] == export.filtered
    assert Counter(row[1] for row in rows if row[0] == "rejected") == export.rejected
    row_ids = tuple(row[6] for row in rows if row[0] == "accepted")
    assert row_ids == (export.row_ids or (None,) * len(export.accepted))


@pytest.mark.parametrize(("mapping", "export"), EXPORTS.items(), ids=list(EXPORTS))
def test_the_check_counts_the_same_rows(
    tmp_path: Path, mapping: str, export: ExportedLog
) -> None:
    path = written(tmp_path, export.file, export.content)
    said = check_settings(mapping_of(mapping, log=str(path), max_reject_share=1))
    counts = f"{len(export.accepted)} would be accepted"
    for reason, number in export.rejected.items():
        counts += f", {number} rejected, {export.filtered} filtered ({reason}: {number})."
    assert said.endswith(counts if export.rejected else f"{export.filtered} filtered.")
    assert f" {len(export.accepted)} would be accepted" in said


def test_google_analytics_is_the_same_in_parquet(tmp_path: Path) -> None:
    lines = written(tmp_path, "events.json", GA4)
    path = tmp_path / "events.parquet"
    duckdb.execute(
        f"copy (select * replace (event_timestamp::bigint as event_timestamp)"
        f" from read_json('{lines}', columns = {{event_date: 'varchar',"
        " event_timestamp: 'varchar', event_name: 'varchar', user_id: 'varchar',"
        " user_pseudo_id: 'varchar', items: 'struct(item_id varchar, item_name varchar)[]'"
        f" }})) to '{path}' (format parquet)"
    )
    rows = judged(tmp_path, path, mapping_of("ga4_bigquery_export.yml"))
    assert accepted(rows) == GA4_ROWS
    assert Counter(row[0] for row in rows)["filtered"] == 6


def test_known_users_can_be_customers_of_google_analytics(tmp_path: Path) -> None:
    settings = mapping_of("ga4_bigquery_export.yml", **SNIPPETS["GA4 with known users"])
    del settings["columns"]["customer_id"]
    rows = judged(tmp_path, written(tmp_path, "events.json", GA4), settings)
    purchased = [("u7", *row[1:]) for row in GA4_ROWS[2:]]
    assert accepted(rows) == GA4_ROWS[:2] + purchased


def test_variations_can_be_products_of_woocommerce(tmp_path: Path) -> None:
    settings = mapping_of("woocommerce_order_items.yml")
    del settings["columns"]["product_id"]
    settings["expressions"] |= SNIPPETS["WooCommerce by variation"]["expressions"]
    content = EXPORTS["woocommerce_order_items.yml"].content
    rows = judged(tmp_path, written(tmp_path, "orders.json", content), settings)
    assert [product for _, product, *_ in accepted(rows)] == ["23", "24", "93", "93"]


def test_robots_can_be_left_out_of_snowplow(tmp_path: Path) -> None:
    settings = mapping_of("snowplow_events.yml")
    robots = SNIPPETS["Snowplow without robots"]["row_filter"]
    settings["row_filter"] += f" and {robots}"
    rows = judged(tmp_path, written(tmp_path, "events.jsonl", SNOWPLOW), settings)
    assert accepted(rows) == [row for row in SNOWPLOW_ROWS if row[0] != "u2"]


def test_a_file_of_visitors_who_are_not_logged_in_is_refused(tmp_path: Path) -> None:
    path = written(
        tmp_path, "events.jsonl", json_lines(snowplow_event("product_view", None, "007"))
    )
    with pytest.raises(LogSourceError, match="has no column user_id for customer_id"):
        judged(tmp_path, path, mapping_of("snowplow_events.yml"))


@pytest.mark.parametrize(
    ("header", "rows", "expected"),
    [
        (
            "visits: visitor,visited_at",
            "7,2023-01-31\n7,2023-02-01 10:00\n",
            [
                (7, 1, "visit", "2023-01-31 00:00:00"),
                (7, 1, "visit", "2023-02-01 10:00:00"),
            ],
        ),
        (
            "transactions: card,branch,amount,booked_at",
            "7,12,9.90,2023-01-31\n7,12,-9.90,2023-02-01\n",
            [
                (7, 12, "purchased", "2023-01-31 00:00:00"),
                (7, 12, "returned", "2023-02-01 00:00:00"),
            ],
        ),
    ],
)
def test_a_log_without_a_product_or_an_event_is_read(
    tmp_path: Path, header: str, rows: str, expected: list[tuple[Any, ...]]
) -> None:
    _, _, columns = header.partition(": ")
    path = written(tmp_path, "log.csv", f"{columns}\n{rows}".encode())
    assert accepted(judged(tmp_path, path, SNIPPETS[header])) == expected


@pytest.mark.parametrize(
    ("export", "mapping", "paid"),
    [
        ("Shopify orders", "shopify_orders.yml", 61),
        ("Stripe charges", "stripe_charges.yml", 1268),
        ("a till", "till_log.yml", 16.59),
    ],
)
def test_amounts_of_an_export_can_be_named(
    tmp_path: Path, export: str, mapping: str, paid: float
) -> None:
    row = re.search(rf"(?m)^\| {export} \| (`.*) \| (.*)\|$", RECIPES.read_text())
    assert row is not None
    named, added = (
        yaml.safe_load("\n".join(re.findall("`(.+?)`", cell))) or {}
        for cell in row.groups()
    )
    settings = mapping_of(mapping)
    columns = settings["columns"] | named
    path = written(tmp_path, EXPORTS[mapping].file, EXPORTS[mapping].content)
    read = check_inputs(
        tmp_path / "copies", settings | added | {"columns": columns, "log": str(path)}
    )
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        rows = StagingSql(connection, read).log_rows()
        assert connection.execute(
            "select sum(revenue)::double, count(unreadable_amount)"
            f" from ({rows}) where outcome = 'accepted'"
        ).fetchone() == (paid, 0)


def test_the_commands_write_what_the_mappings_read(tmp_path: Path) -> None:
    if shutil.which("jq") is None:
        pytest.skip("jq is not installed")
    pages = (
        (KLAVIYO_PAGE, KLAVIYO),
        (MAILCHIMP_PAGE, EXPORTS["mailchimp_activity.yml"].content),
    )
    assert len(COMMANDS) == len(pages)
    for command, (page, lines) in zip(COMMANDS, pages, strict=True):
        (tmp_path / "page-1.json").write_text(json.dumps(page, indent=2))
        subprocess.run(["/bin/sh", "-ec", command], cwd=tmp_path, check=True)
        output = (tmp_path / command.split()[-1]).read_text()
        assert list(map(json.loads, output.splitlines())) == list(
            map(json.loads, lines.splitlines())
        )


def test_every_mapping_is_tested() -> None:
    real = {log.mapping for log in REAL_LOGS}
    shipped = {path.name for path in MAPPINGS.glob("*.yml")}
    assert shipped == real | set(LAYOUTS) | set(EXPORTS)


def test_the_page_names_every_mapping_of_an_export() -> None:
    named = re.findall(r"(?m)^\| .+ \| `(\w+\.yml)` \|", RECIPES.read_text())
    assert sorted(named) == sorted(EXPORTS)

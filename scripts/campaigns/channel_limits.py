"""The rules of channels (seeds/channels.csv), applied to a list on its day."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from scripts.campaigns.contact_ledger import ContactListError
from scripts.workspace import with_own_tables

LIMITS = Path(__file__).with_name("channel_limits.sql")
ALL = "all"
WEEK = 7  # days


def limit_by_channels(
    connection: duckdb.DuckDBPyConnection, channel: str | None, contact_on: date
) -> None:
    """Make the table `channel_limits` for a list of a channel on a day.

    It has a row per customer with contacts: how many more the caps allow (`room`, null
    without a cap), with the reason for leaving out more (`cap_reason`), and the reason for
    leaving out all (`gap_reason`). The row without customer_id holds for all others.

    Args:
        connection: that of `open_ledger`.
        channel: the channel of the campaign, if it has one.

    Raises:
        ContactListError: the day is a quiet one.
    """
    rules = [rule for rule in _rules(connection) if rule["channel"] in (channel, ALL)]
    _check_quiet_days(rules, contact_on)
    connection.execute(
        "create or replace temp table channel_rules (channel text,"
        " frequency_cap bigint, cap_days bigint, minimum_gap_days bigint,"
        " cap_reason text, gap_reason text)"
    )
    for rule in rules:
        name = rule["channel"]
        connection.execute(
            "insert into channel_rules values (?, ?, ?, ?, ?, ?)",
            [
                name,
                rule["frequency_cap"],
                rule["cap_days"],
                rule["minimum_gap_days"],
                f"had their contacts in {_days(rule['cap_days'])} (channel {name})",
                f"contacts less than {_days(rule['minimum_gap_days'])} apart"
                f" (channel {name})",
            ],
        )
    connection.execute(
        "create or replace temp table other_contacts (customer_id text,"
        " channel text, contacted_on date, contact_count bigint)"
    )
    if rules:
        connection.execute(
            "insert into other_contacts select customer_id::text, channel, contacted_on,"
            " contact_count from release.channel_contacts"
        )
    connection.execute(LIMITS.read_text(encoding="utf-8"), {"contact_on": contact_on})


def _rules(connection: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """The rules of the release; none if an earlier version made it."""
    known = connection.execute(
        "select 1 from duckdb_tables()"
        " where database_name = 'release' and table_name = 'channel_rules'"
    ).fetchone()
    if not known:
        return []
    found = connection.execute("from release.channel_rules order by channel")
    names = [column[0] for column in found.description or []]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _check_quiet_days(rules: Iterable[dict[str, Any]], contact_on: date) -> None:
    """See that the day is not a quiet one.

    Raises:
        ContactListError: it is.
    """
    quiet = {
        day: rule["channel"]
        for rule in rules
        for day in (rule["quiet_weekdays"] or "").split("|")
    }
    if _weekday(contact_on) not in quiet:
        return
    following = (contact_on + timedelta(days=days) for days in range(1, WEEK))
    allowed = next(day for day in following if _weekday(day) not in quiet)
    name = quiet[_weekday(contact_on)]
    raise ContactListError(
        f"{contact_on} is a {_weekday(contact_on).capitalize()}, a quiet day of"
        f" {'every channel' if name == ALL else f'the channel {name}'}: name another day"
        f" (--on {allowed}), or change quiet_weekdays in"
        f" {with_own_tables('seeds/channels.csv')} and build again"
    )


def _days(count: int | None) -> str:
    """A number of days: 1 day, 2 days."""
    return f"{count} day{'' if count == 1 else 's'}"


def _weekday(day: date) -> str:
    """The English name of the weekday, in small letters."""
    return ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")[
        day.weekday()
    ]

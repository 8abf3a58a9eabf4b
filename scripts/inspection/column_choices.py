"""Which column is taken for which of ours; what is not beyond doubt is left to a person."""

from collections.abc import Mapping

import duckdb

from scripts.inspection.amount_choices import suggest_amount
from scripts.inspection.column_profiles import ColumnProfile
from scripts.inspection.column_roles import Candidate, Roles, shown_column
from scripts.inspection.event_choice import choose_event
from scripts.inspection.list_choices import ask_for_element
from scripts.inspection.proposal import Proposal
from scripts.inspection.sampled_table import TABLE, quoted
from scripts.inspection.time_evidence import odd_times
from scripts.inspection.time_reading import TimeEvidence
from scripts.inspection.times_of_day import time_of_day_apart

# Two columns hold the same times if so many rows differ by less than a second.
SAME = 0.99
# How a column is asked for that may be in a list.
ASKED = {
    "customer_id": "the customer",
    "product_id": "the product",
    "event": "the event",
    "event_date": "the time of the event",
}
SUBJECTS = {"customer_id": "customer", "product_id": "product"}


def choose_columns(
    connection: duckdb.DuckDBPyConnection,
    proposal: Proposal,
    columns: list[ColumnProfile],
    roles: Roles,
    elements: Mapping[str, list[str]],
    *,
    has_names: bool,
) -> dict[str, ColumnProfile]:
    """Propose columns, expressions, aliases and the time format.

    Args:
        elements: by role, fields of the elements of lists.

    Returns:
        The columns that were chosen, by our name.
    """
    chosen: dict[str, ColumnProfile] = {}

    def take(role: str, one: Candidate) -> None:
        chosen[role] = one.column
        if not one.is_ours:
            given = one.column.name if has_names else one.column.position
            proposal.add("columns", given, one.why, role)

    asked = set()
    for role, subject in ASKED.items():
        # Where a column has the role beyond doubt, lists of other things do not matter.
        named = [one.column.name for one in roles.named(role)]
        if elements.get(role) and not any(one.is_ours for one in roles.named(role)):
            ask_for_element(proposal, role, subject, elements[role], named)
            asked.add(role)
    for role in SUBJECTS:
        if role in asked:
            continue
        if one := _subject(proposal, roles, role, has_names=has_names):
            take(role, one)
    if "event" not in asked:
        choose_event(proposal, columns, roles, take, has_names=has_names)
    if "event_date" in asked:
        return chosen
    if one := _time(connection, proposal, roles, has_names=has_names):
        take("event_date", one)
        time = roles.times[one.column.name]
        _format_of_times(proposal, one.column, time)
        if odd := odd_times(connection, one.column, time):
            proposal.warnings.append(odd)
        if apart := time_of_day_apart(connection, one.column, columns):
            proposal.warnings.append(apart)
    names = roles.named("product_name")
    if len(names) == 1 or (names and names[0].is_ours):
        take("product_name", names[0])
    suggest_amount(connection, proposal, roles, has_names=has_names)
    for one in roles.named("quantity"):
        if one.column.negative:
            proposal.warnings.append(
                f"{one.column.name} is negative in {one.column.negative:,} of"
                f" {one.column.rows:,} rows: cancellations? To set them aside, add to"
                f" row_filter: try_cast({quoted(one.column.name)} as double) > 0"
            )
    return chosen


def _subject(
    proposal: Proposal, roles: Roles, role: str, *, has_names: bool
) -> Candidate | None:
    """The customer or the product, if only one column says so by its name."""
    named = roles.named(role)
    if len(named) == 1:
        return named[0]
    candidates = named or roles.candidates[role]
    subject = SUBJECTS[role]
    if not candidates:
        proposal.problems.append(
            f"No column could be the {subject}: if one is, name it in the mapping"
            f" (columns: {{{role}: ...}})."
        )
        return None
    listed = "; ".join(
        f"{shown_column(one.column, has_names=has_names)}"
        f" ({one.why.removeprefix('its name; ')})"
        for one in candidates[:6]
    )
    question = (
        f"Which column is the {subject}: {listed}?"
        if len(candidates) > 1
        else f"Is this column the {subject}: {listed}?"
    )
    proposal.ask(
        "columns",
        [one.column.name if has_names else one.column.position for one in candidates[:6]],
        question,
        role,
    )
    return None


def _time(
    connection: duckdb.DuckDBPyConnection,
    proposal: Proposal,
    roles: Roles,
    *,
    has_names: bool,
) -> Candidate | None:
    """The time, if there is one, or if all others say the same."""
    named = roles.named("event_date")
    if not named:
        proposal.problems.append("No column could be the time of the event.")
        return None
    # One that a build can read as it is, before one that says the same.
    first, *others = sorted(
        named,
        key=lambda one: (not one.is_ours, not roles.times[one.column.name].is_readable),
    )
    different = [
        one
        for one in others
        if (not first.is_ours or _is_finer(connection, one, first, roles))
        and not _are_the_same(connection, first, one, roles)
    ]
    if not different:
        return first
    listed = "; ".join(
        f"{shown_column(one.column, has_names=has_names)}"
        f" (such as {one.column.examples[0]})"
        for one in (first, *different)
    )
    proposal.ask(
        "columns",
        [
            one.column.name if has_names else one.column.position
            for one in (first, *different)
        ],
        f"Which column is the time of the event: {listed}?",
        "event_date",
    )
    return None


def _as_times(candidate: Candidate, roles: Roles) -> str | None:
    """SQL for the times of a column; None if it cannot be read as times."""
    return roles.times[candidate.column.name].as_sql


def _are_the_same(
    connection: duckdb.DuckDBPyConnection, one: Candidate, other: Candidate, roles: Roles
) -> bool:
    """Whether two columns hold the same times."""
    first, second = _as_times(one, roles), _as_times(other, roles)
    if not first or not second:
        return False
    row = connection.execute(
        f"select count(*) filter (abs(epoch({first}) - epoch({second})) < 1), count(*)"
        f" from {TABLE} where {first} is not null or {second} is not null"
    ).fetchone()
    return bool(row and row[1] and row[0] >= SAME * row[1])


def _is_finer(
    connection: duckdb.DuckDBPyConnection, one: Candidate, other: Candidate, roles: Roles
) -> bool:
    """Whether a column has times of day and the other one only days."""
    first, second = _as_times(one, roles), _as_times(other, roles)
    if not first or not second:
        return False
    row = connection.execute(
        f"select bool_or({first} <> date_trunc('day', {first})),"
        f" bool_or({second} <> date_trunc('day', {second})) from {TABLE}"
    ).fetchone()
    return bool(row and row[0] and row[1] is False)


def _format_of_times(proposal: Proposal, column: ColumnProfile, time: TimeEvidence) -> None:
    """The setting `time_format`."""
    proposal.warnings.extend(time.warnings)
    if time.choices:
        proposal.ask(
            "time_format",
            time.choices,
            f"How does {column.name} write dates: {time.evidence}?",
        )
    elif time.time_format is None and not time.is_native:
        proposal.problems.append(
            f"The times of {column.name} cannot be read: {time.evidence}."
        )
    elif time.time_format not in (None, "iso"):
        proposal.add("time_format", time.time_format, time.evidence)

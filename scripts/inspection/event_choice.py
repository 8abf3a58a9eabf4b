"""Which column is the event, or what the event of all rows is, and its name here."""

from collections.abc import Callable

from scripts.inspection.column_names import SALE_WORDS, words_of
from scripts.inspection.column_profiles import ColumnProfile
from scripts.inspection.column_roles import Candidate, Roles, shown_column
from scripts.inspection.event_names import meaning_of, weighted_events
from scripts.inspection.proposal import Proposal
from scripts.inspection.sampled_table import quoted

# States of an order that brought nothing, or was given back.
UNDONE = {
    *("cancelled", "canceled", "refunded", "returned", "failed", "declined", "rejected"),
    *("voided", "void", "expired", "abandoned", "chargeback"),
    *("storniert", "erstattet", "retourniert", "abgebrochen"),
}


def choose_event(
    proposal: Proposal,
    columns: list[ColumnProfile],
    roles: Roles,
    take: Callable[[str, Candidate], None],
    *,
    has_names: bool,
) -> None:
    """The event, by a column or of all rows, if there is one choice."""
    named = roles.named("event")
    if len(named) == 1 or (named and named[0].is_ours):
        take("event", named[0])
        _aliases(proposal, named[0].column)
        return
    if named:
        listed = ", ".join(shown_column(one.column, has_names=has_names) for one in named)
        proposal.ask(
            "columns",
            [one.column.name if has_names else one.column.position for one in named],
            f"Which column is the event: {listed}?",
            "event",
        )
        return
    sales = [
        column.name
        for column in columns
        if has_names and set(words_of(column.name)) & SALE_WORDS
    ]
    sales += [
        one.column.name for role in ("quantity", "price") for one in roles.named(role)
    ]
    ratings = [one.column.name for one in roles.named("rating")]
    if bool(sales) != bool(ratings):
        event, evidence = ("purchased", sales) if sales else ("rating", ratings)
        proposal.add(
            "expressions",
            f"'{event}'",
            f"no event column; every row is taken for one, because of the"
            f" column{'s' if len(evidence) > 1 else ''} {', '.join(evidence[:4])}",
            "event",
        )
        if sales:
            _warn_of_undone_sales(proposal, columns)
        return
    proposal.ask(
        "expressions",
        ["'purchased'", "'rating'", "'view'"],
        "What is the event of a row? No column says it; name the one of all rows.",
        "event",
    )


def _warn_of_undone_sales(proposal: Proposal, columns: list[ColumnProfile]) -> None:
    """Rows that would count as purchases, although their status says otherwise."""
    for column in columns:
        undone = [value for value in column.few if value.strip().lower() in UNDONE]
        if not undone or len(undone) == len(column.few):
            continue
        listed = ", ".join(f"{value} ({column.few[value]:,})" for value in undone)
        values = ", ".join("'{}'".format(value.replace("'", "''")) for value in undone)
        proposal.warnings.append(
            f"{column.name} has {listed}: these rows count as purchases. To set them aside,"
            f" add to row_filter: coalesce({quoted(column.name)}, '') not in ({values})"
        )


def _aliases(proposal: Proposal, column: ColumnProfile) -> None:
    """Events that have another name here, and those without a weight."""
    if column.is_number:
        proposal.ask(
            "event_aliases",
            [dict.fromkeys(column.few, "view")],
            f"Which events are the codes {', '.join(column.few)} of {column.name}?",
        )
        return
    events = {}
    for value in column.few:
        meaning = meaning_of(value)
        events[value] = meaning or value.strip().lower()
        if meaning and meaning != value.strip().lower():
            proposal.add("event_aliases", meaning, "by its meaning", value)
    unweighted = sorted(set(events.values()) - weighted_events())
    if unweighted and column.few:
        proposal.advise(
            "event_weights",
            dict.fromkeys(unweighted, 1),
            "these events have no weight in seeds/event_weights.csv and count 1",
        )

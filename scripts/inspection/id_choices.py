"""The setting `id_type`, rows without an id, and ids that have lost digits."""

from scripts.inspection.column_profiles import WHOLE_TYPES, ColumnProfile
from scripts.inspection.proposal import Proposal
from scripts.inspection.sampled_table import quoted
from scripts.inspection.value_kinds import BUILD_NULL_WORDS
from scripts.settings.build_settings import BuildSettings

# Digits of a whole number that fits into 64 bits whatever they are.
MOST_DIGITS = 18
# Above, numbers of floating point skip whole numbers.
EXACT = {"FLOAT": 2**24, "DOUBLE": 2**53}
ID_COLUMNS = ("customer_id", "product_id")


def choose_id_type(proposal: Proposal, columns: dict[str, ColumnProfile]) -> None:
    """Propose the type of ids, and a filter for rows without one.

    Args:
        columns: those of the ids that are known, by our name.
    """
    ids = {role: columns[role] for role in ID_COLUMNS if role in columns}
    reasons = [reason for column in ids.values() if (reason := _why_text(column))]
    if reasons:
        proposal.add("id_type", "text", "; ".join(reasons))
    elif len(ids) == len(ID_COLUMNS):
        proposal.add("id_type", "integer", "the ids are whole numbers")
    for column in ids.values():
        _warn_of_lost_digits(proposal, column)
        if column.with_invisible:
            proposal.warnings.append(
                f"{column.name}: {column.with_invisible} of {column.filled} ids have"
                " invisible characters, such as zero-width or no-break spaces."
            )
    conditions = [
        condition
        for column in ids.values()
        if (condition := _filter(proposal, column, is_text=bool(reasons)))
    ]
    if conditions:
        proposal.add(
            "row_filter", " and ".join(conditions), "rows without an id are set aside"
        )


def _why_text(column: ColumnProfile) -> str:
    """Why ids of a column are text; empty if they are whole numbers."""
    if column.stored in WHOLE_TYPES | set(EXACT):
        return ""
    if column.with_leading_zero:
        return f"{column.name}: {column.with_leading_zero} of {column.filled} begin with 0"
    if column.longest > MOST_DIGITS:
        return f"{column.name}: up to {column.longest} digits"
    if column.not_whole:
        return f"{column.name} is not always a whole number, such as {column.not_whole}"
    return ""


def _warn_of_lost_digits(proposal: Proposal, column: ColumnProfile) -> None:
    count = column.kinds["scientific notation"]
    limit = EXACT.get(column.stored)
    if limit and column.highest is not None and column.highest >= limit:
        proposal.warnings.append(
            f"{column.name} is of type {column.stored.lower()} and has numbers of {limit:,}"
            " or more: digits are lost and different ids are the same. Export it as whole"
            " numbers or text."
        )
    elif count and not limit:
        example = next((v for v in column.examples if "e" in v.lower()), column.examples[0])
        proposal.warnings.append(
            f"{column.name}: {count} of {column.filled} ids are in scientific notation,"
            f" such as {example}: digits are lost and different ids are the same. Export"
            " them as text."
        )


def _filter(proposal: Proposal, column: ColumnProfile, *, is_text: bool) -> str:
    """A condition for rows with an id, where a build would stop or take a word for one."""
    most = BuildSettings.model_fields["max_reject_share"].default
    name = quoted(column.name)
    count = column.kinds["word for nothing"]
    would_be_ids = is_text and {word.lower() for word in column.words} - BUILD_NULL_WORDS
    if count and (would_be_ids or (count + column.nulls) / column.rows > most):
        words = ", ".join("'{}'".format(word.replace("'", "''")) for word in column.words)
        proposal.warnings.append(
            f"{column.name}: {count} of {column.rows} rows have a word for nothing"
            f" ({', '.join(column.words)}); the row filter sets them aside."
        )
        return f"trim(cast({name} as varchar)) not in ({words})"
    if column.null_share > most:
        proposal.warnings.append(
            f"{column.name} is empty in {column.nulls} of {column.rows} rows"
            f" ({column.null_share:.1%}); the row filter sets them aside."
        )
        return f"{name} is not null"
    return ""

"""Which columns could be the customer, the product, the event, the time ..., and why.

A name counts first; what is in the column has to agree. Names that say nothing leave the
choice to a person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scripts.inspection.column_names import roles_of_name
from scripts.inspection.column_profiles import ColumnProfile
from scripts.inspection.event_names import meaning_of
from scripts.inspection.time_reading import TimeEvidence

MOST_EVENTS = 60
# Events that are written as numbers.
MOST_CODES = 12
# Of seconds since 1970, from 1973 on.
EPOCH_DIGITS = 9
ROLES = (
    "customer_id",
    "product_id",
    "event",
    "event_date",
    "product_name",
    "price",
    "quantity",
    "rating",
)


@dataclass(frozen=True)
class Candidate:
    """A column that could have a role.

    Attributes:
        why: the evidence, in words.
        is_named: whether its name says so; else only what is in it fits.
        is_ours: whether it has the name that a build looks for.
    """

    column: ColumnProfile
    why: str
    is_named: bool
    is_ours: bool = False


@dataclass(frozen=True)
class Roles:
    """Candidates by role, the most likely first; and the evidence of every time column."""

    candidates: Mapping[str, list[Candidate]]
    times: Mapping[str, TimeEvidence] = field(default_factory=dict)

    def named(self, role: str) -> list[Candidate]:
        """Candidates whose name says so, or what is in them beyond doubt."""
        return [one for one in self.candidates[role] if one.is_named]


def find_roles(
    columns: Sequence[ColumnProfile], times: Mapping[str, TimeEvidence], *, has_names: bool
) -> Roles:
    """The candidates of every role.

    Args:
        times: the columns that can be read as times, with the evidence.
        has_names: whether the columns have names of their own.
    """
    found: dict[str, list[Candidate]] = {role: [] for role in ROLES}
    for column in columns:
        names = roles_of_name(column.name) if has_names else set()
        for role in ROLES:
            why = _fits(role, column, names, times)
            if why is not None:
                is_ours = has_names and column.name.lower() == role
                is_surely = role in ("event", "event_date") and bool(why)
                is_named = role in names or is_surely
                said = f"its name; {why}" if role in names and why else why or "its name"
                found[role].append(Candidate(column, said, is_named, is_ours))
    for candidates in found.values():
        candidates.sort(key=lambda one: (not one.is_ours, not one.is_named))
    taken = {
        one.column.name
        for role in ("event", "event_date")
        for one in found[role]
        if one.is_named
    }
    for role in ("customer_id", "product_id"):
        found[role] = [one for one in found[role] if one.column.name not in taken]
    return Roles(found, times)


def shown_column(column: ColumnProfile, *, has_names: bool) -> str:
    """A column in a sentence."""
    return column.name if has_names else f"column {column.position}"


def _fits(
    role: str,
    column: ColumnProfile,
    names: set[str],
    times: Mapping[str, TimeEvidence],
) -> str | None:
    """The evidence that a column may have a role; None if it cannot.

    Columns without a telling name are candidates for ids if they hold ids.
    """
    if not column.filled or column.is_nested:
        return None
    time = times.get(column.name)
    if role == "event_date":
        if time is None:
            return None
        is_surely = (
            time.is_native or column.looks_like_time or column.longest >= EPOCH_DIGITS
        )
        # Long numbers of another name are ids.
        is_surely = is_surely and (column.looks_like_time or time.is_native or not names)
        return time.evidence if role in names or is_surely else None
    if role == "event":
        return _fits_event(column, names)
    if role in ("customer_id", "product_id"):
        if time is not None and (column.looks_like_time or role not in names):
            return None
        if role not in names and (names or not _holds_ids(column)):
            return None
        return _repeats(column)
    if role not in names:
        return None
    if role in ("price", "quantity", "rating") and not column.is_number:
        return None
    if role == "quantity" and column.negative:
        return f"{column.negative} of {column.rows} values are negative"
    return ""


def _fits_event(column: ColumnProfile, names: set[str]) -> str | None:
    """The evidence for events: a few words, known ones among them."""
    if column.looks_like_time or column.distinct > MOST_EVENTS:
        return None
    if column.is_number:
        is_code = "event" in names and column.distinct <= MOST_CODES
        return f"{_values(column.distinct)}, which are codes" if is_code else None
    known = [value for value in column.few if meaning_of(value)]
    if len(known) >= max(1, len(column.few) / 2):
        return f"{_values(len(column.few))}, such as {', '.join(known[:4])}"
    return _values(column.distinct) if "event" in names else None


def _values(count: int) -> str:
    return "1 value" if count == 1 else f"{count} values"


def _holds_ids(column: ColumnProfile) -> bool:
    """Whether the values could be ids: many whole numbers or texts."""
    if (
        column.share(
            "number", "number with comma", "number with thousands", "true or false"
        )
        > 0.1
    ):
        return False
    return column.distinct > min(MOST_EVENTS, 0.5 * column.filled)


def _repeats(column: ColumnProfile) -> str:
    """How often the values of a column repeat."""
    each = column.filled / column.distinct
    return f"{column.distinct:,} different in {column.filled:,} rows ({each:.1f} rows each)"

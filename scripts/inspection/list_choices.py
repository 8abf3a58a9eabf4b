"""Columns of JSON and Parquet files that hold lists: is each element a row of the log?"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scripts.inspection.column_names import roles_of_name
from scripts.inspection.column_profiles import ColumnProfile
from scripts.inspection.proposal import Proposal

ROLES = {"customer_id", "product_id", "event", "event_date"}


@dataclass(frozen=True)
class ListColumn:
    """A column whose values are lists of objects.

    Attributes:
        fields: of its elements, as far as they were seen.
    """

    column: ColumnProfile
    fields: tuple[str, ...]

    def elements(self, role: str) -> list[str]:
        """Fields that could have a role, by their names as columns after `unnest`."""
        return [
            f"{self.column.name}.{field}"
            for field in self.fields
            if role in _roles(self.column.name, field)
        ]

    @property
    def is_likely(self) -> bool:
        """Whether its elements could be rows of a log."""
        return any(self.elements(role) for role in ROLES)


def _roles(name: str, field: str) -> set[str]:
    # What an `id` is of, the list says.
    return roles_of_name(f"{name}.{field}" if field in ("id", "name") else field)


def lists_of(columns: Sequence[ColumnProfile]) -> Iterator[ListColumn]:
    """The columns that hold lists of objects."""
    for column in columns:
        filled = [one for one in column.examples if one != "[]"]
        if column.stored.startswith("STRUCT") and column.stored.endswith("]"):
            fields = re.findall(r'(?:\(|, )"?(\w+)"? ', column.stored)
        elif filled and all(one.startswith("[{") for one in filled):
            fields = re.findall(r'[{,] ?"(\w+)":', " ".join(filled))
        else:
            continue
        yield ListColumn(column, tuple(dict.fromkeys(fields)))


def choose_unnest(proposal: Proposal, lists: Sequence[ListColumn]) -> None:
    """Ask whether the elements of a list are the rows; others are only named."""
    likely = [one for one in lists if one.is_likely]
    for one in lists:
        if one not in likely:
            name = one.column.name
            proposal.warnings.append(
                f"{name} holds lists: with unnest: {name} in the mapping, each element is a"
                f" row, and its fields are columns such as {name}.{(*one.fields, 'id')[0]}."
            )
    if not likely:
        return
    said = "; ".join(
        f"{one.column.name} has elements with {', '.join(one.fields[:6])}" for one in likely
    )
    first = likely[0]
    proposal.ask(
        "unnest",
        [one.column.name for one in likely],
        f"Is each element of a list a row of the log: {said}? With unnest:"
        f" {first.column.name} their fields are columns such as"
        f" {first.column.name}.{first.fields[0]}; without it each line is a row.",
    )


def elements_by_role(lists: Sequence[ListColumn]) -> Mapping[str, list[str]]:
    """Fields of elements that could have each role."""
    return {role: [name for one in lists for name in one.elements(role)] for role in ROLES}


def ask_for_element(
    proposal: Proposal,
    role: str,
    subject: str,
    elements: Sequence[str],
    others: Sequence[str],
) -> None:
    """Ask for the column of a role where the elements of lists may have it."""
    listed = "; ".join([*(f"{name} (with unnest)" for name in elements), *others])
    question = "Which column is" if len(elements) + len(others) > 1 else "Is this column"
    proposal.ask("columns", [*elements, *others], f"{question} {subject}: {listed}?", role)

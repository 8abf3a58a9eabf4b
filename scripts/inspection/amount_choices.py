"""Which columns could be an amount, or a price and a quantity: only suggested.

A name does not say whether an amount is that of the row, or of its whole order.
"""

import duckdb

from scripts.inspection.column_names import words_of
from scripts.inspection.column_profiles import ColumnProfile
from scripts.inspection.column_roles import Roles
from scripts.inspection.proposal import Proposal
from scripts.inspection.sampled_table import TABLE, quoted
from scripts.inspection.value_kinds import PATTERNS

# Words of what a row is worth, and of one piece; others, such as cost, say neither.
OF_THE_ROW = {
    *("amount", "revenue", "betrag", "umsatz", "sales", "payment", "spend"),
}
OF_A_PIECE = {"price", "preis", "unitprice", "einzelpreis", "stückpreis"}
WHY = "{}; experiments and plans then use it as revenue"


def suggest_amount(
    connection: duckdb.DuckDBPyConnection,
    proposal: Proposal,
    roles: Roles,
    *,
    has_names: bool,
) -> None:
    """Suggest `amount`, or `price` and `quantity`, and the marks of their numbers."""
    priced = [one.column for one in roles.named("price")]
    quantities = [one.column for one in roles.named("quantity")]
    of_a_piece = [one for one in priced if set(words_of(one.name)) & OF_A_PIECE]
    of_the_row = [
        one
        for one in priced
        if set(words_of(one.name)) & OF_THE_ROW and one not in of_a_piece
    ]
    if len(of_the_row) == 1:
        found = {"amount": of_the_row[0]}
        why = "if it is what the row is worth, and not a whole order"
    elif len(of_a_piece) == 1 and len(quantities) == 1:
        found = {"price": of_a_piece[0], "quantity": quantities[0]}
        why = "if it is the price of one piece"
    else:
        return
    for role, column in found.items():
        given = column.name if has_names else column.position
        proposal.advise("columns", given, WHY.format(why), role)
    _suggest_marks(connection, proposal, list(found.values()))


def _suggest_marks(
    connection: duckdb.DuckDBPyConnection,
    proposal: Proposal,
    columns: list[ColumnProfile],
) -> None:
    """The decimal comma, and what divides thousands before it or before a point."""
    for column in columns:
        if not column.kinds["number with thousands"]:
            continue
        value = f"trim(cast({quoted(column.name)} as varchar))"
        pattern = PATTERNS["number with thousands"]
        row = connection.execute(
            f"select min({value}) from {TABLE}"
            f" where regexp_full_match({value}, '{pattern}')"
        ).fetchone()
        example = str(row[0]) if row else ""
        mark, shown = (",", "a comma") if "," in example else ("'", "an apostrophe")
        why = f"{column.name} divides thousands by {shown}, such as {example}"
        proposal.advise("thousands_mark", mark, why)
        return
    with_comma = [one for one in columns if one.kinds["number with comma"]]
    if not with_comma:
        return
    proposal.advise("decimal_mark", ",", f"{with_comma[0].name} has decimal commas")
    for mark, shown in ((".", "a point"), (" ", "a blank")):
        value = f"trim(cast({quoted(with_comma[0].name)} as varchar))"
        pattern = rf"[+-]?\d{{1,3}}([{mark}]\d{{3}})+,\d+"
        row = connection.execute(
            f"select min({value}) from {TABLE}"
            f" where regexp_full_match({value}, '{pattern}')"
        ).fetchone()
        if row and row[0]:
            why = f"{with_comma[0].name} divides thousands by {shown}, such as {row[0]}"
            proposal.advise("thousands_mark", mark, why)

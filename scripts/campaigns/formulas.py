"""Text of a CSV file that a spreadsheet would compute: a ' before it, and off again."""

from collections.abc import Iterable

# The characters with which such a text begins, for regular expressions; four also in full
# width, which Japanese programs compute too. The API has the same in export_formats.py.
FIRST = r"[=+@\t\r" + "\uff1d\uff0b\uff20\uff0d-]"
FORMULA = f"^{FIRST}"
# The columns of a list that may be text.
TEXTS = [
    "campaign_id",
    "experiment_id",
    "product_id",
    "customer_id",
    "arm",
    "explanation",
    "channel",
]
# Of the user's own columns. A text that had a quote before gets another one.
QUOTED_VALUE = f"^''*{FIRST}"


def quoted(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def with_quotes(own_columns: Iterable[str]) -> str:
    """The columns of a list as SQL, with a quote before each such text.

    Args:
        own_columns: columns of the user's own table that the list has too.
    """
    columns = [
        # Ids that are numbers stay what they are.
        f"case when typeof({name}) = 'VARCHAR'"
        f" and regexp_matches({name}::text, '{FORMULA}')"
        f" then concat('''', {name}) else {name}::text end as {name}"
        for name in TEXTS
    ] + [
        f"case when regexp_matches({name}, '{QUOTED_VALUE}')"
        f" then concat('''', {name}) else {name} end as {name}"
        for name in map(quoted, own_columns)
    ]
    return f"* replace ({', '.join(columns)})"


def without_quotes(names: Iterable[str], own_columns: Iterable[str]) -> str:
    """The columns of a list as SQL, without the quotes that `with_quotes` put.

    Args:
        names: the columns that the list has. An id that the table `ledger` has too begins
            with a quote by itself.
        own_columns: those of the user's own table.
    """
    columns = []
    for name in TEXTS:
        if name in names:
            is_id = name in ("product_id", "customer_id")
            unknown = f" and {name} not in (select {name} from ledger)" if is_id else ""
            columns.append(
                f"case when starts_with({name}, '''')"
                f" and regexp_matches(substr({name}, 2), '{FORMULA}'){unknown}"
                f" then substr({name}, 2) else {name} end as {name}"
            )
    columns += [
        f"case when starts_with({name}, '''') and regexp_matches({name}, '{QUOTED_VALUE}')"
        f" then substr({name}, 2) else {name} end as {name}"
        for name in map(quoted, own_columns)
    ]
    return f"* replace ({', '.join(columns)})"

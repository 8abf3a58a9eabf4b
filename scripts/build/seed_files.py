"""The seeds of a build: the tables that people edit, of the checkout or of a workspace."""

import csv
import re
from pathlib import Path

from scripts.build.log_source import LogSourceError
from scripts.build_folder import PROJECT, BuildFolder, shown
from scripts.workspace import TABLES, WorkspaceError, own_file, workspace


def tables() -> list[Path]:
    """The file of each seed: that of the workspace, or of the checkout.

    Raises:
        WorkspaceError: the workspace has a table that is no seed.
    """
    seeds = sorted((PROJECT / "seeds").glob("*.csv"))
    root = workspace()
    folder = root / TABLES if root else None
    names = {seed.name for seed in seeds}
    for own in sorted(folder.iterdir()) if folder and folder.is_dir() else []:
        if not own.name.startswith(".") and (own.name not in names or not own.is_file()):
            raise WorkspaceError(
                f"{own} is no table of a workspace: expected one of"
                f" {', '.join(sorted(names))}"
            )
    return [own_file(seed) for seed in seeds]


def check_seeds() -> None:
    """See that the seeds have known columns, and as many values in every row.

    Raises:
        WorkspaceError: the workspace has a table that is no seed.
        LogSourceError: one has not; dbt would not say in which file, and would run a
            name of a column as SQL.
    """
    for file in tables():
        try:
            _check_seed(file)
        except UnicodeDecodeError as error:
            raise LogSourceError(
                f"{shown(file)} is not UTF-8 (byte {error.start + 1} is"
                f" {error.object[error.start]:#x}): save it as 'CSV UTF-8'"
            ) from error
        except csv.Error as error:
            raise LogSourceError(f"{shown(file)} is no CSV: {error}") from error


def _check_seed(file: Path) -> None:
    """See that a seed has known columns, each once, and as many values in every row.

    Raises:
        LogSourceError: it has not.
    """
    name = shown(file)
    known = columns_of_seed(file.name)
    # A longer value is a quote that nothing closes. dbt's libraries lift this limit.
    csv.field_size_limit(131_072)
    with file.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream)
        names = next(rows, [])
        if not names:
            raise LogSourceError(f"{name} is empty: expected the header {','.join(known)}")
        if len(names) == 1 and ";" in names[0]:
            raise LogSourceError(f"{name} has semicolons: expected commas between values")
        for column in names:
            if not re.fullmatch(r"[A-Za-z_]\w*", column, re.ASCII):
                raise LogSourceError(
                    f"{name}, line 1 names the column {column!r}: expected letters, digits"
                    " and _"
                )
            if column not in known:
                raise LogSourceError(
                    f"{name}, line 1 names the column {column}: expected {', '.join(known)}"
                )
            if names.count(column) > 1:
                raise LogSourceError(f"{name}, line 1 names the column {column} twice")
        for row in rows:
            if row and len(row) != len(names):
                raise LogSourceError(
                    f"{name}, line {rows.line_num} has {len(row)} values, expected"
                    f" {len(names)}: {','.join(names)}"
                )


def columns_of_seed(name: str) -> list[str]:
    """The columns of a seed, as the checkout has it."""
    with (PROJECT / "seeds" / name).open(encoding="utf-8", newline="") as stream:
        return next(csv.reader(stream))


def write_seeds(folder: BuildFolder) -> Path:
    """Put the seeds of a build into one folder, where dbt reads their rows.

    A column that a later version has added, and a table of the workspace lacks, is empty.

    Returns:
        The folder in which dbt finds `seeds/NAME.csv`.
    """
    files = tables()
    if all(file.parent == PROJECT / "seeds" for file in files):
        return PROJECT
    target = folder.root / "seeds"
    (target / "seeds").mkdir(parents=True, exist_ok=True)
    for file in files:
        with (
            file.open(encoding="utf-8-sig", newline="") as source,
            (target / "seeds" / file.name).open("w", encoding="utf-8", newline="") as copy,
        ):
            writer = csv.DictWriter(copy, columns_of_seed(file.name), restval="")
            writer.writeheader()
            writer.writerows(csv.DictReader(source))
    return target

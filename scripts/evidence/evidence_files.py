"""Between the programs of the evidence and the warehouse: what they read and write."""

from pathlib import Path

import duckdb
import pyarrow
from pyarrow import parquet

from scripts.build_folder import BuildFolder
from scripts.reported_error import ReportedError


class EvidenceError(ReportedError):
    """Evidence that cannot be measured; the message says why and what to do."""


def not_installed(error: ImportError) -> EvidenceError:
    """The error for a missing library of the evidence."""
    return EvidenceError(
        f"{error.name} is not installed: run `make evidence`, or install the project with"
        " its extra `evidence`"
    )


def open_warehouse(folder: BuildFolder) -> duckdb.DuckDBPyConnection:
    """The private warehouse, for reading.

    Raises:
        EvidenceError: there is none.
    """
    if not folder.warehouse.exists():
        raise EvidenceError(f"No warehouse at {folder.warehouse}: run `audience evidence`")
    return duckdb.connect(folder.warehouse, read_only=True)


def with_fingerprint(rows: pyarrow.Table, fingerprint: str) -> pyarrow.Table:
    """The rows with the fingerprint of the log that they were learnt from."""
    column = pyarrow.array([fingerprint] * rows.num_rows, pyarrow.string())
    return rows.add_column(0, "log_fingerprint", column)


def store(folder: BuildFolder, name: str, rows: pyarrow.Table) -> Path:
    """Write rows for the warehouse in one step."""
    path = folder.evidence / f"{name}.parquet"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".unfinished-{path.name}")
    parquet.write_table(rows, unfinished)
    unfinished.replace(path)
    return path

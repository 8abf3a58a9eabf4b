"""Customers who have opted out: a small file next to the releases.

An opt-out must not wait for the next release. `audience suppress` writes the file
(scripts/releases/opted_out_file.py), every worker watches it, and the API leaves its
customers out of every answer.
"""

import asyncio
import hashlib
import json
import logging
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb

FILE = "opted_out.json"
# The database of the table `opted_out`, as the queries name it.
NOTED = "noted"
WHOLE_NUMBER = re.compile(r"[+-]?[0-9]{1,19}")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OptOuts:
    """Customers who have opted out.

    Attributes:
        customers: their ids as text, in the form of the log.
        tag: a part of entity tags, which changes with the file; empty without customers.
    """

    customers: frozenset[str] = frozenset()
    tag: str = ""

    @classmethod
    def of(cls, content: bytes) -> "OptOuts":
        """The content of the file.

        Raises:
            ValueError, KeyError, TypeError: it is damaged.
        """
        found = json.loads(content)
        customers = frozenset(map(_text, found["noted"] + found["listed"]))
        tag = f"-{hashlib.sha256(content).hexdigest()[:8]}" if customers else ""
        return cls(customers, tag)

    def ids(self, *, are_text: bool) -> frozenset[int | str]:
        """The ids in the type of a release; those of another log are left out."""
        if are_text:
            return self.customers
        numbers = map(int, filter(WHOLE_NUMBER.fullmatch, self.customers))
        return frozenset(number for number in numbers if -(2**63) <= number < 2**63)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected ids as text")
    return value


class OptOutFile:
    """The file, read again when it changes.

    Attributes:
        opt_outs: its last readable content; None before the first.
        trouble: why its content is not known now; None if it is.
    """

    def __init__(self, folder: Path) -> None:
        """Set it up; nothing is read yet.

        Args:
            folder: of the releases.
        """
        self._path = folder / FILE
        self._read: tuple[int, ...] | None = None
        self.opt_outs: OptOuts | None = None
        self.trouble: str | None = None

    async def look(self) -> None:
        """Read the file if it has changed.

        An unreadable or missing file takes no opt-out back: the last content stays.
        """
        trouble = None
        try:
            facts = self._path.stat()
            mark = (facts.st_mtime_ns, facts.st_ino, facts.st_size)
            if mark != self._read:
                content = await asyncio.to_thread(self._path.read_bytes)
                found = OptOuts.of(content)
                self._read = mark
                if found != self.opt_outs:
                    self.opt_outs = found
        except FileNotFoundError:
            if self._read is None:
                self.opt_outs = OptOuts()
            else:
                trouble = "is gone"
        except OSError as error:
            trouble = f"cannot be read ({error.strerror})"
        except (ValueError, KeyError, TypeError, RecursionError):
            trouble = "is damaged"
        if trouble:
            trouble = (
                f"{self._path.name} with the opt-outs {trouble}: the latest of them may"
                " not be in effect. `audience publish` writes the file again; its owner"
                " must be the user of the API."
            )
            if trouble != self.trouble:
                log.warning("%s", trouble)
        self.trouble = trouble


def create_table(
    connection: duckdb.DuckDBPyConnection, database: str, id_type: str
) -> None:
    """Create the table that queries leave out, in memory next to a release.

    Args:
        connection: of the release; its cursors see the table too.
        database: a name for its database.
        id_type: of the ids of the release, as DuckDB names it.
    """
    connection.execute(f"attach ':memory:' as {database} (read_write)")
    connection.execute(f"create table {database}.opted_out (customer_id {id_type})")


def write_table(
    connection: duckdb.DuckDBPyConnection,
    database: str,
    customers: Collection[int | str],
    json_ids: str,
) -> None:
    """Replace its rows, in one step.

    Args:
        database: see `create_table`.
        json_ids: the type of a JSON array of ids.
    """
    connection.execute(
        f"create or replace table {database}.opted_out as"
        " select unnest(from_json_strict($ids, $type)) as customer_id",
        {"ids": json.dumps(list(customers)), "type": json_ids},
    )

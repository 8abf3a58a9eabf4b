"""Customers who have opted out: a small file next to the releases.

An opt-out must not wait for the next release. `audience suppress` writes the file
(scripts/releases/opted_out_file.py), every worker watches it, and the API leaves its
customers out of every answer.
"""

import asyncio
import contextlib
import hashlib
import itertools
import json
import logging
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb

FILE = "opted_out.json"
# What is left of the file if it was removed.
LOCK = f".{FILE}.lock"
# The database of the table `opted_out`, as the queries name it.
NOTED = "noted"
# Ids that are inserted at once: the database must not parse one text with all of them.
CHUNK = 5000
# As in scripts/campaigns/opt_outs.py. It may have been noted for a log with text ids.
WHOLE_NUMBER = re.compile(r"([+-]?[0-9]{1,400})(?:\.0*)?")

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
            return frozenset(filter(_is_utf8, self.customers))
        found = filter(None, map(WHOLE_NUMBER.fullmatch, self.customers))
        numbers = (int(one[1]) for one in found)
        return frozenset(number for number in numbers if -(2**63) <= number < 2**63)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("expected ids as text")
    return value


def _is_utf8(customer: str) -> bool:
    """Whether a release can contain it; the database refuses a half of a character."""
    try:
        customer.encode()
    except UnicodeEncodeError:
        return False
    return True


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
                # In a thread: to parse many opt-outs takes a while.
                found = await asyncio.to_thread(lambda: OptOuts.of(self._path.read_bytes()))
                self._read = mark
                if found != self.opt_outs:
                    self.opt_outs = found
        except FileNotFoundError:
            if self._read is None and not self._path.with_name(LOCK).exists():
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
                " not be in effect. `audience build` writes the file again; the API"
                " must run as its owner or as a member of AUDIENCE_READERS_GROUP."
            )
            if trouble != self.trouble:
                log.warning("%s", trouble)
        self.trouble = trouble


class OptedOutTable:
    """The table `noted.opted_out`, which queries leave out.

    It is in memory, next to a release.

    Attributes:
        database: the name of its database instead of `noted`. Connections to one file share
            their databases within a process, so each open release has its own.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Set it up; `create` follows.

        Args:
            connection: of the release; its cursors see the table too.
        """
        self.database = f"{NOTED}_{uuid.uuid4().hex}"
        self._connection = connection
        self._customers: frozenset[int | str] = frozenset()

    def create(self, id_type: str) -> None:
        """Create the table; `id_type` is that of the ids, as DuckDB names it."""
        self._connection.execute(f"attach ':memory:' as {self.database} (read_write)")
        self._connection.execute(
            f"create table {self.database}.opted_out (customer_id {id_type})"
        )

    def write(self, customers: frozenset[int | str], json_ids: str) -> frozenset[int | str]:
        """Replace its rows, in one step; if it fails, they stay.

        Args:
            customers: their ids.
            json_ids: the type of a JSON array of ids.

        Returns:
            The customers.

        Raises:
            duckdb.Error: they do not fit the memory of the database.
        """
        connection = self._connection.cursor()
        new = customers - self._customers
        connection.begin()
        try:
            if self._customers - customers:  # Opt-outs were taken back.
                connection.execute(f"truncate {self.database}.opted_out")
                new = customers
            for chunk in _chunks(new):
                connection.execute(
                    f"insert into {self.database}.opted_out"
                    " select unnest(from_json_strict($ids, $type))",
                    {"ids": json.dumps(chunk), "type": json_ids},
                )
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            connection.close()
        self._customers = customers
        return customers

    def drop(self) -> None:
        """Remove it with its database, if there is one."""
        with contextlib.suppress(duckdb.Error):
            self._connection.execute(f"detach {self.database}")


def _chunks(customers: frozenset[int | str]) -> Iterator[list[int | str]]:
    ids = iter(customers)
    while chunk := list(itertools.islice(ids, CHUNK)):
        yield chunk

"""A table in PostgreSQL: the whole list in one transaction, each contact once."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import asyncpg

from scripts.campaigns.formulas import quoted
from scripts.delivery.batch import Batch, fingerprint, from_environment
from scripts.delivery.delivery_error import DeliveryError
from scripts.settings.destination_settings import PostgresqlDestination

KEY = ("export_id", "product_id", "customer_id")
TYPES = {
    "place": "bigint",
    "contact_on": "date",
    "purchase_probability": "double precision",
    "delivered_at": "timestamptz",
}
# Columns that lists of an earlier version did not have: a table may lack them.
OPTIONAL = {"ranking", "purchase_probability"}
FAILURES = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
LIBPQ = ("PGHOST", "PGPORT", "PGDATABASE", "PGSERVICE")


class PostgresqlReceiver:
    """Inserts contacts into a table.

    Attributes:
        target: tells this table from others.
    """

    def __init__(
        self, settings: PostgresqlDestination, environment: Mapping[str, str]
    ) -> None:
        """Read the URL of the database.

        Raises:
            DeliveryError: its variable is not set, or is no URL.
        """
        self._settings = settings
        self._table = ".".join(map(quoted, settings.table.split(".")))
        self._url: str | None = None
        server: list[object] = [environment.get(name) for name in LIBPQ]
        if settings.url_env:
            name = settings.url_env
            self._url = from_environment(environment, name, "the URL of a database")
            try:
                parts = urlsplit(self._url)
                server = [parts.hostname, parts.port, parts.path, parts.query]
            except ValueError:
                parts = None
            if not parts or parts.scheme not in ("postgresql", "postgres"):
                raise DeliveryError(
                    f"{name}: expected a URL such as"
                    " postgresql://user:password@host/database"
                )
        self.place = f"table {settings.table}"
        self.target = fingerprint(*server, settings.table)
        self.batch_size: int | None = None

    def send(self, batch: Batch) -> None:
        """Insert the contacts that the table does not have; all of them or none.

        Raises:
            DeliveryError: nothing was inserted.
        """
        asyncio.run(self._send(batch))

    async def _send(self, batch: Batch) -> None:
        seconds = self._settings.timeout_seconds
        try:
            connection = await asyncpg.connect(
                self._url,
                timeout=seconds,
                command_timeout=seconds,
                # Also works behind a pooler.
                statement_cache_size=0,
            )
        except (*FAILURES, ValueError) as error:
            raise DeliveryError(
                f"PostgreSQL cannot be reached: {_reason(error)}"
            ) from error
        try:
            async with connection.transaction():
                await self._insert(connection, batch)
        except FAILURES as error:
            raise self._refused(error) from error
        finally:
            connection.terminate()  # Of a closed one nothing is left.

    async def _insert(self, connection: Any, batch: Batch) -> None:
        columns = ["export_id", *batch.written.columns]
        try:
            types = await self._types(connection, columns)
        except asyncpg.PostgresError as error:
            raise DeliveryError(
                f"Table {self._settings.table} cannot be made: {_reason(error)}"
            ) from error
        columns = [name for name in columns if name in types]
        names = ", ".join(map(quoted, columns))
        # As text, which the server reads as the type of the column.
        given = ", ".join(f"${number}::text[]" for number in range(1, len(columns) + 1))
        cast = ", ".join(f"source.{quoted(name)}::{types[name]}" for name in columns)
        for chunk in batch.chunks():
            rows = [{"export_id": batch.written.export_id, **row} for row in chunk]
            await connection.execute(
                f"insert into {self._table} ({names}) select {cast}"
                f" from unnest({given}) as source ({names})"
                f" on conflict ({', '.join(KEY)}) do nothing",
                *([_text(name, row[name]) for row in rows] for name in columns),
            )

    async def _types(self, connection: Any, columns: list[str]) -> dict[str, str]:
        """The types of the table's columns; makes the table if it is missing.

        Raises:
            DeliveryError: a column is missing.
        """
        # Before: to make a table that is there may be forbidden.
        if await connection.fetchval("select to_regclass($1)", self._table) is None:
            defined = ", ".join(
                f"{quoted(name)} {TYPES.get(name, 'text')}"
                f"{' not null' if name in KEY else ''}"
                for name in (*columns, "delivered_at")
            )
            await connection.execute(
                f"create table if not exists {self._table} ({defined} default now(),"
                f" primary key ({', '.join(KEY)}))"
            )
        rows = await connection.fetch(
            "select attname, format_type(atttypid, atttypmod) as type from pg_attribute"
            " where attrelid = to_regclass($1) and attnum > 0 and not attisdropped",
            self._table,
        )
        types = {row["attname"]: row["type"] for row in rows}
        missing = [name for name in columns if name not in OPTIONAL | types.keys()]
        if missing:
            raise DeliveryError(
                f"Table {self._settings.table} has no column {', '.join(missing)}: add"
                f" {'it' if len(missing) == 1 else 'them'}, or name a table that is not"
                " there yet"
            )
        return types

    def _refused(self, error: Exception) -> DeliveryError:
        """What went wrong; the server's own words may quote a contact."""
        table = self._settings.table
        if isinstance(error, asyncpg.InvalidColumnReferenceError):
            return DeliveryError(
                f"Table {table} has no unique key of ({', '.join(KEY)}): add one. Nothing"
                " was inserted"
            )
        if not isinstance(error, asyncpg.PostgresError):
            return DeliveryError(
                f"The connection to PostgreSQL was lost ({_kind(error)}): whether the"
                " contacts were inserted is not known. Run the command again to continue;"
                " no row is inserted twice"
            )
        return DeliveryError(
            f"PostgreSQL does not take the contacts into table {table}: {_kind(error)}."
            " Nothing was inserted"
        )


def _text(name: str, value: object) -> str | None:
    """A value as text; no part of the key is null."""
    if value is None:
        return "" if name in KEY else None
    return str(value)


def _kind(error: Exception) -> str:
    """The name of an error, and its code: 23514 CheckViolationError."""
    code = getattr(error, "sqlstate", None)
    return f"{code} {type(error).__name__}" if code else type(error).__name__


def _reason(error: Exception) -> str:
    """Why there is no connection; there was no contact to quote yet."""
    if isinstance(error, asyncpg.PostgresError):
        return str(error).split("\n")[0]
    if isinstance(error, TimeoutError):
        return "it took too long"
    if isinstance(error, OSError):
        return error.strerror or type(error).__name__
    return f"{type(error).__name__}. Check its URL, or PGHOST and the others"

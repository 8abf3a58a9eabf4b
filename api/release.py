"""An open release: answers named questions, and closes after its last request."""

import asyncio
import contextlib
import copy
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from api.named_queries import EARLIER, as_arrow, as_records, as_rows, read_queries
from api.opt_outs import OptedOutTable, OptOuts
from api.problems import earlier_release, made_before, opted_out
from api.query_pool import QueryPool, Read, Result
from api.ranking_labels import RankingLabels
from api.release_files import (
    RELEASE_FORMAT,
    UnusableReleaseError,
    lacking,
    open_database,
    read_manifest,
)
from api.settings import Settings

# A failed read makes the release unhealthy for so long.
FAILURE_SECONDS = 600


@dataclass
class _State:
    """What a release and its copies share.

    Attributes:
        users: requests that use it.
        failed_at: the monotonic time at which a read failed last.
        answers: to questions with one answer, whatever customers opt out.
    """

    users: int = 0
    is_retired: bool = False
    failed_at: float = -math.inf
    answers: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)


class Release:
    """An open release.

    The connection stays private: callers ask a named question. The release closes when
    it is retired and its last request has ended. It never names a customer of `opted_out`;
    if these change, a copy with the same connection takes its place.

    Attributes:
        folder: its folder.
        release_id: number and time of creation.
        created_at: time of creation.
        has_text_ids: whether ids are text; otherwise they are whole numbers.
        product_count: number of products.
        customer_count: number of customers.
        list_size: number of customers in a stored audience.
        customer_ranking, new_product_ranking: the rankings that serve both.
        is_earlier: whether its format is an earlier one; then tables may be missing.
        manifest: what `publish` wrote about it.
        ranking_labels: names of rankings and features; empty in an earlier release.
        opt_outs, opted_out: customers who have opted out, and their ids.
    """

    opt_outs = OptOuts()
    opted_out: frozenset[int | str] = frozenset()

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Open a release; blocks, so call it outside the event loop.

        Raises:
            UnusableReleaseError: the release is damaged, incomplete or missing, or its
                format is newer than RELEASE_FORMAT.
        """
        self.folder = folder
        self._state = _State()
        try:
            self.manifest = read_manifest(folder)
            self.is_earlier = self.manifest["release_format"] < RELEASE_FORMAT
            self.release_id = str(self.manifest["release_id"])
            self.created_at = datetime.fromisoformat(self.manifest["created_at"])
            self._connection = open_database(folder, self.manifest, settings)
        except (
            OSError,
            AttributeError,
            ValueError,
            KeyError,
            TypeError,
            duckdb.Error,
        ) as error:
            raise UnusableReleaseError(f"{folder.name} is damaged or incomplete") from error
        self._table = OptedOutTable(self._connection)
        self._queries = read_queries(noted=self._table.database)
        self._pool = QueryPool(self._connection, settings)
        try:
            columns = self._connection.execute(self._queries["columns"]).fetchall()
            self._columns = set(columns)
            self._tables = {table for table, _ in columns}
            if not self.has_column("ranking", "customer_rank"):  # Format 1.
                self._queries |= read_queries(EARLIER, self._table.database)
            row = self._connection.execute(self._queries["release_facts"]).fetchone()
            assert row is not None
            self._table.create(row[3])
            self.ranking_labels = RankingLabels.of(
                self._connection.execute(self._queries["ranking_labels"]).fetchall()
                if self.has_table("rankings")
                else []
            )
        except (AssertionError, duckdb.Error) as error:
            self._close()
            if self.is_earlier:
                raise lacking(folder.name) from error
            raise UnusableReleaseError(f"{folder.name} lacks look-up tables") from error
        self.product_count, self.customer_count, self.list_size, id_type, *served = row
        self.customer_ranking, self.new_product_ranking = served
        self.has_text_ids = id_type == "VARCHAR"

    @property
    def json_ids(self) -> str:
        """The type of a JSON array of ids, as DuckDB names it."""
        return '["VARCHAR"]' if self.has_text_ids else '["BIGINT"]'

    @property
    def trouble(self) -> str | None:
        """Why the release is unhealthy: a read has failed lately. None otherwise."""
        if time.monotonic() - self._state.failed_at > FAILURE_SECONDS:
            return None
        return (
            f"A read of {self.release_id} failed in the last {FAILURE_SECONDS // 60}"
            " minutes; the log says why. Publish a new release or roll back."
        )

    @property
    def age_days(self) -> float:
        """Days since its creation."""
        return (datetime.now(UTC) - self.created_at).total_seconds() / 86_400

    def has_table(self, table: str) -> bool:
        """Whether it has a mart or a look-up table; an earlier release may lack it."""
        return table in self._tables

    def has_column(self, table: str, column: str) -> bool:
        """Whether a mart or a look-up table has a column."""
        return (table, column) in self._columns

    def check_table(self, table: str, things: str) -> None:
        """Check that it has a mart or a look-up table.

        Args:
            table: the table.
            things: what the table holds, for the message.

        Raises:
            Problem: the release is from a version without such a table.
        """
        if not self.has_table(table):
            raise made_before(self.release_id, things)

    def check_opted_out(self, customer_id: int | str) -> None:
        """Check that a customer has not opted out.

        Raises:
            Problem: the customer has.
        """
        if customer_id in self.opted_out:
            raise opted_out()

    async def leaving_out(self, opt_outs: OptOuts) -> "Release":
        """A copy that leaves out these customers, with the same connection."""
        are_text = self.has_text_ids
        with self.use():
            # By a connection of its own: an opt-out waits for no slow query.
            ids = await asyncio.to_thread(
                lambda: self._table.write(opt_outs.ids(are_text=are_text), self.json_ids)
            )
        release = copy.copy(self)
        release.opt_outs, release.opted_out = opt_outs, ids
        return release

    async def ask(self, question: str, **parameters: object) -> list[tuple[Any, ...]]:
        """All rows of the answer to a named question.

        Raises:
            Problem: the query took too long and was stopped, too many of its kind wait, or
                the release is from an earlier version and lacks a table.
        """
        return await self._ask(question, as_rows(self._queries[question], parameters))

    async def ask_first(self, question: str) -> list[tuple[Any, ...]]:
        """As `ask`, for an answer that stays the same: it is asked for only once."""
        answers = self._state.answers
        if question not in answers:
            answers[question] = await self.ask(question)
        return answers[question]

    async def ask_at_once(self, question: str, **parameters: object) -> list[Any]:
        """As `ask`, but after an opt-out: it waits for no other query and has no limit."""
        read = as_rows(self._queries[question], parameters)
        with self.use():
            return await asyncio.to_thread(read, self._connection)

    async def ask_records(
        self, question: str, **parameters: object
    ) -> list[dict[str, Any]]:
        """The answer as a dictionary per row; raises what `ask` raises."""
        return await self._ask(question, as_records(self._queries[question], parameters))

    async def ask_arrow(self, question: str, **parameters: object) -> Any:
        """The answer as a pyarrow table; raises what `ask` raises."""
        return await self._ask(question, as_arrow(self._queries[question], parameters))

    async def _ask(self, question: str, read: Read[Result]) -> Result:
        try:
            return await self._pool.run(question, read)
        except duckdb.Error as error:
            is_lacking = isinstance(error, duckdb.CatalogException | duckdb.BinderException)
            if self.is_earlier and is_lacking:
                raise earlier_release(str(lacking(self.release_id))) from error
            self._state.failed_at = time.monotonic()
            raise

    @contextlib.contextmanager
    def use(self) -> Iterator["Release"]:
        """Keep it open during a request."""
        self._state.users += 1
        try:
            yield self
        finally:
            self._state.users -= 1
            if self._state.is_retired and not self._state.users:
                self._close()

    def retire(self) -> None:
        """Close it after its last request."""
        self._state.is_retired = True
        if not self._state.users:
            self._close()

    def _close(self) -> None:
        self._pool.close()
        self._table.drop()
        self._connection.close()

"""A release, opened for reading: read-only, without access to anything else."""

import asyncio
import contextlib
import hashlib
import json
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from api.problems import Problem, too_slow
from api.settings import Settings

# The newest release format that the API reads (scripts/releases/release_folder.py).
RELEASE_FORMAT = 1
# How long a failure to read counts as trouble.
FAILURE_SECONDS = 600
QUERIES = Path(__file__).with_name("queries")
Result = TypeVar("Result")


class UnusableReleaseError(RuntimeError):
    """A release that cannot be served; the message says why, and what to do."""

    def __init__(self, why: str, remedy: str = "Publish anew or roll back") -> None:
        super().__init__(f"{why}. {remedy}.")


def lacking(name: str) -> UnusableReleaseError:
    """Of a release whose format is an earlier one, and which is not all that is needed."""
    return UnusableReleaseError(
        f"{name} was made by an earlier version and lacks what is read here",
        "Build again with `make build`",
    )


def read_queries() -> dict[str, str]:
    """The questions that can be asked: the files of `queries/`, by name."""
    return {file.stem: file.read_text(encoding="utf-8") for file in QUERIES.glob("*.sql")}


def check_file(file: Path, expected: dict[str, Any]) -> None:
    """See that a file of a release is as it was written; reads all of it.

    Args:
        file: the file.
        expected: its size in `bytes` and its `sha256`, as the manifest has them.

    Raises:
        UnusableReleaseError: it is not.
    """
    size = file.stat().st_size
    if size != expected["bytes"]:
        raise UnusableReleaseError(
            f"{file.parent.name} is damaged: its database has {size} bytes, not"
            f" {expected['bytes']}"
        )
    with file.open("rb") as content:
        found = hashlib.file_digest(content, "sha256").hexdigest()
    if found != expected["sha256"]:
        raise UnusableReleaseError(
            f"{file.parent.name} is damaged: its database is not the one that was written"
        )


class Release:
    """An open release.

    Its connection is never handed out: whoever wants to know something asks a named
    question. It closes when it is retired and its last user has left.

    Attributes:
        folder: where it lies.
        release_id: its number and when it was made.
        created_at: when it was made.
        has_text_ids: whether ids are text; otherwise they are whole numbers.
        product_count: products that it knows.
        customer_count: customers that it knows.
        list_size: customers in an audience that is kept ready.
        is_earlier: whether its format is an earlier one: it may lack tables.
        manifest: what publishing wrote about it.
    """

    def __init__(self, folder: Path, settings: Settings) -> None:
        """Open a release; blocks, so not for the event loop.

        Raises:
            UnusableReleaseError: it is damaged, incomplete or gone, or its format is newer
                than what is read here.
        """
        self.folder = folder
        self._settings = settings
        self._users = 0
        self._is_retired = False
        self._is_closed = False
        self._failed_at = -math.inf
        self._queries = read_queries()
        try:
            self.manifest: dict[str, Any] = json.loads(
                (folder / "manifest.json").read_text(encoding="utf-8")
            )
            release_format = int(self.manifest.get("release_format", 0))
            if release_format > RELEASE_FORMAT:
                raise UnusableReleaseError(
                    f"{folder.name} has release format {release_format} (of version"
                    f" {self.manifest.get('project_version')}), and this API reads formats"
                    f" up to {RELEASE_FORMAT}",
                    "Upgrade the API and start it again, or go back to an earlier release"
                    " with `make rollback`",
                )
            self.is_earlier = release_format < RELEASE_FORMAT
            self.release_id = str(self.manifest["release_id"])
            self.created_at = datetime.fromisoformat(self.manifest["created_at"])
            database = folder / "audience.duckdb"
            check_file(database, self.manifest["files"][database.name])
            self._connection = duckdb.connect(
                database,
                read_only=True,
                config={
                    "enable_external_access": False,
                    "threads": 1,
                    "memory_limit": settings.database_memory,
                    "lock_configuration": True,
                },
            )
        except (
            OSError,
            AttributeError,
            ValueError,
            KeyError,
            TypeError,
            duckdb.Error,
        ) as error:
            raise UnusableReleaseError(f"{folder.name} is damaged or incomplete") from error
        self._pool = ThreadPoolExecutor(settings.concurrent_queries, "query")
        self._cursors: asyncio.Queue[duckdb.DuckDBPyConnection] = asyncio.Queue()
        try:
            row = self._connection.execute(self._queries["release_facts"]).fetchone()
            assert row is not None
            tables = self._connection.execute(self._queries["tables"]).fetchall()
            self._tables = {name for (name,) in tables}
        except (AssertionError, duckdb.Error) as error:
            self._close()
            if self.is_earlier:
                raise lacking(folder.name) from error
            raise UnusableReleaseError(f"{folder.name} lacks look-up tables") from error
        self.product_count, self.customer_count, self.list_size, id_type = row
        self.has_text_ids = id_type == "VARCHAR"
        for _ in range(settings.concurrent_queries):
            self._cursors.put_nowait(self._connection.cursor())

    @property
    def trouble(self) -> str | None:
        """What has gone wrong in reading it lately; None if nothing has."""
        if time.monotonic() - self._failed_at > FAILURE_SECONDS:
            return None
        return (
            f"{self.release_id} could not be read in the last {FAILURE_SECONDS // 60}"
            " minutes; the log says why. Publish anew or roll back."
        )

    @property
    def age_days(self) -> float:
        """Days since it was made."""
        return (datetime.now(UTC) - self.created_at).total_seconds() / 86_400

    def check_table(self, table: str, things: str) -> None:
        """See that it has a mart, or a look-up table.

        Raises:
            Problem: it was made before there were such things.
        """
        if table not in self._tables:
            raise Problem(
                404,
                "not-found",
                "Not found",
                f"{self.release_id} was made before there were {things}: build anew.",
            )

    async def ask(self, question: str, **parameters: object) -> list[tuple[Any, ...]]:
        """All rows of the answer to a named question.

        Raises:
            Problem: it took too long and was stopped, or an earlier version has made the
                release and it lacks what is asked.
        """
        return await self._run(
            lambda cursor: cursor.execute(
                self._queries[question], parameters or None
            ).fetchall()
        )

    async def ask_records(
        self, question: str, **parameters: object
    ) -> list[dict[str, Any]]:
        """The answer with the names of its columns."""

        def read(cursor: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
            found = cursor.execute(self._queries[question], parameters or None)
            names = [column[0] for column in found.description or []]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

        return await self._run(read)

    async def ask_arrow(self, question: str, **parameters: object) -> Any:
        """The answer as a pyarrow table."""
        return await self._run(
            lambda cursor: cursor.execute(
                self._queries[question], parameters or None
            ).to_arrow_table()
        )

    async def _run(self, read: Callable[[duckdb.DuckDBPyConnection], Result]) -> Result:
        loop = asyncio.get_running_loop()
        limit = self._settings.query_seconds
        cursor = await self._cursors.get()
        stopwatch = loop.call_later(limit, cursor.interrupt)

        def give_back() -> None:
            stopwatch.cancel()
            if self._is_closed:
                cursor.close()
            else:
                self._cursors.put_nowait(cursor)

        running = self._pool.submit(read, cursor)
        # When it has really ended, even if nobody waits for the answer any more.
        running.add_done_callback(lambda _: loop.call_soon_threadsafe(give_back))
        try:
            return await asyncio.wrap_future(running)
        except duckdb.InterruptException as error:
            raise too_slow(limit) from error
        except (duckdb.CatalogException, duckdb.BinderException) as error:
            if self.is_earlier:
                raise Problem(
                    503,
                    "earlier-release",
                    "The release is of an earlier version",
                    str(lacking(self.release_id)),
                ) from error
            self._failed_at = time.monotonic()
            raise
        except duckdb.Error:
            self._failed_at = time.monotonic()
            raise
        except asyncio.CancelledError:
            cursor.interrupt()
            raise

    @contextlib.contextmanager
    def use(self) -> Iterator["Release"]:
        """Keep it open for the time of a request."""
        self._users += 1
        try:
            yield self
        finally:
            self._users -= 1
            if self._is_retired and not self._users:
                self._close()

    def retire(self) -> None:
        """Close it as soon as nobody uses it."""
        self._is_retired = True
        if not self._users:
            self._close()

    def _close(self) -> None:
        self._is_closed = True
        while not self._cursors.empty():
            self._cursors.get_nowait().close()
        self._pool.shutdown(wait=False)
        self._connection.close()

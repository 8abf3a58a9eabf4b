"""Serves the current release: watches the pointer, and switches between requests."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from api.audiences import Audiences, Lookups
from api.problems import unavailable
from api.release import Release
from api.release_files import UnusableReleaseError, lacking
from api.settings import Settings

log = logging.getLogger(__name__)

# Pause before a damaged release is tried again: the check takes a second of a core.
RETRY_SECONDS = 30

NO_RELEASE = "There is no release to serve yet. Run `audience build`."


class Serving:
    """The release that a worker serves.

    Attributes:
        audiences: look-ups in the served release; None before the first release.
        lookups: counts of look-ups, over all releases.
        switches: number of switches from one release to another.
        served_since: when the pointer was set to the served release.
        trouble: why the current release is not served; None if it is.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pointed: str | None = None
        self._next_try = 0.0
        self.audiences: Audiences | None = None
        self.lookups = Lookups()
        self.switches = 0
        self.served_since = datetime.now(UTC)
        self.trouble: str | None = NO_RELEASE

    @property
    def release(self) -> Release | None:
        """The served release."""
        return self.audiences.release if self.audiences else None

    def current(self) -> Audiences:
        """Look-ups in the served release.

        Raises:
            Problem: no release is served.
        """
        if self.audiences is None:
            raise unavailable(self.trouble or NO_RELEASE)
        return self.audiences

    @contextlib.asynccontextmanager
    async def watch(self) -> AsyncIterator[None]:
        """Serve the current release, and switch when the pointer moves."""
        await self.look()
        watcher = asyncio.create_task(self._keep_looking())
        try:
            yield
        finally:
            watcher.cancel()
            if self.release:
                self.release.retire()

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(self._settings.switch_seconds)
            try:
                await self.look()
            except Exception:  # The watch must survive any error.
                log.exception("Cannot look for a new release")

    async def look(self) -> None:
        """Read the pointer; switch if it names another release than before."""
        pointer = self._settings.release_dir / "current"
        try:
            folder = pointer.resolve(strict=True)
        except (OSError, RuntimeError):
            self.trouble = (
                NO_RELEASE
                if self.audiences is None
                else "The served release is no longer there, and there is no other."
            )
            self._pointed = None
            return
        is_tried = str(folder) == self._pointed
        if is_tried and (self.trouble is None or time.monotonic() < self._next_try):
            return
        self._pointed = str(folder)
        if self.release and self.release.folder == folder:
            self.trouble = None
            return
        try:
            audiences = await self._open(folder)
        except UnusableReleaseError as error:
            log.warning("%s", error, exc_info=error.__cause__)
            self.trouble = str(error)
            self._next_try = time.monotonic() + RETRY_SECONDS
            return
        old, self.audiences, self.trouble = self.release, audiences, None
        with contextlib.suppress(OSError):
            self.served_since = datetime.fromtimestamp(pointer.lstat().st_mtime, UTC)
        if old:
            self.switches += 1
            old.retire()

    async def _open(self, folder: Path) -> Audiences:
        release = await asyncio.to_thread(Release, folder, self._settings)
        try:
            return await Audiences.of(release, self._settings, self.lookups)
        except Exception as error:
            release.retire()
            if release.is_earlier:
                raise lacking(folder.name) from error
            raise UnusableReleaseError(f"{folder.name} cannot be read") from error

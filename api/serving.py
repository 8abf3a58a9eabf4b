"""Which release is served: watches the pointer, and switches between two requests."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

from api.audiences import Audiences, Lookups
from api.problems import unavailable
from api.release import Release, UnusableReleaseError, lacking
from api.settings import Settings

log = logging.getLogger(__name__)

# A damaged release is tried again after so long: to check it takes a second of a core.
RETRY_SECONDS = 30

NO_RELEASE = "There is no release to serve yet. Run `make build`."


class Serving:
    """What a worker serves.

    Attributes:
        audiences: look-ups in the release that is served; None before the first.
        lookups: how many there were, in whichever release.
        switches: how often another release has taken the place of one.
        served_since: when the pointer came to name what is served.
        trouble: why the release that the pointer names is not served; None if it is.
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
        """The release that is served."""
        return self.audiences.release if self.audiences else None

    def current(self) -> Audiences:
        """Look-ups in the release that is served.

        Raises:
            Problem: there is none.
        """
        if self.audiences is None:
            raise unavailable(self.trouble or NO_RELEASE)
        return self.audiences

    @contextlib.asynccontextmanager
    async def watch(self) -> AsyncIterator[None]:
        """Serve the current release, and whichever comes after it, until the end."""
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
            except Exception:  # Whatever it is, the watch must go on.
                log.exception("Cannot look for a new release")

    async def look(self) -> None:
        """See where the pointer points; switch if that is another release than before."""
        pointer = self._settings.release_dir / "current"
        try:
            folder = pointer.resolve(strict=True)
        except (OSError, RuntimeError):
            self.trouble = (
                NO_RELEASE
                if self.audiences is None
                else "The release that is served is no longer there, nor is another."
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

"""Serves the current release: watches the pointer, and switches between requests."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from api.audiences import Audiences, Lookups
from api.opt_outs import FILE, OptOutFile, OptOuts
from api.problems import opt_outs_not_in_effect, unavailable
from api.release import Release
from api.release_files import UnusableReleaseError, lacking
from api.settings import Settings, variable

log = logging.getLogger(__name__)

# Pause before a damaged release is tried again: the check takes a second of a core.
RETRY_SECONDS = 30

# How often the opt-outs are looked at, at least.
OPT_OUT_SECONDS = 1.0
# Pause before opt-outs that could not be put into effect are tried again.
EFFECT_SECONDS = 5.0

NO_RELEASE = "There is no release to serve yet. Run `audience build`."


class Serving:
    """The release that a worker serves.

    Attributes:
        audiences: look-ups in the served release; None before the first release.
        lookups: counts of look-ups, over all releases.
        switches: number of switches from one release to another.
        served_since: when the pointer was set to the served release.
        trouble: why the current release is not served; None if it is.
        opt_out_file: the customers who have opted out, whatever release is served.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pointed: str | None = None
        self._next_try = 0.0
        # Opt-outs that could not be put into effect.
        self._failed: OptOuts | None = None
        self._next_effect = 0.0
        self.opt_out_file = OptOutFile(settings.release_dir)
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
            Problem: no release is served, or it could name customers who have opted out.
        """
        if self.audiences is None:
            raise unavailable(self.trouble or NO_RELEASE)
        if self.lacks_opt_outs:
            raise opt_outs_not_in_effect()
        return self.audiences

    @property
    def lacks_opt_outs(self) -> bool:
        """Whether the latest opt-outs could not be put into effect."""
        return (
            self._failed is not None
            and self.audiences is not None
            and not self._is_up_to_date(self.audiences)
        )

    @contextlib.asynccontextmanager
    async def watch(self) -> AsyncIterator[None]:
        """Serve the current release, and switch when the pointer moves."""
        await self.look_for_opt_outs()
        await self.look()
        pause = self._settings.switch_seconds
        # Two tasks: an opt-out does not wait until a new release is open.
        watchers = [
            asyncio.create_task(self._keep_looking(self.look, pause)),
            asyncio.create_task(
                self._keep_looking(self.look_for_opt_outs, min(pause, OPT_OUT_SECONDS))
            ),
        ]
        try:
            yield
        finally:
            for watcher in watchers:
                watcher.cancel()
            if self.release:
                self.release.retire()

    async def _keep_looking(
        self, look: Callable[[], Awaitable[None]], pause: float
    ) -> None:
        while True:
            await asyncio.sleep(pause)
            try:
                await look()
            except Exception:  # The watch must survive any error.
                log.exception("Cannot look for a new release or for opt-outs")

    async def look_for_opt_outs(self) -> None:
        """Read the opt-outs if they have changed, and leave these customers out."""
        await self.opt_out_file.look()
        while (served := self.audiences) and not self._is_up_to_date(served):
            wanted = self.opt_out_file.opt_outs
            if wanted is self._failed and time.monotonic() < self._next_effect:
                return
            try:
                with served.release.use():
                    found = await self._leaving_out(served)
            except Exception:
                # Customers are named again when a later attempt succeeds.
                if wanted is not self._failed:
                    log.exception("The latest %s cannot be put into effect", FILE)
                self._failed = wanted
                self._next_effect = time.monotonic() + EFFECT_SECONDS
                return
            if self.audiences is served:  # Otherwise it was switched meanwhile.
                self.audiences = found

    def _is_up_to_date(self, audiences: Audiences) -> bool:
        return audiences.release.opt_outs == self.opt_out_file.opt_outs

    async def _leaving_out(self, audiences: Audiences) -> Audiences:
        opt_outs = self.opt_out_file.opt_outs
        assert opt_outs is not None, "nothing is served before it is read"
        return await audiences.leaving_out(opt_outs)

    @property
    def opt_out_trouble(self) -> str | None:
        """Why customers may be named who have opted out; None if they are not."""
        served, trouble = self.audiences, self.opt_out_file.trouble
        if trouble or not served or self._is_up_to_date(served):
            return trouble
        if self.lacks_opt_outs:
            return (
                f"The latest {FILE} cannot be put into effect, so no customers are named:"
                f" the log says why. Many opt-outs need more"
                f" {variable('database_memory')}."
            )
        return f"The latest {FILE} is not in effect yet."

    async def look(self) -> None:
        """Read the pointer; switch if it names another release than before."""
        if self.opt_out_file.opt_outs is None:
            self.trouble = self.opt_out_file.trouble
            return
        pointer = self._settings.release_dir / "current"
        try:
            folder = pointer.resolve(strict=True)
        except (OSError, RuntimeError):
            self.trouble = (
                NO_RELEASE
                if self.audiences is None
                else "The link `current` leads to no release. Serve one with"
                " `audience rollback`, or run `audience build`."
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
            audiences = await Audiences.load(release, self._settings, self.lookups)
            # They may change while a large release opens.
            while not self._is_up_to_date(audiences):
                audiences = await self._leaving_out(audiences)
            return audiences
        except duckdb.OutOfMemoryException as error:
            release.retire()
            raise UnusableReleaseError(
                f"{folder.name} with the opt-outs needs more memory",
                f"Raise {variable('database_memory')}",
            ) from error
        except Exception as error:
            release.retire()
            if release.is_earlier:
                raise lacking(folder.name) from error
            raise UnusableReleaseError(f"{folder.name} cannot be read") from error

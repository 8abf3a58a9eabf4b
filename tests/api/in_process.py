"""A release that a test opens itself, to see or change what lies under the handlers."""

import contextlib
import functools
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from sanic import Sanic

from api.application import create_app
from api.audiences import Audiences, Lookups
from api.release import Release
from api.settings import Settings
from scripts.build_folder import BuildFolder


@functools.cache
def application() -> Sanic[Any, Any]:
    """The application; Sanic allows one of a name per process."""
    return create_app(Settings())


@contextlib.asynccontextmanager
async def opened(
    folder: BuildFolder, settings: Settings, lookups: Lookups | None = None
) -> AsyncIterator[Audiences]:
    """Look-ups in a copy of the release: a process opens a file with one configuration."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "release"
        shutil.copytree(folder.releases / "current", copy)
        release = Release(copy, settings)
        try:
            yield await Audiences.of(release, settings, lookups or Lookups())
        finally:
            release.retire()

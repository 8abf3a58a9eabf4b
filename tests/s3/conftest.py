"""The server of S3 that all tests use."""

from collections.abc import Iterator

import pytest

from tests.s3.store import Store, running_store


@pytest.fixture(scope="session")
def running() -> Iterator[Store]:
    """A server of S3."""
    with running_store() as store:
        yield store


@pytest.fixture
def store(running: Store) -> Iterator[Store]:
    """The server with an empty bucket."""
    yield running
    running.before = running.after = lambda _: None
    for key in running.keys(""):
        running.remove(key)

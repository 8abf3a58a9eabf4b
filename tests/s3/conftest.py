"""A bucket of a server of S3 on this machine."""

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scripts.build_folder import BuildFolder
from tests.conftest import run_audience

pytest.importorskip("moto", reason="no server of S3 is installed: make test-s3")

from tests.s3.store import Store, running_store

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Store]:
    """The server; this process and the programs that it starts have the keys."""
    # No keys of the user who runs the tests.
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with running_store() as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        yield running


@pytest.fixture
def run(folder: BuildFolder) -> Run:
    """Run a command of `audience`; keyword arguments are environment variables."""

    def call(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return run_audience(folder, *words, **environment)

    return call

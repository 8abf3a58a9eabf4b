"""Tests without the program that they need."""

import re
from pathlib import Path

import pytest

from scripts.build_folder import PROJECT
from tests.needed_programs import VARIABLE, needs
from tests.scripts.delivery import postgresql_server

CI = (PROJECT / ".ci" / "run").read_text()


def test_a_missing_program_skips_a_test(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install no-package"):
        needs("no-such-program", package="no-package")
    assert needs("no-such-program", "sh", package="dash").endswith("/sh")


def test_a_required_program_that_is_missing_fails_a_test(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "required")
    with pytest.raises(pytest.fail.Exception, match="no-such-program is not installed"):
        needs("no-such-program", package="no-package")
    assert needs("sh", package="dash").endswith("/sh")


def test_a_missing_server_fails_the_test_of_delivery_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(VARIABLE, "required")
    monkeypatch.setattr(postgresql_server, "programs", lambda: None)
    with (
        pytest.raises(pytest.fail.Exception, match="PostgreSQL is not installed"),
        postgresql_server.running_server(),
    ):
        pass


def test_ci_requires_the_programs_that_it_installs() -> None:
    before, _, after = CI.partition(f"\nexport {VARIABLE}=required\n")
    assert "make test-ci" in after
    programs = " ".join(re.findall(r"programs\+?=\((.+?)\)", before))
    packages = {name.rpartition(":")[2] for name in programs.split()}
    packages |= {"prometheus", "postgresql"}
    paths = set((PROJECT / "tests").rglob("*.py")) - {Path(__file__)}
    called = "\n".join(path.read_text() for path in paths)
    needed = set(re.findall(r'(?:package=|stop_without\(".*", )"([a-z0-9-]+)"', called))
    # Without Java `make test-spark` does not begin.
    assert needed | {"openjdk-17-jre-headless"} == packages
    assert all(package in before for package in needed)

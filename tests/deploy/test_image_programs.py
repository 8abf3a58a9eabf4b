"""`make image-test` fails where it cannot run: skipped tests look as if they passed."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.build_folder import PROJECT
from tests.image import programs

IMAGE_TESTS = PROJECT / "tests" / "image"


def test_a_missing_program_is_named_with_its_package(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(programs, "PROGRAMS", {"no-such-program": "its-package"})
    assert programs.missing() == "no no-such-program: apt-get install its-package"
    monkeypatch.setattr(programs, "PROGRAMS", {})
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert "need the user root" in str(programs.missing())
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert programs.missing() is None


def test_the_tests_fail_without_a_program(tmp_path: Path) -> None:
    """Before, they were skipped, and the target passed without a container."""
    (tmp_path / "conftest.py").write_text(
        "from tests.image import programs\n"
        "programs.PROGRAMS['no-such-program'] = 'its-package'\n"
        "from tests.image.conftest import store\n"
    )
    (tmp_path / "test_store.py").write_text("def test_store(store): pass\n")
    outcome = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", "/dev/null", "-p", "no:cacheprovider", "."],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 1
    assert "no-such-program: apt-get install" in outcome.stdout
    assert "skipped" not in outcome.stdout


def test_no_image_test_is_skipped() -> None:
    for file in IMAGE_TESTS.glob("*.py"):
        assert "pytest.skip" not in file.read_text(), file.name


def test_the_docs_name_every_package() -> None:
    docs = (PROJECT / "docs" / "operations.md").read_text()
    [named] = re.findall(r"apt-get install (.*)\nmake image-test", docs)
    assert set(named.split()) == set(programs.PROGRAMS.values())


def test_the_long_tests_include_the_image() -> None:
    makefile = (PROJECT / "Makefile").read_text()
    [recipe] = re.findall(r"(?m)^test-long:.*\n((?:\t.*\n)+)", makefile)
    assert "tests.image.programs || $(MAKE)" in recipe
    assert recipe.rstrip().endswith(" image-test")

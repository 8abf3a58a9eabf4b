"""Programs that are not Python's, which some tests need."""

import os
import shutil
from typing import NoReturn

import pytest

# `.ci/run` sets it: it installs the programs, and no other run finds what it skips.
VARIABLE = "TEST_PROGRAMS"


def needs(*names: str, package: str) -> str:
    """Skip the test without a program, or fail it if TEST_PROGRAMS is `required`.

    Args:
        names: of the program; one of them is enough.
        package: of Debian, that has it.

    Returns:
        The path of the program.
    """
    found = next(filter(None, map(shutil.which, names)), None)
    return found or stop_without(names[0], package)


def stop_without(name: str, package: str) -> NoReturn:
    """Skip the test, or fail it if TEST_PROGRAMS is `required`."""
    message = f"{name} is not installed: apt-get install {package}"
    if os.environ.get(VARIABLE) == "required":
        pytest.fail(message)
    pytest.skip(message)

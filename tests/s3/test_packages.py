"""What `make test-s3` installs."""

import pytest

from tests.scripts.maintenance.test_dependencies import check_lock


@pytest.mark.parametrize("extra", ["s3", "s3-server"])
def test_its_locks_are_whole(extra: str) -> None:
    """Also of what another lock has for other systems only."""
    check_lock(extra)

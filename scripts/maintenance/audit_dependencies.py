"""Look up known vulnerabilities of all locked packages: `make audit`.

It passes only if every package was looked up and none is vulnerable. pip-audit alone also
passes if it could look up nothing.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts.maintenance.dependencies import DependencyError

LONGEST_SECONDS = 600


def audit(locks: Sequence[Path]) -> str:
    """Check that no package of some lock files is known to be vulnerable.

    Returns:
        A sentence to print.

    Raises:
        DependencyError: a package is vulnerable, or could not be looked up.
    """
    program = str(Path(sys.executable).with_name("pip-audit"))
    command = [program, "--disable-pip", "--require-hashes", "--format", "json"]
    command += ["--progress-spinner", "off"]
    command += [part for lock in locks for part in ("--requirement", str(lock))]
    try:
        # A cached answer of another day does not count.
        with tempfile.TemporaryDirectory() as cache:
            outcome = subprocess.run(
                [*command, "--cache-dir", cache],
                capture_output=True,
                text=True,
                check=False,
                timeout=LONGEST_SECONDS,
            )
        answer = json.loads(outcome.stdout)
    except subprocess.TimeoutExpired as error:
        raise unreachable(f"no answer within {LONGEST_SECONDS} s") from error
    except json.JSONDecodeError as error:
        last = (outcome.stderr.strip().splitlines() or ["no answer"])[-1]
        raise unreachable(last) from error
    except OSError as error:
        raise DependencyError(
            f"{program} cannot be run: `make lint` installs it"
        ) from error
    return judge(answer["dependencies"])


def judge(dependencies: list[dict[str, Any]]) -> str:
    """Judge pip-audit's answer; returns a sentence to print.

    Args:
        dependencies: each with its name, version and `vulns`, or a `skip_reason`.

    Raises:
        DependencyError: a package is vulnerable, or was not looked up.
    """
    found = [
        f"{package['name']} {package['version']}: {fault['id']}, fixed in"
        f" {', '.join(fault['fix_versions']) or 'no version yet'}"
        for package in dependencies
        for fault in package.get("vulns", [])
    ]
    if found:
        raise DependencyError(
            f"{len(found)} known vulnerabilities. Name a fixed version in pyproject.toml"
            " or run `make lock UPGRADE=1`, then test.\n  "
            + "\n  ".join(sorted(set(found)))
        )
    skipped = [package for package in dependencies if "skip_reason" in package]
    if skipped or not dependencies:
        raise unreachable(
            f"{len(skipped)} of {len(dependencies)} packages were not found there"
        )
    return f"None of {len(dependencies)} packages is known to be vulnerable."


def unreachable(why: str) -> DependencyError:
    """An error for an audit that could not look up everything."""
    return DependencyError(
        f"Not audited: the service of known vulnerabilities does not answer ({why}). Run"
        " `make audit` on a machine that reaches the package index itself, not a mirror"
    )

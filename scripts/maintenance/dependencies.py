"""The project's dependencies: lock files, and the licenses of their packages.

    requirements.lock            for builds and the API
    requirements-evidence.lock   for `make evidence`, in addition
    requirements-postgresql.lock for a delivery to PostgreSQL, in addition to the first
    requirements-dev.lock        for tests and checks, in addition to these three
    requirements-spark.lock      for a build on Spark, in addition to the first
    requirements-bi.lock         for `make metrics` and clients, in addition to the first
    requirements-s3.lock         for files on S3, in addition to the first
    requirements-s3-server.lock  for `make test-s3`, in addition to those of tests and of S3

Together they are complete, and each package has one version in all of them, with the hashes
of all its files.
"""

import importlib.metadata
import re
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.build_folder import PROJECT
from scripts.reported_error import ReportedError

NAME = "product-audience"
RUN_LOCK = PROJECT / "requirements.lock"
EXTRA_LOCKS = {
    extra: PROJECT / f"requirements-{extra}.lock"
    for extra in ("evidence", "postgresql", "dev", "spark", "bi", "s3", "s3-server")
}
# The extras that are installed before an extra.
EXTRAS_BEFORE: dict[str, list[str]] = {
    "evidence": [],
    "postgresql": [],
    "dev": ["evidence", "postgresql"],
    "spark": [],
    "bi": [],
    "s3": [],
    "s3-server": ["evidence", "postgresql", "dev", "s3"],
}
LOCKED = re.compile(
    r"(?P<requirement>[^\s#].*?)(?P<hashes>(?: --hash=sha256:[0-9a-f]{64})+)"
)

# Licenses that only ask to be named.
PERMITTED = frozenset(
    {
        "0BSD",
        "Apache-2.0",
        "BSD",  # The package does not say whether it has two or three clauses.
        "BSD-2-Clause",
        "BSD-3-Clause",
        "CC0-1.0",
        "CNRI-Python",
        "MIT",
        "PSF-2.0",
        "Public Domain",
        "TCL",
        "Unlicense",
        "ZPL-2.1",
        "Zlib",
    }
)
# Licenses that ask for more, and why that is no problem.
PERMITTED_WITH_REASON = {
    "MPL-2.0": "changed files must be published; they are used unchanged",
    "Artistic-1.0": "changes must be declared; it is used unchanged",
}
# Names that packages use instead of those of SPDX.
SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache License 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Artistic License": "Artistic-1.0",
    "BSD License": "BSD",
    "GNU General Public License (GPL)": "GPL",
    "GNU General Public License v2 or later (GPLv2+)": "GPL-2.0-or-later",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
}


class DependencyError(ReportedError):
    """A dependency that cannot be used; the message says what to do."""


@dataclass(frozen=True)
class Dependency:
    """A package of a lock file.

    Attributes:
        name: the normalized name, such as typing-extensions.
        marker: the environments that need it; empty for all.
        hashes: SHA-256 of each of its files, in hexadecimal.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]

    @property
    def is_needed_here(self) -> bool:
        """Whether its marker holds for this Python on this machine."""
        marker = Requirement(f"{self.name}; {self.marker}" if self.marker else self.name)
        return marker.marker is None or marker.marker.evaluate()

    @property
    def metadata(self) -> importlib.metadata.PackageMetadata:
        """The metadata of the installed package.

        Raises:
            DependencyError: it is not installed in this version.
        """
        try:
            found = importlib.metadata.metadata(self.name)
        except importlib.metadata.PackageNotFoundError:
            found = None
        if found is None or found["Version"] != self.version:
            raise DependencyError(
                f"{self.name} {self.version} is locked, but"
                f" {found['Version'] if found else 'none'} is installed: run `make lint`,"
                " which installs what is locked"
            )
        return found

    @property
    def license(self) -> str:
        """Its license as an expression of SPDX names, if its metadata has them."""
        metadata = self.metadata
        for expression in metadata.get_all("License-Expression") or []:
            return str(expression)
        classifiers = [
            SPDX.get(name, name)
            for name in (
                line.rpartition(" :: ")[2]
                for line in metadata.get_all("Classifier") or []
                if line.startswith("License :: ")
            )
        ]
        if classifiers:
            return " OR ".join(classifiers)
        text = "".join(metadata.get_all("License") or []).strip()
        return SPDX.get(text, text) or "unknown"

    @property
    def needs(self) -> set[str]:
        """The names of its own dependencies, without extras."""
        found = map(Requirement, importlib.metadata.requires(self.name) or [])
        return {
            canonicalize_name(requirement.name)
            for requirement in found
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        }


def read_lock(file: Path) -> list[Dependency]:
    """The packages of a lock file.

    Raises:
        DependencyError: a line is not name==version with hashes.
    """
    text = file.read_text(encoding="utf-8").replace(" \\\n   ", "")
    found = []
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = LOCKED.fullmatch(line)
        requirement = Requirement(match["requirement"]) if match else None
        pins = list(requirement.specifier) if requirement else []
        if not match or not requirement or [pin.operator for pin in pins] != ["=="]:
            raise DependencyError(
                f"{file.name}: {line[:60]!r} is not name==version with hashes: run"
                " `make lock`"
            )
        found.append(
            Dependency(
                canonicalize_name(requirement.name),
                pins[0].version,
                str(requirement.marker or ""),
                tuple(re.findall(r"[0-9a-f]{64}", match["hashes"])),
            )
        )
    return found


def is_permitted(expression: str) -> bool:
    """Whether a license may be used; one of several alternatives is enough."""
    known = PERMITTED | PERMITTED_WITH_REASON.keys()
    return any(
        all(name.strip() in known for name in choice.split(" AND "))
        for choice in expression.split(" OR ")
    )


def reasons(expression: str) -> list[str]:
    """Why a license that asks for more is no problem; empty for other licenses."""
    choices = [
        [name.strip() for name in choice.split(" AND ")]
        for choice in expression.split(" OR ")
    ]
    if any(all(name in PERMITTED for name in choice) for choice in choices):
        return []
    return [
        f"{name}: {PERMITTED_WITH_REASON[name]}"
        for name in dict.fromkeys(name for choice in choices for name in choice)
        if name in PERMITTED_WITH_REASON
    ]

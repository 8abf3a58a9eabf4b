"""What is locked, under which licenses, and what the bill of materials says of it."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from scripts.build_folder import PROJECT
from scripts.cli.main import main
from scripts.maintenance import dependencies
from scripts.maintenance.audit_dependencies import judge
from scripts.maintenance.dependencies import (
    EXTRA_LOCKS,
    EXTRAS_BEFORE,
    PERMITTED_WITH_REASON,
    RUN_LOCK,
    Dependency,
    DependencyError,
    is_permitted,
    read_lock,
    reasons,
)
from scripts.maintenance.licenses import license_table

PYPROJECT = tomllib.loads((PROJECT / "pyproject.toml").read_text())
EXTRAS: dict[str, list[str]] = PYPROJECT["project"]["optional-dependencies"]
ALL_LOCKS = [RUN_LOCK, *EXTRA_LOCKS.values()]


def installed_for(extra: str) -> dict[str, Dependency]:
    """What the Makefile has installed once it has installed an extra."""
    files = [RUN_LOCK]
    if extra:
        files += [EXTRA_LOCKS[name] for name in (*EXTRAS_BEFORE[extra], extra)]
    return {dependency.name: dependency for file in files for dependency in read_lock(file)}


@pytest.mark.parametrize("extra", ["", *EXTRAS])
def test_what_is_asked_for_is_locked_in_that_version(extra: str) -> None:
    asked = EXTRAS[extra] if extra else PYPROJECT["project"]["dependencies"]
    locked = installed_for(extra)
    for requirement in map(Requirement, asked):
        assert str(requirement.specifier).startswith("=="), requirement
        found = locked[canonicalize_name(requirement.name)]
        assert found.version in requirement.specifier, f"{requirement}: run `make lock`"
        assert not found.marker, f"{requirement} is needed everywhere"


@pytest.mark.parametrize("extra", ["", "evidence", "postgresql", "dev"])
def test_a_lock_is_whole(extra: str) -> None:
    """Without it being so, pip would install something that cannot run."""
    check_lock(extra)


def check_lock(extra: str) -> None:
    """See that what is installed for an extra has all that it needs here."""
    locked = {n: found for n, found in installed_for(extra).items() if found.is_needed_here}
    for dependency in locked.values():
        assert dependency.needs <= locked.keys(), dependency.name


def test_the_builder_of_the_project_is_locked() -> None:
    """It is installed without isolation, so that pip fetches no other builder."""
    (builder,) = map(Requirement, PYPROJECT["build-system"]["requires"])
    assert installed_for("")[builder.name].version in builder.specifier


def test_a_package_has_one_version_in_all_locks() -> None:
    found = {(d.name, d.version) for file in ALL_LOCKS for d in read_lock(file)}
    assert len(found) == len({name for name, _ in found}) > 150


@pytest.mark.parametrize("file", ALL_LOCKS, ids=lambda file: file.name)
def test_a_lock_names_hashes_and_no_place(file: Path) -> None:
    text = file.read_text()
    assert not re.search(r"index-url|find-links|https?:|file:|git\+|@ |(?m:^-)", text)
    assert not re.search(r"(?m)(^|\s|=)~?/[a-z]", text), "a path of a machine"
    # Every line that is no comment and goes on from none is a package with hashes.
    packages = re.findall(r"(?m)^[a-z0-9].*$", text)
    assert len(packages) == len(read_lock(file)) > 0
    assert all(dependency.hashes for dependency in read_lock(file))


@pytest.mark.parametrize(
    "line",
    ["duckdb==1.5.6", "duckdb>=1.5 --hash=sha256:" + "a" * 64, "./duckdb.whl", "-e ."],
)
def test_a_line_that_locks_nothing_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "requirements.lock"
    file.write_text(f"{line}\n")
    with pytest.raises(DependencyError, match="is not name==version with hashes: run"):
        read_lock(file)


def test_locks_fit_every_python_that_the_project_permits() -> None:
    oldest = PYPROJECT["project"]["requires-python"]
    assert "3.11.0" in SpecifierSet(oldest)
    assert "3.10.9" not in SpecifierSet(oldest)
    for file in ALL_LOCKS:
        names = [dependency.name for dependency in read_lock(file)]
        assert sorted(names) == sorted(set(names)), "one version each, on every Python"


def test_run_time_licenses_are_permitted() -> None:
    table = license_table()
    for dependency in read_lock(RUN_LOCK):
        if dependency.is_needed_here:
            assert f"| {dependency.name} | {dependency.version} |" in table
    assert "| duckdb | 1.5.6 | MIT |  |" in table
    assert "| certifi |" in table
    with_reason = [row for row in table.splitlines() if row.count(": ") == 1]
    assert [row.split(" | ")[0] for row in with_reason] == [
        "| certifi",
        "| pathspec",
        "| text-unidecode",
    ]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("MIT", True),
        ("MIT AND Zlib", True),
        ("GPL-3.0-only", False),
        ("MIT AND GPL-3.0-only", False),
        ("GPL-2.0-or-later OR Artistic-1.0", True),
        ("LGPL-2.1-or-later", False),
        ("(MIT OR GPL-3.0-only) AND BSD", False),
        ("unknown", False),
    ],
)
def test_a_license_is_permitted_where_one_alternative_is(
    expression: str, expected: bool
) -> None:
    assert is_permitted(expression) == expected


def test_a_license_that_asks_for_more_has_its_reason() -> None:
    assert reasons("MIT OR MPL-2.0") == []
    assert reasons("MPL-2.0 AND MIT") == [f"MPL-2.0: {PERMITTED_WITH_REASON['MPL-2.0']}"]


def test_a_dependency_that_is_not_installed_as_locked_is_named() -> None:
    for name, found in (("no-such-package", "none"), ("duckdb", "1.5.6")):
        with pytest.raises(
            DependencyError, match=f"{name} 0.0.1 is locked, but {found} is installed"
        ):
            _ = Dependency(name, "0.0.1", "", ()).license


def test_the_bill_of_materials_holds_every_run_time_dependency(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(tmp_path))
    assert main(["maintenance", "sbom"]) == 0
    assert "sbom.json" in capsys.readouterr().out
    bill: dict[str, Any] = json.loads((tmp_path / "sbom.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert bill["metadata"]["component"]["version"] == PYPROJECT["project"]["version"]
    components = {component["name"]: component for component in bill["components"]}
    needed = [d for d in read_lock(RUN_LOCK) if d.is_needed_here]
    assert components.keys() == {dependency.name for dependency in needed}
    for dependency in needed:
        component = components[dependency.name]
        assert component["version"] == dependency.version
        assert component["purl"] == f"pkg:pypi/{dependency.name}@{dependency.version}"
        assert component["licenses"], dependency.name
        assert {found["content"] for found in component["hashes"]} == set(dependency.hashes)
    needs = {entry["ref"]: entry.get("dependsOn", []) for entry in bill["dependencies"]}
    assert len(needs["product-audience"]) == len(PYPROJECT["project"]["dependencies"])
    assert "numpy" in needs["scipy"]


def test_an_audit_without_its_service_is_no_clean_bill(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A proxy without an answer stands for a machine without the service."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.lower(), "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(dependencies, "RUN_LOCK", EXTRA_LOCKS["evidence"])
    monkeypatch.setattr(dependencies, "EXTRA_LOCKS", {})
    assert main(["maintenance", "audit"]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: Not audited: the service of known vulnerabilities")
    assert said.err.count("\n") == 1, "one sentence"


def test_an_audit_that_finds_nothing_at_a_mirror_is_no_clean_bill() -> None:
    clean = {"name": "a", "version": "1", "vulns": []}
    assert judge([clean]) == "None of 1 packages is known to be vulnerable."
    with pytest.raises(DependencyError, match="1 of 2 packages were not found there"):
        judge([clean, {"name": "b", "skip_reason": "not found"}])
    with pytest.raises(DependencyError, match="0 of 0 packages"):
        judge([])


def test_an_audit_names_what_is_vulnerable() -> None:
    fault = {"id": "PYSEC-2026-1", "fix_versions": ["1.1", "2.0"]}
    found = [{"name": "a", "version": "1", "vulns": [fault]}]
    with pytest.raises(DependencyError, match=r"a 1: PYSEC-2026-1, fixed in 1\.1, 2\.0"):
        judge(found)

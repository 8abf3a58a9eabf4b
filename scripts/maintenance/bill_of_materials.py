"""Write a bill of materials of the run-time dependencies: `make sbom`.

The format is CycloneDX, which scanners read: every dependency with its version, license,
the hashes of its files (one of which is installed) and its own dependencies.
"""

import importlib.metadata
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from scripts.build_folder import BuildFolder
from scripts.maintenance.dependencies import (
    NAME,
    RUN_LOCK,
    Dependency,
    DependencyError,
    read_lock,
)


def bill_of_materials() -> str:
    """The bill as JSON; it follows the schema of CycloneDX.

    Raises:
        DependencyError: a dependency is not installed in its locked version.
    """
    project = Component(
        name=NAME,
        version=importlib.metadata.version(NAME),
        type=ComponentType.APPLICATION,
        bom_ref=NAME,
    )
    bom = Bom()
    bom.metadata.component = project
    found = [dependency for dependency in read_lock(RUN_LOCK) if dependency.is_needed_here]
    components = {dependency.name: _component(dependency) for dependency in found}
    direct = Dependency(NAME, str(project.version), "", ()).needs
    bom.register_dependency(project, [components[name] for name in sorted(direct)])
    for dependency in found:
        component = components[dependency.name]
        bom.components.add(component)
        bom.register_dependency(
            component,
            [components[name] for name in sorted(dependency.needs) if name in components],
        )
    text = JsonV1Dot6(bom).output_as_string(indent=2)
    fault = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if fault is not None:
        raise DependencyError(f"The bill of materials is no CycloneDX: {fault}")
    return text


def _component(dependency: Dependency) -> Component:
    """A dependency as a component of the bill."""
    return Component(
        name=dependency.name,
        version=dependency.version,
        type=ComponentType.LIBRARY,
        bom_ref=dependency.name,
        purl=PackageURL("pypi", None, dependency.name, dependency.version),
        licenses=[LicenseFactory().make_from_string(dependency.license)],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=x) for x in dependency.hashes],
    )


def write_bill(folder: BuildFolder) -> Path:
    """Write the bill to sbom.json in a build folder; returns the file.

    Raises:
        DependencyError: a dependency is not installed in its locked version.
    """
    file = folder.root / "sbom.json"
    text = bill_of_materials()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file

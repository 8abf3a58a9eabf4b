"""Images that buildah builds without an engine, on a base that debootstrap makes."""

import ast
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from scripts.build_folder import PROJECT

# The release of Debian and the programs of python:3.11-slim-bookworm, which the Dockerfile
# names. Debian's own package is Python 3.11 too.
SUITE = "bookworm"
PACKAGES = "python3,python3-pip,python3-venv,python-is-python3,ca-certificates"
BASE = "localhost/audience-base"


@dataclass(frozen=True)
class Image:
    """A built image.

    Attributes:
        root: its files, mounted.
        user: user and group by number, as it names them.
        command: what it starts.
    """

    root: Path
    user: str
    folder: str
    environment: dict[str, str]
    command: list[str]
    health_check: list[str]


class ImageStore:
    """Images in a folder of their own, apart from those of this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._mounted: list[str] = []

    def base(self) -> str:
        """The name of the base image; makes it if it is missing."""
        if BASE not in self._buildah("images", "--format", "{{.Name}}").split():
            container = self._buildah("from", "scratch")
            root = self._buildah("mount", container)
            command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}"]
            run([*command, SUITE, root, *debian_sites()])
            self._buildah("umount", container)
            self._buildah("commit", "--rm", container, BASE)
        return BASE

    def build(self, tag: str, project: Path = PROJECT) -> Image:
        """Build the Dockerfile of a checkout, and mount what it makes."""
        containers = project / "deploy" / "containers"
        self._buildah(
            *("build", "--isolation", "chroot", "--layers", "--format", "docker"),
            *("--ignorefile", str(containers / "Dockerfile.dockerignore")),
            *("--file", str(containers / "Dockerfile"), "--tag", tag),
            *("--build-arg", f"BASE={self.base()}", *self._pip_configuration()),
            str(project),
        )
        container = self._buildah("from", tag)
        self._mounted.append(container)
        described = json.loads(self._buildah("inspect", "--type", "image", tag))
        config = described["Docker"]["config"]
        return Image(
            Path(self._buildah("mount", container)),
            config["User"],
            config["WorkingDir"],
            dict(entry.split("=", 1) for entry in config["Env"]),
            config["Cmd"],
            config["Healthcheck"]["Test"],
        )

    def unmount(self) -> None:
        """Give back what was mounted."""
        for container in self._mounted:
            self._buildah("rm", container)

    def remove_images(self) -> None:
        """Remove all images, as root sees them: layers have files of other owners."""
        self._buildah("rmi", "--all", "--force")

    def _buildah(self, *arguments: str) -> str:
        store = [f"--root={self.folder / 'images'}", f"--runroot={self.folder / 'state'}"]
        return run(["buildah", *store, *arguments])

    def _pip_configuration(self) -> Iterator[str]:
        """This machine's settings of pip, for the build alone: `--env` would keep them."""
        sections: dict[str, dict[str, str]] = {}
        for line in run(["python3", "-m", "pip", "config", "list"]).splitlines():
            name, _, value = line.partition("=")
            section, _, key = name.partition(".")
            section = "global" if section == ":env:" else section
            sections.setdefault(section, {})[key] = str(ast.literal_eval(value))
        configuration = self.folder / "pip.conf"
        configuration.touch(mode=0o600)
        lines = []
        for section, settings in sections.items():
            lines += [f"[{section}]", *(f"{k} = {v}" for k, v in settings.items())]
        configuration.write_text("\n".join(lines))
        yield from ("--volume", f"{configuration}:/etc/pip.conf:ro")
        values = [value for keys in sections.values() for value in keys.values()]
        for path in sorted({path for value in values for path in value.split()}):
            if Path(path).is_absolute() and Path(path).exists():
                yield from ("--volume", f"{path}:{path}:ro")


def debian_sites() -> list[str]:
    """Where this machine's apt finds Debian; empty for debootstrap's own choice."""
    query = ["$(SITE)", f"Suite: {SUITE}", f"Codename: {SUITE}"]
    for match in query[1:]:
        found = run(
            ["apt-get", "indextargets", "--format", query[0], match, "Label: Debian"]
        )
        if found:
            return found.splitlines()[:1]
    return []


def run(command: list[str], **environment: str) -> str:
    """Run a program; returns what it prints.

    Raises:
        AssertionError: it failed; the message has what it said.
    """
    outcome = subprocess.run(
        command,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    said = outcome.stdout + outcome.stderr
    assert outcome.returncode == 0, f"{' '.join(command)}\n{said[-4000:]}"
    return outcome.stdout.strip()

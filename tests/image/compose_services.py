"""Services of deploy/containers/compose.yaml, run as that file says."""

import re
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.deploy.test_deploy_containers import COMPOSE, SERVICES
from tests.image.container import Container, Network, Sandbox, Volume
from tests.image.image_store import Image

# Addresses on the bridge; DNS of an engine would have the names.
HOSTS = {"api": "10.89.0.2", "refresh": "10.89.0.3", "replica": "10.89.0.4"}


class Services:
    """Containers of an image that share volumes and a network.

    Attributes:
        image: what the next container runs.
        settings: what `.env` would say.
    """

    def __init__(self, image: Image, network: Network, folder: Path) -> None:
        self.image = image
        self.settings: dict[str, str] = {}
        self.log = folder / "log"
        self.log.mkdir(mode=0o755)
        self._network = network
        self._folder = folder
        self._all: list[Container] = []
        self._last: dict[str, Container] = {}

    def volume(self, name: str, at: str) -> Path:
        """A named volume; a new one is a copy of what the image has there."""
        path = self._folder / "volumes" / name
        if not path.exists():
            path.parent.mkdir(mode=0o711, exist_ok=True)
            inside = Path(f"{self.image.root}{at}")
            shutil.copytree(inside, path)
            for copied in [path, *path.rglob("*")]:
                like = inside / copied.relative_to(path)
                shutil.chown(copied, like.stat().st_uid, like.stat().st_gid)
        return path

    def start(
        self,
        service: str,
        *command: str,
        host: str = "",
        volumes: Mapping[str, str] | None = None,
        log: Path | None = None,
        **environment: str,
    ) -> Container:
        """Start a service.

        Args:
            host: its name on the network; without, that of the service.
            volumes: other names of its volumes.
            log: where its output goes.
            environment: further variables.
        """
        described = SERVICES[service]
        variables = {
            name: self._filled(value)
            for name, value in described.get("environment", {}).items()
        }
        renamed = volumes or {}
        sandbox = Sandbox(
            [self._volume(text, renamed) for text in described["volumes"]],
            dict(entry.split(":", 1) for entry in described["tmpfs"]),
            variables | environment,
            HOSTS,
            described.get("ulimits", {}).get("nofile", 0),
            self._network.join(host or service, HOSTS[host or service]),
        )
        assert described["read_only"] is True
        assert described["cap_drop"] == ["ALL"]
        output = log or self._folder / f"{host or service}-{len(self._all)}.log"
        words = command or described.get("command", ())
        started = Container(self.image, sandbox, output, words)
        self._all.append(started)
        self._last[host or service] = started
        return started

    def running(self, host: str) -> Container:
        """The last container of a name, which must run."""
        found = self._last[host]
        assert found.is_running, found.printed
        return found

    def run(
        self,
        service: str,
        *command: str,
        volumes: Mapping[str, str] | None = None,
        **environment: str,
    ) -> str:
        """Run a job; returns its output.

        Raises:
            AssertionError: it failed.
        """
        job = self.start(service, *command, volumes=volumes, **environment)
        assert job.wait() == 0, job.printed
        return job.printed

    def stop(self) -> None:
        """Kill what still runs."""
        for container in self._all:
            container.kill()

    def _volume(self, text: str, renamed: Mapping[str, str]) -> Volume:
        source, target, *options = self._filled(text).split(":")
        if source in COMPOSE["volumes"]:
            path = self.volume(renamed.get(source, source), target)
        else:
            path = Path(source)
        return Volume(path, target, options == ["ro"])

    def _filled(self, text: str) -> str:
        """Text with its `${NAME:-default}` and `${NAME:?problem}` filled in."""
        settings = {"AUDIENCE_LOG_DIR": str(self.log)} | self.settings

        def value(found: re.Match[str]) -> str:
            name, operator, default = found.groups()
            assert operator == "-" or name in settings, default
            return settings.get(name, default)

        return re.sub(r"\$\{(\w+):([-?])([^}]*)\}", value, text)

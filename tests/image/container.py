"""Containers without an engine: namespaces, a read-only root and a user without rights."""

import ctypes
import os
import resource
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psutil

from tests.image.image_store import Image, run

Result = TypeVar("Result")
CLONE_NEWNET = 0x40000000
# What `chroot --userspec` needs; the program itself starts without any.
CHROOT_ONLY = "-all,+sys_chroot,+setuid,+setgid"
DEVICES = ("null", "zero", "full", "random", "urandom")
BRIDGE = "10.89.0.1"


@dataclass(frozen=True)
class Volume:
    """A folder of this machine, and where a container sees it."""

    source: Path
    target: str
    is_read_only: bool = False


class Network:
    """A bridge that leads nowhere else; each container has an address on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 1
        self._spaces: list[Path] = []
        self._links: dict[str, str] = {}
        self._own = self._space("bridge")
        for command in (
            "link set lo up",
            "link add bridge0 type bridge",
            f"addr add {BRIDGE}/24 dev bridge0",
            "link set bridge0 up",
        ):
            run([*self.inside, "ip", *command.split()])
        self._threads = ThreadPoolExecutor(40, initializer=self._enter)

    @property
    def inside(self) -> list[str]:
        """What runs a program of this machine on the bridge."""
        return ["nsenter", f"--net={self._own}"]

    def call(self, function: Callable[[], Result]) -> Result:
        """Call a function in a thread that is on the bridge."""
        return self._threads.submit(function).result()

    def calls(self, function: Callable[[int], Result], count: int) -> Iterator[Result]:
        """Call a function often, 40 at a time."""
        return self._threads.map(function, range(count))

    def join(self, name: str, address: str) -> list[str]:
        """Give a container its address; returns what runs it there."""
        self._count += 1
        space, outer = self._space(f"{name}-{self._count}"), f"veth{self._count}"
        if earlier := self._links.get(address):
            run([*self.inside, "ip", "link", "delete", earlier])
        self._links[address] = outer
        # The same for an address that is used again, which others remember.
        hardware = f"02:00:00:00:00:{int(address.rpartition('.')[2]):02x}"
        link = ["link", "add", outer, "type", "veth", "peer", "name", "eth0"]
        link += ["address", hardware]
        run([*self.inside, "ip", *link, "netns", str(space)])
        run([*self.inside, "ip", "link", "set", outer, "master", "bridge0", "up"])
        inner = ["nsenter", f"--net={space}"]
        run([*inner, "ip", "link", "set", "lo", "up"])
        run([*inner, "ip", "addr", "add", f"{address}/24", "dev", "eth0"])
        run([*inner, "ip", "link", "set", "eth0", "up"])
        return inner

    def remove(self) -> None:
        """Remove all its namespaces."""
        self._threads.shutdown()
        for space in self._spaces:
            run(["umount", str(space)])
            space.unlink()

    def _space(self, name: str) -> Path:
        space = self._folder / f"{name}.network"
        space.touch()
        run(["unshare", f"--net={space}", "true"])
        self._spaces.append(space)
        return space

    def _enter(self) -> None:
        descriptor = os.open(self._own, os.O_RDONLY)
        entered = ctypes.CDLL(None, use_errno=True).setns(descriptor, CLONE_NEWNET)
        os.close(descriptor)
        assert entered == 0, os.strerror(ctypes.get_errno())


@dataclass
class Sandbox:
    """How a container is closed off.

    Attributes:
        temporary: options of the memory file system of each path.
        hosts: addresses by name, which it finds in /etc/hosts.
        open_files: how many it may open; 0 is as many as this machine allows.
        network: what runs a program in its network; without, it has only a loopback.
    """

    volumes: list[Volume] = field(default_factory=list)
    temporary: dict[str, str] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    hosts: Mapping[str, str] = field(default_factory=dict)
    open_files: int = 0
    network: list[str] = field(default_factory=lambda: ["unshare", "--net"])


class Container:
    """A program in an image.

    Attributes:
        log: the file with its output.
    """

    def __init__(
        self, image: Image, sandbox: Sandbox, log: Path, command: Sequence[str] = ()
    ) -> None:
        self.log = log
        spaces = ["unshare", "--mount", "--pid", "--fork", "--ipc", "--uts", "--kill-child"]
        script = "\n".join(_script(image, sandbox, list(command) or image.command))
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                [*sandbox.network, *spaces, "sh", "-ec", script],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def printed(self) -> str:
        return self.log.read_text()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def wait(self, seconds: float = 300) -> int:
        """Wait for its end; returns its exit code."""
        return self._process.wait(seconds)

    def processes(self) -> list[psutil.Process]:
        """Its first process, and what that has started."""
        (first,) = psutil.Process(self._process.pid).children()
        return [first, *first.children(recursive=True)]

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self._process.wait(30)

    def stop(self) -> int:
        """Ask it to end, as engines do; returns its exit code."""
        if self.is_running:
            self.processes()[0].send_signal(signal.SIGTERM)
        return self._process.wait(30)


def wait_for(condition: Callable[[], bool], seconds: float, what: object = "") -> None:
    """Wait until a condition holds.

    Raises:
        AssertionError: it does not hold in time.
    """
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what() if callable(what) else what
        time.sleep(0.2)


def _script(image: Image, sandbox: Sandbox, command: list[str]) -> Iterator[str]:
    """Mount what a container sees, and become its user."""
    root = image.root

    def mount(*words: object) -> str:
        return shlex.join(["mount", *map(str, words)])

    targets = [volume.target for volume in sandbox.volumes]
    yield f"mkdir -p {shlex.join(f'{root}{target}' for target in ['/etc', *targets])}"
    names = "".join(f"{address} {name}\n" for name, address in sandbox.hosts.items())
    yield f"touch {root}/etc/hosts"
    yield mount("--bind", root, root)
    yield mount("-o", "remount,bind,ro", root)
    yield mount("-t", "proc", "proc", root / "proc")
    yield mount("-t", "tmpfs", "-o", "size=1m,mode=755", "tmpfs", root / "dev")
    yield f"mkdir {root}/dev/shm"
    yield mount("-t", "tmpfs", "-o", "size=64m,mode=1777", "tmpfs", root / "dev" / "shm")
    for device in DEVICES:
        yield f"touch {root}/dev/{device}"
        yield mount("--bind", f"/dev/{device}", root / "dev" / device)
    yield f"cat > {root}/dev/hosts <<'END'\n127.0.0.1 localhost\n{names}END"
    yield mount("--bind", root / "dev" / "hosts", root / "etc" / "hosts")
    for path, options in sandbox.temporary.items():
        yield mount(
            "-t", "tmpfs", "-o", f"{options},nosuid,nodev", "tmpfs", f"{root}{path}"
        )
    for volume in sandbox.volumes:
        yield mount("--bind", volume.source, f"{root}{volume.target}")
        if volume.is_read_only:
            yield mount("-o", "remount,bind,ro", f"{root}{volume.target}")
    if sandbox.open_files:
        # This machine may allow less than the service asks for.
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        asked = sandbox.open_files
        yield f"ulimit -n {asked if most == resource.RLIM_INFINITY else min(asked, most)}"
    variables = image.environment | dict(sandbox.environment)
    yield "exec " + shlex.join(
        [
            # In this order, because only what is in the bounding set can be added.
            *("setpriv", f"--inh-caps={CHROOT_ONLY}", "setpriv", "--bounding-set=-all"),
            *("chroot", f"--userspec={image.user}", "--groups=", str(root)),
            *("setpriv", "--no-new-privs", "--inh-caps=-all"),
            *("env", "-i", "-C", image.folder),
            *(f"{name}={value}" for name, value in variables.items()),
            *command,
        ]
    )

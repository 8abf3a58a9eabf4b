"""Three instances behind nginx, each with its own copy: no request fails."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from scripts.benchmarks.load_clients import wrk
from scripts.build_folder import PROJECT, BuildFolder
from scripts.releases.publish import publish
from scripts.releases.release_folder import ReleaseFolder
from tests.api.conftest import Server, free_port, start, stop
from tests.load import Load, served

CONFIGURATION = PROJECT / "deploy" / "cluster" / "nginx.conf"
INSTANCES = 3
# The connections of the load for the throughput.
CONNECTIONS = 32
SECONDS = 5


@dataclass
class Cluster:
    """Instances behind one address.

    Attributes:
        url: nginx.
        servers: the instances.
        shared: the folder that releases are fetched from.
    """

    url: str
    servers: list[Server]
    shared: BuildFolder

    def serves(self, release_id: str) -> bool:
        """Whether every instance serves a release."""
        return all(served(server) == release_id for server in self.servers)


def configure(target: Path, port: int, instances: list[int]) -> Path:
    """The configuration of deploy/ with other ports, for some of the instances."""
    text = CONFIGURATION.read_text()
    for number, shipped in enumerate((8001, 8002, 8003)):
        (line,) = [one for one in text.splitlines() if f"127.0.0.1:{shipped} " in one]
        other = (
            line.replace(str(shipped), str(instances[number])) if instances[number:] else ""
        )
        text = text.replace(line, other)
    configuration = target / "nginx.conf"
    configuration.write_text(
        text.replace("listen 127.0.0.1:8000", f"listen 127.0.0.1:{port}")
    )
    return configuration


@pytest.fixture
def cluster(published: BuildFolder, tmp_path: Path) -> Iterator[Cluster]:
    """Three instances with one worker each that fetch published releases."""
    if not (shutil.which("nginx") or shutil.which("/usr/sbin/nginx")):
        pytest.skip("no nginx: apt-get install nginx-light")
    with contextlib.ExitStack() as running:
        servers = [
            _instance(running, published.releases, tmp_path, number)
            for number in range(INSTANCES)
        ]
        yield Cluster(_proxy(running, servers, tmp_path / "nginx"), servers, published)


def _proxy(running: contextlib.ExitStack, servers: list[Server], home: Path) -> str:
    """Start nginx in front of some instances; returns its address."""
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    assert nginx is not None
    home.mkdir()
    port = free_port()
    ports = [int(server.url.rpartition(":")[2]) for server in servers]
    configuration = str(configure(home, port, ports))
    proxy = _run(
        running, [nginx, "-p", str(home), "-c", configuration, "-g", "daemon off;"]
    )
    servers[0].wait_for(lambda: proxy.poll() is None and _listens(port))
    return f"http://127.0.0.1:{port}"


def _run(
    running: contextlib.ExitStack, command: list[str], **environment: str
) -> subprocess.Popen[bytes]:
    """Start a program that runs until the end of the test."""
    program = subprocess.Popen(command, cwd=PROJECT, env=os.environ | environment)
    running.callback(program.wait)
    running.callback(program.terminate)
    return program


def _instance(
    running: contextlib.ExitStack, source: Path, place: Path, number: int
) -> Server:
    """Start an API with its own copy, and the program that fetches releases into it."""
    folder = BuildFolder(place / f"instance-{number}")
    fetch = _run(
        running,
        [sys.executable, "-m", "scripts.cli", "fetch", str(source), "--every", "0.5"],
        AUDIENCE_BUILD_DIR=str(folder.root),
    )
    while ReleaseFolder(folder.releases).current() is None:
        assert fetch.poll() is None, "it has ended without a release"
        time.sleep(0.1)
    server = start(folder, place / f"log-{number}", workers=1)
    running.callback(stop, server)
    running.callback(server.process.send_signal, signal.SIGCONT)
    return server


def _listens(port: int) -> bool:
    return any(
        connection.laddr.port == port and connection.status == psutil.CONN_LISTEN
        for connection in psutil.net_connections("tcp")
    )


def through_nginx(cluster: Cluster) -> Load:
    return Load(SimpleNamespace(url=cluster.url))  # type: ignore[arg-type]


def test_a_release_reaches_every_instance_and_no_request_fails(cluster: Cluster) -> None:
    with through_nginx(cluster) as load:
        second = publish(cluster.shared)
        cluster.servers[0].wait_for(lambda: cluster.serves(second.release_id), 60)
        time.sleep(1)
    assert load.errors == []
    assert set(load.statuses) == {200}
    assert load.mixed == [], "an answer is of one release"
    assert second.release_id in load.releases


def test_an_instance_that_is_killed_costs_no_request(cluster: Cluster) -> None:
    with through_nginx(cluster) as load:
        time.sleep(1)
        victim = psutil.Process(cluster.servers[0].process.pid)
        for process in [*victim.children(recursive=True), victim]:
            process.kill()
        time.sleep(3)
    assert load.errors == []
    assert set(load.statuses) == {200}
    assert len(load.releases) > 100


def test_an_instance_that_is_frozen_costs_no_request(cluster: Cluster) -> None:
    frozen = psutil.Process(cluster.servers[1].process.pid)
    processes = [frozen, *frozen.children(recursive=True)]
    with through_nginx(cluster) as load:
        time.sleep(1)
        for process in processes:
            process.suspend()
        time.sleep(10)
        for process in processes:
            process.resume()
        time.sleep(1)
    assert load.errors == []
    assert set(load.statuses) == {200}
    assert len(load.releases) > 100


def test_all_instances_answer(cluster: Cluster) -> None:
    with through_nginx(cluster) as load:
        time.sleep(4)
    asked = []
    for server in cluster.servers:
        text = server.get("/metrics").text
        lines = [
            line for line in text.splitlines() if line.startswith("audience_requests_t")
        ]
        asked.append(sum(float(line.split()[-1]) for line in lines if "recommend" in line))
    assert set(load.statuses) == {200}
    assert min(asked) > 0.2 * sum(asked), json.dumps(asked)


def test_throughput_adds_up_until_the_cores_are_spent(
    cluster: Cluster, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    """The rate is reported in the table at the end; the test does not judge it."""
    if shutil.which("wrk") is None:
        pytest.skip("no wrk: apt-get install wrk")
    for count in range(1, INSTANCES + 1):
        with contextlib.ExitStack() as running:
            url = _proxy(running, cluster.servers[:count], tmp_path / f"nginx-{count}")
            wrk(url, CONNECTIONS, seconds=1)
            measured = wrk(url, CONNECTIONS, SECONDS)
        assert measured.failed == 0
        record_property(f"{count} of {INSTANCES} instances", measured.rate)

"""Prometheus and node_exporter as deploy/monitoring and compose configure them."""

import json
import re
import subprocess
import time
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.deploy.test_deploy_containers import SERVICES
from tests.image.compose_services import HOSTS
from tests.image.container import BRIDGE, Network, wait_for
from tests.promql import MONITORING

URL = f"http://{BRIDGE}:9090"
EXPORTER = f"{BRIDGE}:9100"
# Instead of minutes: a rate and an increase need a few scrapes.
RANGE = "10s"
# Instead of two days without a refresh.
LAST_RUN = "45"
Alert = tuple[str, str]


class Monitoring:
    """A Prometheus that scrapes every second, and its alerts."""

    def __init__(self, network: Network, folder: Path, metrics: Path, key: str) -> None:
        self._network = network
        self._folder = folder
        folder.mkdir()
        self._targets = folder / "targets.json"
        self.scrape()
        (folder / "prometheus_key").write_text(key)
        (folder / "rules.yml").write_text(quick_rules())
        (folder / "prometheus.yml").write_text(configuration())
        self._running = [
            self._start("prometheus", *self._arguments(folder)),
            # Another user than that of the refresh, as in compose.
            self._start(
                *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
                *("prometheus-node-exporter", f"--web.listen-address={EXPORTER}"),
                *(
                    word.replace("=/metrics", f"={metrics}")
                    for word in SERVICES["refresh-metrics"]["command"]
                ),
            ),
        ]
        try:
            wait_for(lambda: bool(self.ask("up")), 60, self._printed)
        except BaseException:
            self.stop()
            raise

    def scrape(self, *hosts: str) -> None:
        """Name the APIs, instead of the DNS of an engine."""
        addresses = [f"{HOSTS[host]}:8000" for host in hosts]
        written = self._targets.with_suffix(".part")
        written.write_text(json.dumps([{"targets": addresses}]))
        written.rename(self._targets)

    def ask(self, query: str) -> list[dict[str, Any]]:
        """The answer to an expression."""
        try:
            answer = self._network.call(
                lambda: httpx.get(f"{URL}/api/v1/query", params={"query": query})
            )
        except httpx.TransportError:
            return []
        if answer.status_code == 503:  # It starts.
            return []
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["data"]["result"]
        return found

    def firing(self) -> set[Alert]:
        """Names and severities of the alerts that fire."""
        return named(self.ask('ALERTS{alertstate="firing"}'))

    def have_fired(self) -> set[Alert]:
        """Those that have fired since it started."""
        return named(self.ask('count_over_time(ALERTS{alertstate="firing"}[2h])'))

    def wait_until_firing(self, *alerts: Alert, seconds: float = 90) -> None:
        """Wait until all of some alerts fire."""
        wait_for(lambda: set(alerts) <= self.firing(), seconds, self._explain)

    def wait_until_clear(self, *alerts: Alert, seconds: float = 90) -> None:
        """Wait until none of some alerts fires, for three evaluations."""
        quiet = 0
        end = time.monotonic() + seconds
        while quiet < 3:
            quiet = 0 if set(alerts) & self.firing() else quiet + 1
            assert time.monotonic() < end, self._explain()
            time.sleep(1)

    def stop(self) -> None:
        """Stop both programs."""
        for program in self._running:
            program.terminate()
            program.wait(30)

    def _explain(self) -> str:
        series = self.ask('{__name__=~"up|audience_(drift_level|refresh_result).*"} != 0')
        return f"{self.firing()} {series}"

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        with (self._folder / "log").open("ab") as log:
            return subprocess.Popen(
                [*self._network.inside, *command], stdout=log, stderr=subprocess.STDOUT
            )

    def _printed(self) -> str:
        return (self._folder / "log").read_text()

    @staticmethod
    def _arguments(folder: Path) -> list[str]:
        """Those of compose, with the folders of this test."""
        given = " ".join(SERVICES["prometheus"]["command"])
        given = given.replace("/etc/prometheus", str(folder))
        given = given.replace("=/prometheus", f"={folder}/data")
        return [*given.split(), f"--web.listen-address={BRIDGE}:9090"]


def quick_rules() -> str:
    """The shipped rules, with seconds for their minutes and days."""
    text = (MONITORING / "rules.yml").read_text()
    text, waits = re.subn(r"(?m)^( +for:) \d+m$", r"\1 1s", text)
    text, ranges = re.subn(r"\[\d+m\]", f"[{RANGE}]", text)
    text, days = re.subn(r"2 \* 86400", LAST_RUN, text)
    assert (waits > 5, ranges > 5, days) == (True, True, 1)
    return text


def configuration() -> str:
    """The shipped configuration, with targets from a file and a scrape per second."""
    shipped = yaml.safe_load((MONITORING / "prometheus.yml").read_text())
    shipped["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    api, refresh = shipped["scrape_configs"]
    del api["dns_sd_configs"], refresh["dns_sd_configs"]
    api["file_sd_configs"] = [{"files": ["targets.json"]}]
    refresh["static_configs"] = [{"targets": [EXPORTER]}]
    refresh["scrape_interval"] = "1s"
    return str(yaml.safe_dump(shipped))


def shipped_alerts() -> set[Alert]:
    """Every alert of the shipped rules."""
    groups = yaml.safe_load((MONITORING / "rules.yml").read_text())["groups"]
    return {
        (rule["alert"], rule["labels"]["severity"])
        for group in groups
        for rule in group["rules"]
        if "alert" in rule
    }


def named(series: list[dict[str, Any]]) -> set[Alert]:
    return {(one["metric"]["alertname"], one["metric"]["severity"]) for one in series}

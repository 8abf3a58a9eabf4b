"""The monitoring: rules by promtool, the dashboard by Grafana's own types."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog import plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from api.settings import Settings
from tests.api.in_process import application
from tests.deploy.test_deploy_containers import SERVICES
from tests.needed_programs import needs
from tests.promql import MONITORING, expressions, named_metrics, panels, rules


def promtool(*arguments: str | Path) -> str:
    run = subprocess.run(
        [needs("promtool", package="prometheus"), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_rules_are_rules() -> None:
    told = promtool("check", "rules", MONITORING / "rules.yml")
    assert f"{len(rules())} rules found" in told


def test_alerts_come_when_they_have_to() -> None:
    promtool("test", "rules", MONITORING / "rules_test.yml")


def test_every_alert_is_tested_both_ways() -> None:
    """Once that it comes, with its severity; once that it does not."""
    tests = yaml.safe_load((MONITORING / "rules_test.yml").read_text())["tests"]
    cases = [case for test in tests for case in test.get("alert_rule_test", [])]
    comes = {
        (case["alertname"], alert["exp_labels"]["severity"])
        for case in cases
        for alert in case["exp_alerts"]
    }
    stays_away = {case["alertname"] for case in cases if not case["exp_alerts"]}
    alerts = [rule for rule in rules() if "alert" in rule]
    assert comes == {(rule["alert"], rule["labels"]["severity"]) for rule in alerts}
    assert stays_away == {rule["alert"] for rule in alerts}


def test_every_alert_says_what_is_the_matter() -> None:
    for rule in rules():
        if "alert" in rule:
            assert rule["annotations"].keys() == {"summary", "description"}
            assert rule["labels"]["severity"] in ("warning", "critical")


def test_the_configuration_is_one(tmp_path: Path) -> None:
    for name in ("prometheus.yml", "rules.yml"):
        shutil.copy(MONITORING / name, tmp_path)
    (tmp_path / "prometheus_key").write_text("key")
    told = promtool("check", "config", tmp_path / "prometheus.yml")
    assert "1 rule files found" in told


def test_compose_has_what_is_scraped() -> None:
    jobs = yaml.safe_load((MONITORING / "prometheus.yml").read_text())["scrape_configs"]
    names = {job["job_name"] for job in jobs}
    for job in jobs:
        [target] = job["dns_sd_configs"]
        assert set(target["names"]) <= set(SERVICES)
    mounts = SERVICES["prometheus"]["volumes"]
    assert "../monitoring/rules.yml:/etc/prometheus/rules.yml:ro" in mounts
    [secret] = SERVICES["prometheus"]["secrets"]
    key = jobs[0]["authorization"]["credentials_file"]
    assert secret["target"] == f"/etc/prometheus/{key}"
    asked = {name for e in expressions() for name in re.findall(r'job="([^"]+)"', e)}
    assert asked <= names


def test_the_release_is_old_where_the_api_says_so() -> None:
    [old] = [
        rule["expr"]
        for rule in rules()
        if rule.get("alert") == "AudienceReleaseStale"
        and rule["labels"]["severity"] == "critical"
    ]
    assert old.endswith(f"> {Settings().max_release_age_days:g}")


def test_routes_that_are_named_exist() -> None:
    routes = [f"/{route.path}" for route in application().router.routes]
    named = {name for e in expressions() for name in re.findall(r'route[=!]~"([^"]+)"', e)}
    assert len(named) >= 2
    for pattern in named:
        for part in pattern.split("|"):
            assert any(re.fullmatch(part, route) for route in routes), part


@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ('up{job="audience-api"} == 0 or absent(up{job="b"})', {"up"}),
        ("sum by (job, le) (rate(a_total{x=~\"b|c\"}[5m])) / job:b:c offset 1d", {
            "a_total", "job:b:c",
        }),
        ("time() - max without (x) (a_seconds) > 2 * 1e3 and on (job) b", {
            "a_seconds", "b",
        }),
    ],
)  # fmt: skip
def test_metrics_are_found_in_expressions(expression: str, names: set[str]) -> None:
    assert named_metrics(expression) == names


def test_every_expression_parses(tmp_path: Path) -> None:
    wrapped = tmp_path / "rules.yml"
    named = [
        {"record": f"expression_{number}", "expr": expression}
        for number, expression in enumerate(expressions())
    ]
    wrapped.write_text(yaml.safe_dump({"groups": [{"name": "all", "rules": named}]}))
    assert f"{len(named)} rules found" in promtool("check", "rules", wrapped)


DASHBOARD: dict[str, Any] = json.loads((MONITORING / "dashboard.json").read_text())


def unknown(given: Any, known: Any, path: str = "dashboard") -> list[str]:
    """Where a document says what its typed copy does not."""
    if isinstance(given, dict) and isinstance(known, dict):
        return [
            found
            for key, value in given.items()
            for found in (
                unknown(value, known[key], f"{path}.{key}")
                if key in known
                else [f"{path}.{key}"]
            )
        ]
    if isinstance(given, list) and isinstance(known, list) and len(given) == len(known):
        return [
            found
            for number, (one, other) in enumerate(zip(given, known, strict=True))
            for found in unknown(one, other, f"{path}[{number}]")
        ]
    return [] if given == known else [path]


def typed(dashboard: dict[str, Any]) -> dict[str, Any]:
    """What is left of a dashboard in Grafana's own types."""
    plugins.register_default_plugins()
    encoded: dict[str, Any] = json.loads(
        JSONEncoder().encode(Dashboard.from_json(dashboard))
    )
    return encoded


def test_grafana_knows_every_field() -> None:
    assert unknown(DASHBOARD, typed(DASHBOARD)) == []


def test_an_unknown_field_would_be_seen() -> None:
    broken = json.loads(json.dumps(DASHBOARD))
    broken["panels"][1]["options"]["colourMode"] = "value"
    assert unknown(broken, typed(broken)) == ["dashboard.panels[1].options.colourMode"]


@pytest.mark.parametrize("panel", panels(), ids=lambda panel: panel["title"])
def test_every_panel_explains_itself(panel: dict[str, Any]) -> None:
    assert panel["title"]
    assert panel["description"].endswith(".")
    assert panel["fieldConfig"]["defaults"]["unit"]
    source = {"type": "prometheus", "uid": "${datasource}"}
    assert panel["datasource"] == source
    assert [target["datasource"] for target in panel["targets"]] == [
        source for _ in panel["targets"]
    ]


def test_panels_lie_side_by_side() -> None:
    numbers = [panel["id"] for panel in DASHBOARD["panels"]]
    titles = [panel["title"] for panel in panels()]
    assert len(set(numbers)) == len(numbers)
    assert len(set(titles)) == len(titles)
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(at["x"], at["x"] + at["w"])
            for y in range(at["y"], at["y"] + at["h"])
        }
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_grafana_finds_the_dashboard_and_prometheus() -> None:
    assert [one["type"] for one in DASHBOARD["templating"]["list"]] == ["datasource"]
    assert DASHBOARD["templating"]["list"][0]["name"] == "datasource"
    folder = MONITORING / "grafana"
    [source] = yaml.safe_load((folder / "datasources.yml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert "prometheus" in SERVICES
    [provider] = yaml.safe_load((folder / "dashboards.yml").read_text())["providers"]
    assert any(
        f":{provider['options']['path']}/" in mount
        for mount in SERVICES["grafana"]["volumes"]
        if mount.startswith("../monitoring/dashboard.json:")
    )

"""The PromQL expressions of the monitoring, and the metrics that they name."""

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from scripts.build.notifications import METRICS
from scripts.build_folder import PROJECT

MONITORING = PROJECT / "deploy" / "monitoring"
# `audience refresh` writes these to metrics/refresh.prom in the build folder.
REFRESH_METRICS = set(METRICS)
GROUPING = r"\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)"
KEYWORDS = {"and", "or", "unless", "bool", "offset"}


def named_metrics(expression: str) -> set[str]:
    """The metrics that an expression of PromQL reads."""
    bare = re.sub(r'"[^"]*"', "", expression)
    bare = re.sub(rf"\{{[^}}]*\}}|\[[^\]]*\]|{GROUPING}", " ", bare)
    names = re.findall(r"(?<![\w.])[a-zA-Z_:][\w:]*(?!\w*\s*\()", bare)
    return set(names) - KEYWORDS


def rules() -> list[dict[str, Any]]:
    """Every rule, recording and alerting."""
    groups = yaml.safe_load((MONITORING / "rules.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[dict[str, Any]]:
    """Every panel of the dashboard; rows only group panels."""
    dashboard = json.loads((MONITORING / "dashboard.json").read_text())
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def expressions() -> Iterator[str]:
    """Every expression of the rules and of the dashboard."""
    for rule in rules():
        yield rule["expr"]
    for panel in panels():
        for target in panel["targets"]:
            yield target["expr"].replace("$__rate_interval", "5m")

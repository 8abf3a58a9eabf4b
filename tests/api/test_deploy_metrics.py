"""Alert rules and dashboard use metrics that exist."""

import re

from tests.api.conftest import Server
from tests.promql import REFRESH_METRICS, expressions, named_metrics, rules


def test_every_named_metric_is_exposed(server: Server) -> None:
    assert server.get("/recommend/1").status_code == 200
    server.client.post("/recommend/batch", json={"product_ids": [1], "n": 1})
    text = server.get("/metrics").text
    exposed = set(re.findall(r"^([a-z_]+)[{ ]", text, re.M))
    recorded = {rule["record"] for rule in rules() if "record" in rule}
    named = {name for expression in expressions() for name in named_metrics(expression)}
    assert named - exposed - recorded - REFRESH_METRICS == {"up"}
    # And every exposed metric is used.
    assert named >= REFRESH_METRICS
    assert recorded <= named
    families = set(re.findall(r"^# TYPE (\w+)", text, re.M))
    assert {f for f in families if not any(name.startswith(f) for name in named)} == set()


def test_labels_in_expressions_exist(server: Server) -> None:
    server.get("/recommend/1")
    text = server.get("/metrics").text
    known = {"job", "instance", *re.findall(r'(\w+)="', text)}
    of_refreshes = {"result", "measure", "compared_with"}
    for expression in expressions():
        asked = set(re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"', expression))
        for grouping in re.findall(r"by \(([^)]*)\)", expression):
            asked |= set(re.split(r",\s*", grouping))
        assert asked <= known | of_refreshes, expression

"""An answer goes on after a stored list exactly as a longer list would."""

import json
from pathlib import Path

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from tests.api.in_process import ThreadServer
from tests.conftest import run_audience
from tests.planted_taste import CATEGORIES_ATTRIBUTES, CATEGORIES_LOG

pytestmark = pytest.mark.long

SHORT, LONG = 5, 30
# Candidates of rankings that depend on attributes or activity are gathered for 20 places of
# any shorter list: see list_depth() in macros/rankings/rankings.sql.
GATHERED = 20


def answers(
    root: Path, ranking: str, top_n: int, n: int
) -> dict[int, list[tuple[int, float | None]]]:
    """The first n customers of each product, of a release with lists of top_n."""
    root.mkdir()
    log, attributes = root / "log.csv", root / "attributes.csv"
    with duckdb.connect() as connection:
        connection.execute(CATEGORIES_LOG.format(log=log))
        connection.execute(CATEGORIES_ATTRIBUTES.format(attributes=attributes))
    settings = {"ranking": ranking, "top_n": top_n, "product_attributes": str(attributes)}
    folder = BuildFolder(root / "build")
    outcome = run_audience(
        folder, "build", "--log", str(log), "--vars", json.dumps(settings)
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    server = ThreadServer(folder)
    found = {}
    for product in range(1, 66):
        body = server.get(f"/recommend/{product}?n={n}").json()
        assert body["ranking"] == ranking
        found[product] = [
            (row["customer_id"], row["score"]) for row in body["recommendations"]
        ]
    server.stop()
    return found


@pytest.mark.parametrize(
    ("ranking", "longer"),
    [
        ("recent_activity", LONG),
        ("item_neighbours", LONG),
        ("category_affinity", GATHERED),
        ("hybrid", GATHERED),
    ],
)
def test_a_short_list_goes_on_as_a_longer_one(
    tmp_path: Path, ranking: str, longer: int
) -> None:
    short = answers(tmp_path / "short", ranking, SHORT, longer)
    assert short == answers(tmp_path / "long", ranking, longer, longer)
    assert {len(customers) for customers in short.values()} == {longer}

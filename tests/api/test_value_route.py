"""What contacts are worth, as the API says it, compared with the tables of the release."""

from typing import Any

from api.routes.campaign_value import MEASURED, UNMEASURED
from tests.api.conftest import Server

CAMPAIGN = "spring_rotation"
PATH = f"/campaigns/{CAMPAIGN}/value"


def rows(server: Server, table: str, order: str) -> list[dict[str, Any]]:
    with server.release() as release:
        found: list[dict[str, Any]] = (
            release.execute(
                f"select * exclude (campaign_id) from {table}"
                f" where campaign_id = '{CAMPAIGN}' order by {order}"
            )
            .to_arrow_table()
            .to_pylist()
        )
        return found


def test_classes_and_choices_are_those_of_the_release(server: Server) -> None:
    body = server.get(PATH).json()
    assert body["classes"] == rows(server, "campaign_classes", "score_class, history_class")
    assert body["frontier"] == rows(server, "campaign_frontier", "point_number")
    assert sum(row["is_current"] for row in body["frontier"]) == 1
    assert any(row["is_efficient"] for row in body["frontier"])
    with server.release() as release:
        suitable = release.execute(
            "select suitable_customer_count from campaign_summaries"
            f" where campaign_id = '{CAMPAIGN}'"
        ).fetchone()
    assert (sum(row["customer_count"] for row in body["classes"]),) == suitable
    measured = any(row["experiment_id"] for row in body["classes"])
    assert body["note"] == (MEASURED if measured else UNMEASURED)


def test_a_campaign_without_contacts_has_added_nothing(server: Server) -> None:
    assert server.get(PATH).json()["attribution"] is None


def test_an_unknown_campaign_is_not_found(server: Server) -> None:
    assert server.get("/campaigns/unknown/value").status_code == 404

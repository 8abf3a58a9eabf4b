"""The calls of experiments, compared with the release."""

import duckdb

from scripts.build_folder import BuildFolder
from tests.api.conftest import ServeInThread, Server
from tests.conftest import alter_release, read_release


def rows(release: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = release.execute(query).to_arrow_table().to_pylist()
    return found


def test_without_experiments_the_list_is_empty(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    alter_release(release_copy.releases / "current", emptied=("experiment_verdicts",))
    body = serve_in_thread(release_copy).get("/experiments").json()
    assert (body["experiments"], body["count"]) == ([], 0)


def test_an_unknown_experiment_is_not_found(server: Server) -> None:
    found = server.get("/experiments/autumn")
    assert found.status_code == 404
    assert found.json()["detail"] == (
        "The release has no experiment 'autumn'. `/experiments` lists them."
    )


def test_the_list_has_every_verdict(server: Server) -> None:
    body = server.get("/experiments").json()
    assert body["count"] == 2
    assert {row["experiment_id"]: row["verdict"] for row in body["experiments"]} == {
        "banner_example": "running",
        "mail_example": "ship",
    }


def test_a_decision_card_matches_the_release(server: Server) -> None:
    body = server.get("/experiments/mail_example").json()
    with read_release(server.folder) as release:
        (verdict,) = rows(
            release, "from experiment_verdicts where experiment_id = 'mail_example'"
        )
        arms = rows(
            release,
            "select arm, is_contacted, unit_count, expected_units"
            " from experiment_arm_counts where experiment_id = 'mail_example' order by arm",
        )
        results = rows(
            release,
            "select * exclude (experiment_id) from experiment_results"
            " where experiment_id = 'mail_example'",
        )
    dates = {name: str(verdict[name]) for name in ("starts_on", "ends_on")}
    assert verdict | dates == {name: body[name] for name in verdict}
    assert body["arms"] == arms

    def place(row: dict[str, object]) -> tuple[str, str]:
        return str(row["comparison"]), str(row["metric"])

    assert sorted(body["results"], key=place) == sorted(results, key=place)


def test_a_running_experiment_shows_no_figures(server: Server) -> None:
    body = server.get("/experiments/banner_example").json()
    assert (body["verdict"], body["results"]) == ("running", [])
    shown = {
        name
        for name, value in body.items()
        if isinstance(value, float) and value is not None
    }
    assert shown == {"cost_per_contact", "value_per_conversion"}
    assert sum(arm["unit_count"] for arm in body["arms"]) == body["unit_count"] == 8000


def test_contamination_is_shown_by_arm(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    current = release_copy.releases / "current"
    with duckdb.connect(current / "audience.duckdb") as release:
        release.execute("delete from experiment_contamination")
        release.execute(
            "insert into experiment_contamination values"
            " ('mail_example', 'treatment_holdout', 50, 5, 0.1, 0.02, false),"
            " ('mail_example', 'treatment', 200, 60, 0.3, 0.02, false),"
            " ('banner_example', 'treatment', 10, 1, 0.1, null, false)"
        )
    alter_release(current)
    server = serve_in_thread(release_copy)
    body = server.get("/experiments/mail_example").json()
    assert [
        (row["arm"], row["contaminated_count"], row["contaminated_share"])
        for row in body["contamination"]
    ] == [("treatment", 60, 0.3), ("treatment_holdout", 5, 0.1)]
    assert {row["difference_low"] for row in body["contamination"]} == {0.02}


def test_an_earlier_release_has_no_contamination_and_no_automated_traffic(
    serve_in_thread: ServeInThread, release_copy: BuildFolder
) -> None:
    alter_release(
        release_copy.releases / "current",
        without=("experiment_contamination", "automated_traffic"),
    )
    old = serve_in_thread(release_copy)
    assert old.get("/experiments/mail_example").json()["contamination"] == []
    assert old.get("/quality").json()["automated"] is None

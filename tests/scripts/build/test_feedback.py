"""Events with a meaning against: pairs, categories and customers that they exclude."""

from pathlib import Path

import pytest

from scripts.build.seed_files import check_seeds, tables, write_seeds
from scripts.build_folder import PROJECT, BuildFolder
from scripts.inspection.event_names import weighted_events
from tests.conftest import FinishedBuild, read_release, read_warehouse
from tests.planted_holdout import FEEDBACK, PERIODS, is_held_out


@pytest.fixture(scope="module")
def listed(holdout_build: FinishedBuild) -> set[tuple[int, int]]:
    """Customers and products of all lists."""
    with read_release(holdout_build.folder) as release:
        return set(
            release.execute(
                "select customer_id, product_id from product_audiences"
                " union select customer_id, product_id from new_product_audiences"
                " union select customer_id, product_id from campaign_audiences"
            ).fetchall()
        )


def in_lists(customers: range) -> list[int]:
    """Those whom the global holdout does not keep out of all lists."""
    return [customer for customer in customers if not is_held_out(customer, PERIODS[1])]


@pytest.mark.parametrize("event", ["not_interested", "returned"])
def test_a_pair_is_in_no_list_though_nothing_else_is_excluded(
    listed: set[tuple[int, int]], event: str
) -> None:
    """The setting `exclude` is none, and these customers are the most active ones."""
    customers, product = FEEDBACK[event]
    for customer in in_lists(customers):
        assert (customer, product) not in listed
        assert (customer, product + 10) in listed


def test_a_category_is_muted(listed: set[tuple[int, int]]) -> None:
    """Products with the rest 0 by 4 are of the category of product 4; two are new."""
    customers, product = FEEDBACK["hidden"]
    others = in_lists(FEEDBACK["not_interested"][0])
    for customer in in_lists(customers):
        found = {one for who, one in listed if who == customer}
        assert not {one for one in found if one % 4 == product % 4}
        assert len(found) > 20
    assert any((customer, 8) in listed for customer in others)


def test_a_complaint_opts_out(holdout_build: FinishedBuild) -> None:
    customers, _ = FEEDBACK["complained"]
    with read_release(holdout_build.folder) as release:
        tables_with_customers = release.execute(
            "select schema_name || '.' || table_name from duckdb_columns()"
            " where column_name = 'customer_id' and not internal"
        ).fetchall()
        assert len(tables_with_customers) > 8
        for (table,) in tables_with_customers:
            found = release.execute(
                f"select customer_id from {table} where customer_id in"
                " (select unnest($ids))",
                {"ids": list(customers)},
            ).fetchall()
            assert found == [], table


def test_feedback_is_counted_and_shown(holdout_build: FinishedBuild) -> None:
    with read_release(holdout_build.folder) as release:
        found = set(release.execute("from feedback_counts").fetchall())
    assert found == {
        ("not_interested", "exclude_product", 20, 20, 20),
        ("returned", "exclude_product", 10, 10, 10),
        ("complained", "opt_out", 10, 10, 10),
        ("hidden", "mute_category", 20, 20, 20),
        ("never_seen", "opt_out", 0, 0, 0),
    }
    output = holdout_build.outcome.stdout
    assert "20  hidden of 20 customers (mute_category)" in output
    assert "never_seen" not in output


def test_feedback_is_no_unknown_event_and_no_response(holdout_build: FinishedBuild) -> None:
    assert "has no weight" not in holdout_build.outcome.stdout
    events = {event for event in FEEDBACK if event != "complained"}
    with read_warehouse(holdout_build.folder) as warehouse:
        weights = dict(
            warehouse.execute(
                "select event, weight from staging.stg_event_weights where is_feedback"
            ).fetchall()
        )
        # The feedback came after the last cutoff, on products that no one else touched.
        late = warehouse.execute(
            "select count(*) from intermediate.int_late_pairs where product_id <= 4"
        ).fetchone()
        relevant = warehouse.execute(
            "select count(*) from intermediate.int_relevant_customers where product_id <= 4"
        ).fetchone()
        touched = warehouse.execute(
            "select count(*) from intermediate.int_customer_product_sides"
            " where product_id <= 4 and late_count > 0"
        ).fetchone()
    assert weights.keys() == {*events, "complained", "never_seen"}
    assert set(weights.values()) == {0}
    assert (late, relevant) == ((0,), (0,))
    assert touched == (60,)


def test_a_workspace_without_the_table_has_the_shipped_one_which_is_empty(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "audience.yml").touch()
    own = tmp_path / "tables"
    own.mkdir()
    (own / "event_weights.csv").write_text("event,weight\nview,7\n")
    monkeypatch.setenv("AUDIENCE_WORKSPACE", str(tmp_path))
    seed = PROJECT / "seeds" / "feedback_events.csv"
    assert seed in tables()
    check_seeds()
    written = write_seeds(BuildFolder(tmp_path / "build")) / "seeds" / seed.name
    assert written.read_text().split() == seed.read_text().split() == ["event,effect"]
    assert weighted_events() == {"view"}
    (own / seed.name).write_text("event,effect\nHid,mute_category\n")
    assert own / seed.name in tables()
    assert weighted_events() == {"view", "hid"}

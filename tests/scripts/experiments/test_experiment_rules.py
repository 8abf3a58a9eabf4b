"""What stops a build with an experiment that cannot be: the SQL of the data tests, on rows
that are made up.
"""

import duckdb

from tests.conftest import FinishedBuild, read_release


def test_a_started_experiment_keeps_its_design(dirty_build: FinishedBuild) -> None:
    """Another window would say something else of the same units."""
    test = "tests/warehouse/assert_started_experiments_keep_their_design.sql"
    query = (dirty_build.folder.dbt_target / "compiled/product_audience" / test).read_text()
    with read_release(dirty_build.folder) as release:
        names = [
            row[0] for row in release.execute("describe experiment_designs").fetchall()
        ]
    design = "1 as " + ", 1 as ".join(set(names) - {"experiment_id", "attribution_days"})
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("use warehouse; create schema staging; create schema marts")
        for table, days in (
            ("staging.stg_started_experiments", 14),
            ("marts.experiment_designs", 7),
        ):
            connection.execute(
                f"create table {table} as select 'trial' as experiment_id,"
                f" {days} as attribution_days, {design}"
            )
        found = connection.execute(query).fetchall()
        connection.execute("update marts.experiment_designs set attribution_days = 14")
        assert connection.execute(query).fetchall() == []
    assert found == [
        (
            "seeds/experiments.csv, trial: attribution_days = 7, and it has started with"
            " 14. A started experiment keeps its design: set it back, or start another"
            " one.",
        )
    ]


def test_units_that_were_brought_belong_to_one_arm_of_an_experiment_that_is_named(
    dirty_build: FinishedBuild,
) -> None:
    compiled = dirty_build.folder.dbt_target / "compiled/product_audience/tests/warehouse"

    def said(test: str) -> list[str]:
        query = (compiled / f"{test}.sql").read_text()
        return [row[0] for row in connection.execute(query).fetchall()]

    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("use warehouse; create schema staging; create schema marts")
        connection.execute(
            "create table staging.stg_experiments as select unnest(['trial', 'ours'])"
            " as experiment_id, unnest([null, 'spring']) as campaign_id"
        )
        connection.execute(
            "create table staging.stg_experiment_arms as select 'trial' as experiment_id,"
            " unnest(['treatment', 'control']) as arm"
        )
        connection.execute(
            "create table staging.stg_experiment_units as select 'accepted' as outcome,"
            " 1 as line_number, unnest(['trial', 'trial', 'autumn', 'ours'])"
            " as experiment_id, unnest(['a', 'b', 'c', 'd']) as unit_id,"
            " unnest(['treatment', 'placebo', 'control', 'control']) as arm"
        )
        assert sorted(said("assert_experiment_units_are_valid")) == [
            "experiment_units, unit b of trial: seeds/experiment_arms.csv has no arm"
            " placebo of it.",
            "experiment_units, unit c of autumn: seeds/experiments.csv has no such"
            " experiment.",
            "experiment_units, unit d of ours: it has the campaign spring, whose customers"
            " are its units: leave the campaign empty.",
        ]
        connection.execute(
            "create table marts.experiment_designs as select 'trial' as experiment_id,"
            " null as campaign_id, 'm' as layer, date '2023-03-01' as starts_on,"
            " date '2023-03-02' as ends_on, 14 as attribution_days"
        )
        connection.execute(
            "create table marts.experiment_assignments as select 'trial' as experiment_id,"
            " unnest(['a', 'a', 'b']) as unit_id, null::date as contacted_on"
        )
        assert said("assert_units_are_in_one_arm") == [
            "trial, unit a is listed 2 times, expected once"
        ]


def test_an_audience_smaller_than_the_arms_need_is_named(
    dirty_build: FinishedBuild,
) -> None:
    """Treatment has its 300 customers, control lacks one."""
    test = "tests/warehouse/assert_experiments_have_units.sql"
    query = (dirty_build.folder.dbt_target / "compiled/product_audience" / test).read_text()
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("use warehouse; create schema staging; create schema marts")
        connection.execute(
            "create table staging.stg_experiments as"
            " select 'trial' as experiment_id, true as is_active, 'spring' as campaign_id,"
            " 600 as units"
        )
        connection.execute(
            "create table staging.stg_experiment_arms as select 'trial' as experiment_id,"
            " unnest(['treatment', 'treatment_holdout', 'control']) as arm,"
            " unnest([0.4, 0.1, 0.5]) as share"
        )
        connection.execute(
            "create table marts.experiment_assignments as select 'trial' as experiment_id,"
            " case when unit < 300 then 'treatment' else 'control' end as arm,"
            " false as has_started from range(599) as units(unit)"
        )
        found = connection.execute(query).fetchall()
        connection.execute("update marts.experiment_assignments set has_started = true")
        assert connection.execute(query).fetchall() == []
    assert found == [
        (
            "seeds/experiments.csv, trial: control needs 300 customers, and 299 are"
            " available. Lower units, or let the campaign reach more.",
        )
    ]

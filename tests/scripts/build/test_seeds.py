"""An invalid row of a seed stops the build, with the row and the reason.

The SQL under test is that of the data tests, compiled by dbt, on rows that are made up.
"""

import csv
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from scripts.build_folder import PROJECT, BuildFolder
from scripts.synthetic.interactions import generate
from tests.conftest import FinishedBuild, copy_project, run_audience
from tests.seed_rows import ARM, EXPERIMENT, GOOD, HOLDOUT, RULE

SEEDS = {
    "campaigns": GOOD,
    "campaign_rules": RULE,
    "experiments": EXPERIMENT,
    "experiment_arms": ARM,
}
Problems = Callable[..., list[str]]


@pytest.fixture(scope="module")
def problems(dirty_build: FinishedBuild) -> Problems:
    """What the data tests say of campaigns and rules; the log has products 1 to 3."""
    compiled = dirty_build.folder.dbt_target / "compiled/product_audience"

    def read(path: str) -> str:
        return (compiled / path).read_text()

    def say(**seeds: list[dict[str, str]]) -> list[str]:
        with duckdb.connect() as connection:
            connection.execute("attach ':memory:' as warehouse")
            connection.execute("use warehouse")
            for schema in ("seeds", "staging", "intermediate", "marts"):
                connection.execute(f"create schema {schema}")
            connection.execute(
                "create table marts.products as from range(1, 4) t(product_id)"
            )
            connection.execute(
                "create table marts.event_mix as select 'rating' as event;"
                " create table staging.stg_event_weights as"
                " from (values ('cart'), ('purchased')) t(event);"
                " create table staging.stg_purchase_value as"
                " select cast(null as double) as mean_revenue;"
                " create table staging.stg_contacts as select 'started' as experiment_id"
            )
            for seed, good in SEEDS.items():
                columns = ", ".join(f"{name} text" for name in good)
                connection.execute(f"create table seeds.{seed} ({columns})")
                for row in seeds.get(seed, []):
                    connection.execute(
                        f"insert into seeds.{seed} values ({', '.join('?' for _ in good)})",
                        list((good | row).values()),
                    )
            for table, path in (
                ("staging.stg_campaigns", "models/staging/campaigns"),
                ("staging.stg_campaign_rules", "models/staging/campaigns"),
                ("intermediate.int_rule_values", "models/intermediate/campaigns"),
                ("staging.stg_experiments", "models/staging/experiments"),
                ("staging.stg_experiment_arms", "models/staging/experiments"),
            ):
                query = read(f"{path}/{table.split('.')[1]}.sql")
                connection.execute(f"create table {table} as {query}")
            return [
                row[0]
                for test in ("campaigns", "campaign_rules", "experiments")
                for row in connection.execute(
                    read(f"tests/warehouse/assert_{test}_are_valid.sql")
                ).fetchall()
            ]

    return say


def test_the_shipped_campaigns_are_valid(problems: Problems) -> None:
    rows = {}
    for seed in SEEDS:
        with (PROJECT / "seeds" / f"{seed}.csv").open(newline="") as file:
            rows[seed] = list(csv.DictReader(file))
    assert problems(**rows) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"ends_on": "2023-03-31"},
            "ends_on = 2023-03-31 lies before starts_on = 2023-04-01",
        ),
        ({"ends_on": "2023-04-31"}, "ends_on = 2023-04-31, expected a date"),
        ({"starts_on": ""}, "starts_on is empty"),
        ({"audience_size": "0"}, "audience_size = 0, expected 1 or more"),
        ({"audience_size": "2.5"}, "audience_size = 2.5, expected a whole number"),
        ({"frequency_cap": "0"}, "frequency_cap = 0, expected 1 or more"),
        ({"product_limit": "many"}, "product_limit = many, expected a whole number"),
        ({"exclude": "buyers"}, "exclude = buyers, expected any, purchased or none"),
        ({"exclude_within_days": "-1"}, "exclude_within_days = -1, expected 0 or more"),
        ({"holdout_share": "1"}, "holdout_share = 1, expected less than 1"),
        ({"cost_per_contact": "cheap"}, "cost_per_contact = cheap, expected a number"),
        ({"cost_per_contact": "nan"}, "cost_per_contact = nan, expected a number"),
        ({"response_days": "0"}, "response_days = 0, expected 1 or more"),
        ({"response_days": "soon"}, "response_days = soon, expected a whole number"),
        ({"value_per_conversion": "inf"}, "value_per_conversion = inf, expected a number"),
        (
            {"required_event": "carts", "exclude": "none"},
            "required_event = carts, expected an event of the log: cart, purchased, rating",
        ),
        (
            {"required_event": "cart"},
            "cart, but exclude = any excludes every customer who has",
        ),
        (
            {"required_event": "cart", "required_within_days": "30"}
            | {"exclude_within_days": "30"},
            "required_event = cart, but exclude = any excludes every customer who has it",
        ),
        (
            {"required_event": "purchased", "exclude": "purchased"},
            "but exclude = purchased excludes every customer who has it",
        ),
        ({"required_within_days": "30"}, "required_within_days = 30, but there is no"),
        (
            {"exclude": "none", "exclude_within_days": "30"},
            "exclude_within_days = 30, but exclude = none excludes no customer",
        ),
        ({"is_active": "perhaps"}, "is_active = perhaps, expected true or false"),
        ({"priority": "0"}, "priority = 0, expected 1 or more"),
        ({"priority": "first"}, "priority = first, expected a whole number"),
        ({"objective": "luck"}, "objective = luck, expected response or profit"),
        ({"exploration_share": "1.5"}, "exploration_share = 1.5, expected at most 1"),
        ({"diversity_weight": "2"}, "diversity_weight = 2, expected at most 1"),
        ({"coverage_weight": "-1"}, "coverage_weight = -1, expected 0 or more"),
        ({"coverage_weight": "all"}, "coverage_weight = all, expected a number"),
        ({"channel": "All"}, "channel = All, expected the name of one channel: in"),
        ({"channel": "e mail"}, "channel = e mail, expected letters, digits, - and _"),
        ({"campaign_id": "spring 23"}, "campaign_id = spring 23, expected letters"),
    ],
)
def test_an_invalid_campaign_is_named(
    problems: Problems, changed: dict[str, str], said: str
) -> None:
    (problem,) = problems(campaigns=[changed])
    assert problem.startswith(f"seeds/campaigns.csv, {(GOOD | changed)['campaign_id']}: ")
    assert said in problem


def test_an_event_may_be_required_unless_the_exclusion_rules_it_out(
    problems: Problems,
) -> None:
    event = {"required_event": " Cart"}
    assert problems(campaigns=[event | {"exclude": "purchased"}]) == []
    assert problems(campaigns=[event | {"exclude_within_days": "30"}]) == []
    assert (
        problems(
            campaigns=[event | {"exclude_within_days": "7", "required_within_days": "30"}]
        )
        == []
    )


def test_a_campaign_has_one_row(problems: Problems) -> None:
    assert problems(campaigns=[GOOD, GOOD]) == [
        "seeds/campaigns.csv, spring: the campaign_id is in 2 rows, expected one."
    ]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"attribute": "horoscope"},
            "unknown attribute horoscope, expected one of customer_id",
        ),
        ({"operator": "like"}, "unknown operator like, expected equals, in, between"),
        ({"subject": "shop"}, "expected customer or product as the subject"),
        ({"action": "prefer"}, "expected include or exclude as the action"),
        ({"campaign_id": "autumn"}, "seeds/campaigns.csv has no such campaign"),
        ({"value": ""}, "the value is empty"),
        ({"value": "often"}, "expected numbers or times as the value"),
        ({"operator": "between", "value": "1"}, "expected lowest|highest as the value"),
        (
            {"operator": "between", "value": "5|2"},
            "the lowest value lies above the highest",
        ),
        (
            {"operator": "between", "value": "1|2023-01-01"},
            "expected numbers or times as the value",
        ),
        ({"operator": "between", "value": "1|2|3"}, "expected lowest|highest as the value"),
        ({"operator": "in", "value": "1| |3"}, "a value of the list is empty"),
        (
            {"subject": "product", "attribute": "product_id", "operator": "in"}
            | {"value": "2|"},
            "a value of the list is empty",
        ),
        ({"value": "nan"}, "expected numbers or times as the value"),
        ({"value": "1_000"}, "expected numbers or times as the value"),
        ({"operator": "is_null"}, "is_null takes no value"),
        (
            {
                "subject": "product",
                "attribute": "product_id",
                "operator": "in",
                "value": "2|17",
            },
            "the log has no product 17",
        ),
    ],
)
def test_an_invalid_rule_is_named(
    problems: Problems, changed: dict[str, str], said: str
) -> None:
    (problem,) = problems(campaigns=[GOOD], campaign_rules=[changed])
    assert problem.startswith("seeds/campaign_rules.csv, ")
    assert (RULE | changed)["campaign_id"] in problem
    assert said in problem


def test_rules_may_name_lists_ranges_and_days(problems: Problems) -> None:
    rules = [
        {"operator": "in", "value": "1|2|3"},
        {"operator": "between", "value": "1.5|20"},
        {"attribute": "last_interaction_at", "value": "2023-01-01"},
        {"attribute": "first_interaction_at", "operator": "is_null", "value": ""},
        {"subject": "Product", "attribute": "Product_ID", "operator": "in", "value": "1|3"},
    ]
    assert problems(campaigns=[GOOD], campaign_rules=rules) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ends_on": "2023-04-01"}, "ends_on = 2023-04-01 lies before starts_on"),
        ({"metrics": "conversion|clicks"}, "unknown metric clicks, expected conversion,"),
        (
            {"layer_to": "0"},
            "layer_to = 0, expected more than layer_from = 0 and at most 1",
        ),
        ({"layer_to": "1.2"}, "layer_to = 1.2, expected more than"),
        ({"units": "many"}, "units = many, expected a whole number"),
        ({"attribution_days": "0"}, "attribution_days = 0, expected 1 or more"),
        ({"power": "1"}, "power = 1, expected less than 1"),
        ({"campaign_id": "autumn"}, "seeds/campaigns.csv has no campaign autumn"),
        ({"metrics": "revenue|conversion|revenue"}, "it names the metric revenue twice"),
        (
            {"campaign_id": "", "cost_per_contact": "1", "metrics": "conversion"},
            "cost_per_contact is named and value_per_conversion is not",
        ),
    ],
)
def test_an_invalid_experiment_is_named(
    problems: Problems, changed: dict[str, str], said: str
) -> None:
    (problem,) = problems(
        campaigns=[GOOD], experiments=[changed], experiment_arms=[ARM, HOLDOUT]
    )
    assert problem.startswith("seeds/experiments.csv, trial: ")
    assert said in problem


@pytest.mark.parametrize("name", ["../../evil", "a b", ""])
def test_the_id_of_an_experiment_names_files(problems: Problems, name: str) -> None:
    found = problems(
        campaigns=[GOOD],
        experiments=[{"experiment_id": name}],
        experiment_arms=[ARM | {"experiment_id": name}, HOLDOUT | {"experiment_id": name}],
    )
    expected = f"experiment_id = {name}, expected letters, digits, - and _"
    assert any(expected in problem for problem in found)


@pytest.mark.parametrize(
    ("arms", "said"),
    [
        ([], "seeds/experiment_arms.csv has no arms for it"),
        ([{}], "the shares of its arms add up to 0.8, expected 1"),
        ([{}, {"share": "0.2"}], "has an arm of it twice"),
        (
            [HOLDOUT, {"arm": "control"}],
            "it has no treatment",
        ),
        ([{"share": "1"}], "its treatment has no comparison arm"),
        (
            [
                {},
                {"arm": "treatment_holdout", "share": "0.1"},
                {"arm": "control_holdout", "share": "0.1"},
            ],
            "it has a control_holdout without a control",
        ),
        (
            [{}, HOLDOUT, {"arm": "placebo", "share": "0.0"}],
            "unknown arm placebo, expected treatment",
        ),
        ([{}, HOLDOUT, {"arm": "control", "share": "0"}], "the share of control is 0"),
        (
            [{}, HOLDOUT, {"experiment_id": "other"}],
            "a row of seeds/experiment_arms.csv names it, and there is none",
        ),
    ],
)
def test_invalid_arms_are_named(
    problems: Problems, arms: list[dict[str, str]], said: str
) -> None:
    (problem,) = problems(campaigns=[GOOD], experiments=[{}], experiment_arms=arms)
    assert said in problem


def test_experiments_at_the_same_time_share_no_part_of_a_layer(problems: Problems) -> None:
    other = {"experiment_id": "other", "layer_from": "0.4", "layer_to": "1"}

    def said(**changed: str) -> list[str]:
        return problems(
            campaigns=[GOOD],
            experiments=[{}, other | changed],
            experiment_arms=[
                arm | {"experiment_id": name}
                for name in ("trial", "other")
                for arm in ({}, HOLDOUT)
            ],
        )

    (problem,) = said()
    assert "it shares the part from 0.4 of layer messages with trial" in problem
    assert said(layer_from="0.5") == []
    assert said(layer="prices") == []
    # The window of the last contact counts too.
    assert len(said(starts_on="2023-04-11", ends_on="2023-04-20")) == 1
    assert said(starts_on="2023-04-25", ends_on="2023-04-30") == []
    assert said(is_active="false") == []


def test_a_campaign_of_an_experiment_has_no_holdout(problems: Problems) -> None:
    (problem,) = problems(
        campaigns=[{"holdout_share": "0.1"}],
        experiments=[{}],
        experiment_arms=[{}, HOLDOUT],
    )
    assert "set its holdout_share to 0, the arms have holdouts" in problem


def test_a_campaign_whose_experiment_has_started_may_hold_out_customers(
    problems: Problems,
) -> None:
    """The arms are fixed, and the campaign goes on after it."""
    started = {"experiment_id": "started"}
    assert (
        problems(
            campaigns=[{"holdout_share": "0.1"}],
            experiments=[started],
            experiment_arms=[started, started | HOLDOUT],
        )
        == []
    )


@pytest.mark.parametrize("line", ["spring,Spring\n", "spring" + "," * len(GOOD) + "\n"])
def test_a_row_with_too_few_or_too_many_values_is_named(
    folder: BuildFolder, tmp_path: Path, line: str
) -> None:
    project = copy_project(tmp_path, campaigns=[GOOD])
    seed = project / "seeds" / "campaigns.csv"
    seed.write_text(seed.read_text() + line)
    log = tmp_path / "log.parquet"
    generate(log, scale=0.001)
    outcome = run_audience(folder, "build", "--log", str(log), project=project)
    assert outcome.returncode == 1
    assert "error: seeds/campaigns.csv, line 3 has" in outcome.stderr
    assert f"expected {len(GOOD)}: campaign_id,campaign_name," in outcome.stderr


@pytest.mark.long
def test_an_empty_scope_stops_the_build_and_publishes_nothing(
    folder: BuildFolder, tmp_path: Path
) -> None:
    rule = RULE | {"campaign_id": "spring", "subject": "product", "value": "1000000"}
    rule["attribute"] = "interaction_count"
    project = copy_project(tmp_path, campaigns=[GOOD], campaign_rules=[rule])
    log = tmp_path / "log.parquet"
    generate(log, scale=0.001)
    outcome = run_audience(folder, "build", "--log", str(log), project=project)
    assert outcome.returncode == 1
    assert "the rules of spring leave no product in scope" in outcome.stderr
    assert "Nothing was published." in outcome.stderr

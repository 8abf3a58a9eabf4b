"""A setting that is not valid is refused with one sentence, before dbt starts."""

import json
import math
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from scripts.build.build_request import gather_settings
from scripts.build.log_source import declared_inputs
from scripts.build_folder import PROJECT, BuildFolder
from scripts.settings.build_settings import (
    BuildSettings,
    ProgramVariables,
    check_variables,
)
from scripts.settings.ranking_names import ranking_names
from scripts.settings.setting_error import SettingError, choices, limits, nested_model
from scripts.settings.settings_yaml import load_settings
from tests.conftest import FinishedBuild, read_release

FIELDS = BuildSettings.model_fields
NUMBERS = sorted(name for name, field in FIELDS.items() if limits(field))
CHOICES = sorted(name for name, field in FIELDS.items() if choices(field.annotation))
FLAGS = sorted(name for name, field in FIELDS.items() if field.annotation is bool)
# All that YAML can hold but numbers.
NO_NUMBERS = st.one_of(
    st.none(), st.booleans(), st.text(), st.lists(st.integers(), max_size=2), st.dates()
)
EVENTS = st.dictionaries(
    st.text(min_size=1).filter(str.strip).map(lambda name: name.strip().lower()),
    st.one_of(st.just(0), st.floats(0.000001, 1_000_000)),
    max_size=4,
).filter(lambda events: len({name.strip().lower() for name in events}) == len(events))


def refused(settings: dict[str, Any]) -> str:
    """The sentence that refuses settings."""
    with pytest.raises(SettingError) as caught:
        BuildSettings.check(settings)
    return str(caught.value)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{top_n: 0}", "Setting top_n = 0: expected a whole number from 1 to 1000000."),
        ("{top_n: 1.5}", "Setting top_n = 1.5: expected a whole number"),
        ("{top_n: true}", "Setting top_n = True: expected a whole number"),
        ("{colums: {a: b}}", "Setting colums = {'a': 'b'}: expected one of columns, "),
        ("{top_n: 0, colums: 1}", "Setting colums = 1: expected one of columns, "),
        ("{exclude: all}", "Setting exclude = all: expected one of any, purchased, none"),
        ("{recency_days: 0}", "Setting recency_days = 0: expected a number from 0.001"),
        ("{as_of: yesterday}", "Setting as_of = yesterday: expected a date"),
        ("{as_of: 20230331}", "Setting as_of = 20230331: expected a date"),
        ("{as_of: '2023-02-29'}", "Setting as_of = 2023-02-29: expected a date"),
        ("{as_of: '2023-03-31 24:00'}", "Setting as_of = 2023-03-31 24:00"),
        ("{as_of: '2023-03-31 12:00+02:00'}", "or a UTC time (2023-03-31 12:00:00)"),
        ("{max_reject_share: .nan}", "Setting max_reject_share = nan: expected a number"),
        ("{score_scale: log}", "Setting score_scale = log: expected one of linear"),
        ("{bootstrap_replicates: 5}", "expected a whole number from 100 to 100000"),
        ("{evidence_days: -1}", "Setting evidence_days = -1: expected a whole number from"),
        ("{time_format: epoch}", "Setting time_format = epoch: expected iso, epoch_s"),
        ("{time_format: []}", "Setting time_format = []: expected one to 5 formats"),
        ("{time_format: [iso, epoch]}", "Setting time_format = epoch: expected iso, epoch"),
        (
            "{time_format: {'%': 1}}",
            "Setting time_format = {'%': 1}: expected iso, epoch_s",
        ),
        ("{time_zone: Berlin}", "Setting time_zone = Berlin: expected the name of a time"),
        ("{time_zone: [UTC]}", "Setting time_zone = ['UTC']: expected the name of a time"),
        ("{earliest_event: ~}", "Setting earliest_event = None: expected a date (202"),
        (
            "{latest_event: '2023-02-29'}",
            "Setting latest_event = 2023-02-29: expected a da",
        ),
        (
            "{latest_event: '0000-01-01'}",
            "Setting latest_event = 0000-01-01: expected a da",
        ),
        ("{columns: {customer: x}}", "Setting columns = customer: expected one of the"),
        ("{columns: {event: ~}}", "Setting columns = event: None: expected the name of a"),
        ("{columns: [a]}", "Setting columns = ['a']: expected a mapping of names"),
        ("{expressions: {event: ''}}", "Setting expressions = event: : expected an SQL"),
        ("{event_weights: {cart: -1}}", "Setting event_weights = cart: -1: expected 0 or"),
        ("{event_weights: {cart: 0.0000001}}", "Setting event_weights = cart: 1e-07"),
        (
            "{event_weights: {Cart: 1, cart: 2}}",
            "= Cart and cart: expected each event once",
        ),
        ("{event_weights: {~: 1}}", "= None: 1: expected the names of events"),
        ("{event_aliases: {view: ' '}}", "= view:  : expected the names of events"),
        ("{event_aliases: {A: x, ' a': y}}", "= A and  a: expected each event once"),
        ("{delimiter: ''}", "Setting delimiter = : expected some text"),
        ("{delimiter: '\"'}", "expected one to four characters, no quote"),
        ("{row_filter: ~}", "Setting row_filter = None: expected some text"),
        ("{log: ~}", "Setting log = None: expected some text"),
        ("{has_header: 'yes'}", "Setting has_header = yes: expected true or false"),
        ("{suppressions: 7}", "Setting suppressions = 7: expected a path such as"),
        ("{suppressions: {columns: {}}}", "= {'columns': {}}: expected a path such as"),
        (
            "{suppressions: {path: a, colums: {}}}",
            "Setting suppressions.colums = {}: expected one of columns, expressions,",
        ),
        (
            "{contacts: {path: a, columns: {who: b}}}",
            "Setting contacts.columns = who: expected one of the columns customer_id, pro",
        ),
        (
            "{contacts: {path: a, has_header: 3}}",
            "Setting contacts.has_header = 3: expected true or false",
        ),
        (
            "{contacts: {path: a, delimiter: '     '}}",
            "Setting contacts.delimiter =      : expected one to four characters",
        ),
        (
            "{global_holdout_share: 0.1}",
            "Setting global_holdout_share = 0.1: expected 0, or the first day of the hol",
        ),
        ("{global_holdout_from: 2023-04}", "= 2023-04: expected a date (2023-04-01)"),
        (
            "{global_holdout_from: 2023-01-31}",
            "= 2023-01-31: expected a date whose day is at most 28, as every month has",
        ),
        (
            "{global_holdout_from: '2023-04-01 12:00'}",
            "= 2023-04-01 12:00: expected a date (2023-04-01)",
        ),
        ("{encoding: cp437}", "Setting encoding = cp437: expected one of utf-8, utf-16"),
        ("{log_batch: 2}", "Setting log_batch = 2: expected one of columns,"),
        (
            "{ranking: best}",
            "Setting ranking = best: expected champion or one of engagemen",
        ),
        (
            "{ranking: total_interactions}",
            "Setting ranking = total_interactions: expected champion or one of engagement,",
        ),
        (
            "{ranking: random}",
            "item_neighbours, sequential_rules, random_walk, category_aff",
        ),
        ("{ranking: unique_products}", "or repurchase with exclude: none. Correct it in"),
        ("{ranking: ~}", "Setting ranking = None: expected some text"),
        (
            "{ranking: repurchase}",
            "repurchase ranks earlier buyers, who are in audiences only with exclude: none",
        ),
        ("{exclude: purchased, ranking: repurchase}", "Setting ranking = repurchase: expe"),
    ],
)
def test_an_invalid_setting_is_refused(settings: str, message: str) -> None:
    sentence = refused(yaml.safe_load(settings))
    assert message in sentence
    assert sentence.endswith(". Correct it in the mapping file or in --vars.")


@pytest.mark.parametrize(
    "settings",
    [
        "{}",
        "{as_of: 2024-02-29}",
        "{time_format: ['%d/%m/%Y', epoch_us], time_zone: Europe/Berlin}",
        "{earliest_event: 0001-01-01, latest_event: 9999-12-31}",
        "{earliest_event: 2020-01-01 12:00:00, latest_event: ~}",
        "{as_of: '2023-12-31T23:59:59.5Z'}",
        "{as_of: 2023-03-31 12:00:00+00:00}",
        "{event_weights: {view: 0, cart: 0.000001, 7: 2}}",
        "{score_weights: equal, frequency_days: known, score_scale: logarithmic}",
        "{event_aliases: {addtocart: cart, 'add to cart': cart}}",
        "{delimiter: '::', row_filter: 'a = 1', time_format: '%d/%m/%Y'}",
        "{suppressions: a.csv, contacts: {path: b.csv, columns: {customer_id: 1}}}",
    ],
)
def test_a_valid_setting_is_accepted(settings: str) -> None:
    given_settings = yaml.safe_load(settings)
    checked = BuildSettings.check(given_settings)
    assert checked.model_fields_set == set(given_settings)


@pytest.mark.parametrize("name", NUMBERS)
@given(data=st.data())
def test_a_number_outside_its_limits_is_refused(name: str, data: st.DataObject) -> None:
    low, high = limits(FIELDS[name]) or (0, 0)
    value = data.draw(
        st.one_of(
            st.integers(max_value=math.ceil(low) - 1),
            st.integers(min_value=math.floor(high) + 1),
            st.floats(max_value=low, exclude_max=True),
            st.floats(min_value=high, exclude_min=True),
            st.just(math.nan),
            NO_NUMBERS,
        )
    )
    assume(not (value is None and FIELDS[name].default is None))
    assert refused({name: value}).startswith(f"Setting {name} = {value}: expected a ")


@pytest.mark.parametrize("name", [*CHOICES, *FLAGS])
@given(value=st.one_of(NO_NUMBERS, st.integers(), st.floats()))
def test_a_value_that_is_no_choice_is_refused(name: str, value: object) -> None:
    field = FIELDS[name]
    assume(value not in choices(field.annotation))
    assume(not (field.annotation is bool and isinstance(value, bool)))
    assume(not (value is None and field.default is None))
    sentence = refused({name: value})
    assert sentence.startswith(f"Setting {name} = {value}: expected ")
    assert all(choice in sentence for choice in choices(field.annotation))


@given(name=st.text(), value=st.integers())
def test_an_unknown_name_is_refused(name: str, value: int) -> None:
    assume(name not in FIELDS)
    assert refused({name: value}).startswith(f"Setting {name} = {value}: expected one of ")


def valid(name: str) -> SearchStrategy[Any]:
    """Valid values of a number, a choice or a flag."""
    field = FIELDS[name]
    bounds = limits(field)
    if bounds is None:
        return st.sampled_from(choices(field.annotation) or [True, False])
    whole = st.integers(math.ceil(bounds[0]), math.floor(bounds[1]))
    if field.annotation is int or math.ceil(bounds[0]) > math.floor(bounds[1]):
        return whole if field.annotation is int else st.floats(*bounds)
    return st.one_of(whole, st.floats(*bounds))


@given(
    settings=st.fixed_dictionaries(
        {}, optional={name: valid(name) for name in (*NUMBERS, *CHOICES, *FLAGS)}
    ),
    weights=EVENTS,
)
def test_valid_settings_reach_dbt_unchanged(
    settings: dict[str, Any], weights: dict[str, float]
) -> None:
    # Where both are given, the marks of amounts differ.
    assume(settings.get("thousands_mark") != settings.get("decimal_mark", "."))
    settings = settings | {"event_weights": weights, "log": "pyproject.toml"}
    # A holdout needs its first day.
    settings |= {"global_holdout_from": "2023-04-01"}
    # The file exists, but it is no log.
    with patch("scripts.build.build_request.check_input_columns"):
        gathered = gather_settings(
            BuildFolder(PROJECT / "build"), None, None, yaml.safe_dump(settings)
        )
    # As text too, where 90 is not 90.0.
    assert json.dumps(gathered, sort_keys=True) == json.dumps(settings, sort_keys=True)
    assert yaml.safe_load(yaml.safe_dump(gathered)) == settings


def test_rankings_that_can_serve_are_those_of_the_warehouse(
    dirty_build: FinishedBuild,
) -> None:
    """The names are read from a macro without dbt; dbt must read the same."""
    with read_release(dirty_build.folder) as release:
        rows = release.execute(
            "select ranking from rankings where ranks in ('customers', 'products')"
            " order by display_order"
        ).fetchall()
    assert [name for (name,) in rows] == ranking_names()
    for name in ("champion", *ranking_names()):
        BuildSettings.check({"exclude": "none", "ranking": name})


def test_internal_variables_are_for_programs_alone() -> None:
    check_variables({"new_log_files": ["a.csv"], "log_batch": 3, "top_n": 5})
    check_variables({"new_log_files": None, "with_evidence": False})
    with pytest.raises(SettingError, match=r"new_log_files = a\.csv: expected a"):
        check_variables({"new_log_files": "a.csv"})
    with pytest.raises(SettingError, match="top_n = 0"):
        check_variables({"log_batch": 3, "top_n": 0})
    for name in ProgramVariables.model_fields:
        with pytest.raises(SettingError, match=f"Setting {name} = .*: expected one of"):
            gather_settings(BuildFolder(Path("build")), "a.csv", None, f"{name}: 1")


def declared_variables() -> dict[str, Any]:
    variables: dict[str, Any] = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())[
        "vars"
    ]
    return {
        name: value
        for name, value in variables.items()
        if name not in ProgramVariables.model_fields
    }


def test_dbt_project_declares_the_same_settings_and_defaults() -> None:
    assert {name: field.default for name, field in FIELDS.items()} == declared_variables()
    check_variables(declared_variables())


@pytest.mark.parametrize("name", FIELDS)
def test_a_setting_has_a_text_and_a_valid_example(name: str) -> None:
    field = FIELDS[name]
    assert field.description
    for example in field.examples or []:
        BuildSettings.check({name: yaml.safe_load(example)})


def test_the_sources_of_dbt_have_the_same_columns() -> None:
    for name, columns in declared_inputs().items():
        nested = None if name == "log" else nested_model(FIELDS[name].annotation)
        fields = nested.model_fields if nested else FIELDS
        known = choices(fields["columns"].annotation.__args__[0])  # type: ignore[union-attr]
        assert list(columns) == known, name
    tables = {name for name, field in FIELDS.items() if nested_model(field.annotation)}
    assert tables | {"log"} == declared_inputs().keys()


def test_a_model_compares_both_definitions_of_the_score() -> None:
    model = PROJECT / "models/intermediate/evaluation/int_trial_scores.sql"
    for name in ("frequency_days", "score_scale"):
        one, other = choices(FIELDS[name].annotation)
        assert f"'{other}' if var('{name}') == '{one}' else '{one}'" in model.read_text()


def test_a_long_value_is_shown_in_part() -> None:
    with pytest.raises(SettingError, match=r"top_n = y{200} \.\.\.: expected a whole"):
        BuildSettings.check({"log": "a.csv", "top_n": "y" * 40_000})


@pytest.mark.parametrize("mapping", sorted(PROJECT.glob("mappings/*.yml")), ids=str)
def test_the_mappings_of_the_project_are_valid(mapping: Path) -> None:
    BuildSettings.check(load_settings(mapping.read_text()))

"""Environment variables of a build: declared once, with the defaults that dbt reads."""

import re

import pytest
import yaml

from api.settings import Settings
from api.settings import variable as api_variable
from scripts.build_folder import PROJECT
from scripts.settings.environment import BuildEnvironment, variable
from scripts.settings.setting_error import SettingError

FIELDS = BuildEnvironment.model_fields
# Only programs set these, for the dbt or the test that they start.
INTERNAL = {
    "AUDIENCE_RELEASE_BEFORE",
    "AUDIENCE_REFERENCE_RELEASE",
    "AUDIENCE_PARSED_PROJECT",
    "AUDIENCE_SEEDS_ROOT",
    "AUDIENCE_SERVED_RELEASE",
    # Where tests and the benchmark of rankings find real logs.
    "AUDIENCE_SHARED_DATA",
}
SOURCES = [
    PROJECT / "profiles.yml",
    PROJECT / "dbt_project.yml",
    *(PROJECT / "macros").rglob("*.sql"),
    *(PROJECT / "models").rglob("*.sql"),
]


def dbt_defaults() -> list[tuple[str, str]]:
    """Variables that dbt reads, with the default that stands there."""
    pattern = r"env_var\('(AUDIENCE_\w+)'(?:, '([^']*)')?"
    found = [
        (name, default)
        for source in SOURCES
        for name, default in re.findall(pattern, source.read_text())
        if name not in INTERNAL
    ]
    # `env_var('AUDIENCE_BUILD_DIR', '') or 'build'`: an empty one has the default too.
    text = "".join(source.read_text() for source in SOURCES)
    return [
        *(pair for pair in found if pair[1]),
        *re.findall(r"env_var\('(AUDIENCE_\w+)', ''\) or '([^']+)'", text),
    ]


def test_dbt_by_hand_has_the_same_defaults() -> None:
    declared = {variable(name): field.default for name, field in FIELDS.items()}
    read = dbt_defaults()
    assert {name for name, _ in read} == {
        name for name, default in declared.items() if default
    }
    for name, default in read:
        assert default == declared[name], name


def test_every_variable_that_is_read_is_declared() -> None:
    sources = [*SOURCES, *(PROJECT / "scripts").rglob("*.py")]
    named = {
        name
        for source in sources
        for name in re.findall(r"AUDIENCE_[A-Z_]*[A-Z]", source.read_text())
    }
    declared = {variable(name) for name in FIELDS}
    of_the_api = {api_variable(name) for name in Settings.__dataclass_fields__}
    assert named <= declared | of_the_api | INTERNAL
    assert not declared & of_the_api, "a setting has one owner"


@pytest.mark.parametrize("name", FIELDS)
def test_a_variable_has_a_text(name: str) -> None:
    assert FIELDS[name].description


def test_an_empty_variable_has_its_default() -> None:
    given = {"AUDIENCE_MEMORY_LIMIT": "", "AUDIENCE_CORES": "3"}
    environment = BuildEnvironment.read(given)
    assert environment.memory_limit == FIELDS["memory_limit"].default
    assert environment.cores == "3"
    assert environment.build_dir == "build"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("AUDIENCE_DBT_THREADS", "0", "= 0: expected a number of threads such as 4"),
        ("AUDIENCE_CORES", "two", "= two: expected a number of cores such as 2"),
        ("AUDIENCE_MEMORY_LIMIT", "banana", "= banana: expected a size such as 4GB"),
        ("AUDIENCE_TEMP_LIMIT", "90%", "= 90%: expected a size such as 50GB"),
    ],
)
def test_an_invalid_variable_is_refused(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingError) as caught:
        BuildEnvironment.check({name: value})
    assert str(caught.value) == f"{name} {message}"
    BuildEnvironment.check({})


def test_defaults_are_valid() -> None:
    BuildEnvironment.check(
        {variable(name): field.default for name, field in FIELDS.items() if field.default}
    )


def test_the_threads_of_dbt_are_the_default_of_both_targets() -> None:
    outputs = yaml.safe_load((PROJECT / "profiles.yml").read_text())["product_audience"][
        "outputs"
    ]
    default = FIELDS["dbt_threads"].default
    assert [f"'{default}'" in output["threads"] for output in outputs.values()] == [
        True,
        True,
    ]

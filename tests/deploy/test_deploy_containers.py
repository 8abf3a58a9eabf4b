"""The image and compose: by the official parser and schema, and by what must hold here."""

import json
import re
import tomllib
from fnmatch import fnmatch
from importlib.resources import files
from typing import Any

import dockerfile
import pytest
import yaml
from jsonschema.validators import validator_for

from api.settings import Settings, variable
from scripts.build_folder import PROJECT
from scripts.settings.environment import BuildEnvironment
from scripts.settings.environment import variable as build_variable
from tests.deploy.test_deploy_schedules import recipe

CONTAINERS = PROJECT / "deploy" / "containers"
VERSION = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["version"]
COMMANDS: tuple[dockerfile.Command, ...] = dockerfile.parse_file(
    str(CONTAINERS / "Dockerfile")
)
COMPOSE: dict[str, Any] = yaml.safe_load((CONTAINERS / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def values(instruction: str, commands: tuple[Any, ...] = COMMANDS) -> list[tuple[str, ...]]:
    return [one.value for one in commands if one.cmd.upper() == instruction]


def stages() -> list[tuple[Any, ...]]:
    starts = [at for at, one in enumerate(COMMANDS) if one.cmd.upper() == "FROM"]
    ends = [*starts[1:], len(COMMANDS)]
    return [COMMANDS[start:end] for start, end in zip(starts, ends, strict=True)]


def test_every_stage_starts_from_the_pinned_base() -> None:
    assert COMMANDS[0].value == ("BASE=python:3.11-slim-bookworm",)
    assert [value[0] for value in values("FROM")] == ["${BASE}", "${BASE}"]


def test_the_image_runs_as_an_ordinary_user() -> None:
    *_, last = stages()
    [user] = values("USER", last)
    assert user == ("10001:10001",)
    assert any("--uid 10001" in run for [run] in values("RUN", last))
    *_, command = values("CMD", last)
    after = [one.cmd.upper() for one in last[[c.cmd for c in last].index("USER") :]]
    assert not {"RUN", "COPY", "ADD"} & set(after)
    assert command == ("python", "-m", "api")
    # `audience serve` is the same program; tests/scripts/cli says so.
    assert recipe("serve") == "audience serve"


def test_the_last_stage_installs_nothing() -> None:
    text = " ".join(word for run in values("RUN", stages()[-1]) for word in run)
    assert not re.search(r"\b(pip|apt-get|gcc|make)\b", text)


def test_packages_are_those_of_the_lock() -> None:
    installs = [run for [run] in values("RUN") if "requirements.lock" in run]
    assert len(installs) == 1
    assert "--require-hashes" in installs[0]
    assert not re.search(r"https://|index", (CONTAINERS / "Dockerfile").read_text())


def copied() -> list[str]:
    return [
        source
        for one in COMMANDS
        if one.cmd.upper() == "COPY" and not one.flags
        for source in one.value[:-1]
    ]


@pytest.mark.parametrize("source", sorted(set(copied())))
def test_what_is_copied_is_there(source: str) -> None:
    assert (PROJECT / source).exists(), source


def test_the_context_is_what_is_copied_and_nothing_else() -> None:
    lines = (CONTAINERS / "Dockerfile.dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    let_in = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    assert let_in == {source.removesuffix("*") for source in copied()}
    assert not any(fnmatch(name, rule) for name in let_in for rule in rules[1:])


def test_all_that_a_build_reads_is_copied() -> None:
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())
    kinds = ("model", "seed", "macro", "test", "analysis")
    folders = {folder for kind in kinds for folder in project[f"{kind}-paths"]}
    files = {file.name for kind in ("*.yml", "dbt_*.py") for file in PROJECT.glob(kind)}
    assert {"dbt_project.yml", "profiles.yml", "selectors.yml"} <= files
    assert folders | files | {"scripts", "api"} <= set(copied())


def test_the_health_check_is_a_call_of_the_api() -> None:
    [check] = values("HEALTHCHECK")
    assert check[:3] == ("CMD", "python", "-c")
    compile(check[3], "HEALTHCHECK", "exec")
    assert f":{Settings().port}/health" in check[3]
    assert values("EXPOSE") == [(str(Settings().port),)]


def test_the_environment_has_real_settings() -> None:
    named = {name for value in values("ENV") for name in value[::2]}
    named |= {name for one in SERVICES.values() for name in one.get("environment", {})}
    assert {name for name in named if name.startswith("AUDIENCE_")} <= known_settings()


def known_settings() -> set[str]:
    of_the_api = {variable(name) for name in Settings.__dataclass_fields__}
    return of_the_api | {build_variable(name) for name in BuildEnvironment.model_fields}


def test_compose_follows_its_specification() -> None:
    schema = json.loads(
        files("check_jsonschema")
        .joinpath("builtin_schemas/vendor/compose-spec.json")
        .read_text()
    )
    validator = validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(COMPOSE)] == []
    broken = COMPOSE | {"services": {"api": SERVICES["api"] | {"read_onyl": True}}}
    assert not validator.is_valid(broken)


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {"cpus", "memory", "pids"} == set(service["deploy"]["resources"]["limits"])
    assert not {"privileged", "cap_add", "pid", "user"} & set(service)
    for port in service.get("ports", []):
        assert port.startswith("127.0.0.1:")
    image, _, tag = service["image"].partition(":")
    assert re.fullmatch(r"v?\d+\.\d+\.\d+", tag), f"{image}:{tag}"


def test_programs_are_those_of_the_makefile() -> None:
    assert recipe("refresh") == " ".join(SERVICES["refresh"]["command"])
    assert "command" not in SERVICES["api"]
    for name in ("api", "refresh"):
        build = SERVICES[name]["build"]
        context = (CONTAINERS / build["context"]).resolve()
        assert context == PROJECT
        assert (context / build["dockerfile"]).is_file()
        assert SERVICES[name]["image"] == f"product-audience:{VERSION}"


def test_the_api_sees_releases_only_and_cannot_write() -> None:
    assert SERVICES["api"]["volumes"] == ["releases:/build/releases:ro"]
    assert "releases:/build/releases" in SERVICES["refresh"]["volumes"]
    assert SERVICES["refresh"]["profiles"] == ["refresh"]
    assert SERVICES["refresh"]["networks"] == ["watch"]
    assert COMPOSE["networks"]["watch"] == {"internal": True}
    [run] = [run for [run] in values("RUN") if "useradd" in run]
    for volume in SERVICES["refresh"]["volumes"][1:]:
        assert f" {volume.split(':')[1]}" in run, "a new volume takes its owner from there"


def test_a_refresh_has_more_memory_than_it_gives_to_the_engine() -> None:
    refresh = SERVICES["refresh"]
    engine = int(refresh["environment"]["AUDIENCE_MEMORY_LIMIT"].removesuffix("GB"))
    limit = int(refresh["deploy"]["resources"]["limits"]["memory"].removesuffix("G"))
    assert limit >= 1.2 * engine


def test_mounted_files_and_volumes_are_there() -> None:
    ignored = (CONTAINERS / ".gitignore").read_text().splitlines()
    for service in SERVICES.values():
        for volume in service.get("volumes", []):
            source = re.sub(r"\$\{\w+:-(.*?)\}", r"\1", volume).split(":")[0]
            if source.startswith(".."):
                assert (CONTAINERS / source).is_file()
            elif source.startswith("."):
                assert f"/{source.removeprefix('./')}/" in ignored
            else:
                assert source in COMPOSE["volumes"]
        for secret in service.get("secrets", []):
            name = secret if isinstance(secret, str) else secret["source"]
            assert COMPOSE["secrets"][name]["file"].startswith("secrets/")
    assert {"/secrets/", "/.env"} <= set(ignored)


def test_what_has_to_be_set_is_in_the_example() -> None:
    example = (CONTAINERS / "example.env").read_text()
    asked = set(re.findall(r"\$\{(\w+)", (CONTAINERS / "compose.yaml").read_text()))
    assert asked == set(re.findall(r"^(\w+)=", example, re.M))
    assert "AUDIENCE_API_KEYS=\n" in example, "no key that all share"

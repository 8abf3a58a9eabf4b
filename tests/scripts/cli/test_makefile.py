"""make calls the command line, and hands over what a user gives as text."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.build_folder import PROJECT
from scripts.cli.main import audience

# Targets whose command has another name; the others are called like their command.
COMMANDS = {
    "lock": ["maintenance", "lock"],
    "licenses": ["maintenance", "licenses"],
    "sbom": ["maintenance", "sbom"],
    "audit": ["maintenance", "audit"],
    "screenshots": ["maintenance", "screenshots"],
    "bench": ["benchmark", "builds"],
    "bench-rankings": ["benchmark", "rankings"],
    "bench-api": ["benchmark", "api"],
    "load": ["benchmark", "load"],
    "soak": ["benchmark", "soak"],
}
DIRECT = [
    name
    for name in audience.commands
    # A workspace lies outside of the checkout, where there is no Makefile; a delivery names
    # an export and a destination, which a variable each would not make shorter.
    if name not in ("init", "deliver", "generate", "benchmark", "maintenance")
]
NEEDED = {
    "inspect": ["LOG=orders.csv"],
    "keys": ["NAME=shop"],
    "fetch": ["SOURCE=/mnt"],
    "export": ["CAMPAIGN=spring"],
    "suppress": ["CUSTOMER=17"],
    "start": ["EXPERIMENT=march"],
    "experiment": ["EXPERIMENT=march"],
}
HOSTILE = "x$(shell touch f) $(touch f) `touch f` ${HOME} $$ * ' \" # {{ x }} ;touch f"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the Makefile, set up, with a stand-in that records its words."""
    for file in ("Makefile", "pyproject.toml", *PROJECT.glob("requirements*.lock")):
        shutil.copy(PROJECT / file, tmp_path)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name in ("audience", "python"):
        program = programs / name
        program.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\" > called\n")
        program.chmod(0o755)
    # In the order in which they depend on each other.
    for stamp in ("run", "evidence", "postgresql", "dev", "spark", "bi", "s3", "s3-server"):
        (tmp_path / ".venv" / f".installed-{stamp}").touch()
    return tmp_path


def make(checkout: Path, *words: str, **environment: str) -> list[str]:
    """What `audience` is called with."""
    called = checkout / "called"
    called.unlink(missing_ok=True)
    before = set(checkout.iterdir())
    outcome = subprocess.run(
        ["make", *words],
        cwd=checkout,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": "/home/x"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr
    assert set(checkout.iterdir()) - before == {called}
    return called.read_text().split("\0")[:-1]


@pytest.mark.parametrize("target", [*DIRECT, *COMMANDS])
def test_a_target_calls_its_command(checkout: Path, target: str) -> None:
    words = make(checkout, target, *NEEDED.get(target, []))
    command = COMMANDS.get(target, [target])
    assert words[: len(command)] == command
    found = audience
    for name in command:
        found = found.commands[name]  # type: ignore[attr-defined,assignment]
    # It takes these words.
    found.make_context(target, words[len(command) :]).close()


def test_the_recipe_of_a_command_is_one_line(checkout: Path) -> None:
    text = (checkout / "Makefile").read_text()
    for target in (*DIRECT, *COMMANDS):
        [recipe] = re.findall(rf"(?m)^{target}:.*\n((?:\t.*\n)+)", text)
        assert recipe.count("\n") == 1, target
        assert "$(AUDIENCE) " in recipe, target


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("build LOG=a MAPPING=b VARS=c KEEP=2 TARGET=spark ACCEPT_DRIFT=d", "build --log a"
         " --mapping b --vars c --keep 2 --accept-drift d --target spark"),
        ("inspect LOG=a MAPPING=b", "inspect --write b -- a"),
        ("check LOG=a MAPPING=b VARS=c", "check --log a --mapping b --vars c"),
        ("evidence LOG=a MAPPING=b", "evidence --log a --mapping b"),
        ("refresh DRY_RUN=1 ALWAYS=1 WATCH=0 ACCEPT_DRIFT=d",
         "refresh --dry-run --always --watch 0 --accept-drift d"),
        ("fetch SOURCE=-a EVERY=3", "fetch --every 3 -- -a"),
        ("suppress CUSTOMER=17 FORCE=1", "suppress --force -- 17"),
        ("publish KEEP=3 ACCEPT_DRIFT=d", "publish --keep 3 --accept-drift d"),
        ("rollback RELEASE=000001-x", "rollback -- 000001-x"),
        ("export CAMPAIGN=a ON=2023-04-03 FORMAT=csv",
         "export --on 2023-04-03 --format csv -- a"),
        ("start EXPERIMENT=a ON=2023-04-03", "start --on 2023-04-03 -- a"),
        ("lock UPGRADE=1", "maintenance lock --upgrade"),
    ],
)  # fmt: skip
def test_a_value_becomes_an_option(checkout: Path, given: str, words: str) -> None:
    assert make(checkout, *given.split()) == words.split()
    target, *values = given.split()
    from_environment = dict(value.split("=", 1) for value in values)
    assert make(checkout, target, **from_environment) == words.split()


def test_every_variable_of_a_recipe_reaches_it() -> None:
    text = (PROJECT / "Makefile").read_text()
    [exported] = re.findall(r"(?ms)^export (.*?[^\\])$", text)
    used = set(re.findall(r"\$\$\{?([A-Z_]+)", text)) - {"AUDIENCE_BUILD_DIR"}
    assert used <= set(exported.split())
    assert len(used) > 20


def test_several_words_in_one_value_are_several_words(checkout: Path) -> None:
    assert make(checkout, "plan", "PLAN=--effect 0.3 --units 8") == [
        *("plan", "--effect", "0.3", "--units", "8")
    ]
    assert make(checkout, "bench", "SCALES=1 10")[2:] == ["--", "1", "10"]
    assert make(checkout, "bench-rankings", "LOGS=taobao x")[2:] == ["--", "taobao", "x"]
    assert make(checkout, "load", "LOAD=--users 2")[2:] == ["--users", "2"]
    assert make(checkout, "soak", "SOAK=--seconds 2")[2:] == ["--seconds", "2"]
    assert make(checkout, "metrics", "ASK=--metrics a --where \"{{ b }} = 'c d'\"") == [
        *("metrics", "--metrics", "a", "--where", "{{ b }} = 'c d'")
    ]


def test_customers_that_begin_with_a_dash_are_customers(checkout: Path) -> None:
    words = make(checkout, "suppress", "CUSTOMER=-17 --reason *", "REASON=a b")
    assert words == ["suppress", "--reason", "a b", "--", "-17", "--reason", "*"]


@pytest.mark.parametrize("is_variable", [True, False], ids=["variable", "environment"])
def test_text_of_a_user_is_never_run(checkout: Path, is_variable: bool) -> None:
    """Nor is another file written; `make` sees to that."""

    def given(target: str, **values: str) -> list[str]:
        words = [f"{name}={value}" for name, value in values.items()]
        if is_variable:
            return make(checkout, target, *words)
        return make(checkout, target, **values)

    assert given("build", LOG=HOSTILE, VARS=HOSTILE, TYPO=HOSTILE) == [
        *("build", "--log", HOSTILE, "--vars", HOSTILE)
    ]
    assert given("inspect", LOG=HOSTILE) == ["inspect", "--", HOSTILE]
    assert given("export", CAMPAIGN=HOSTILE) == ["export", "--", HOSTILE]
    assert given("suppress", CUSTOMER="a$HOME $(shell touch f)", REASON=HOSTILE) == [
        *("suppress", "--reason", HOSTILE, "--", "a$HOME", "$(shell", "touch", "f)")
    ]
    assert given("plan", PLAN="$(shell touch f) `touch f`")[1:] == [
        *("$(shell", "touch", "f)", "`touch", "f`")
    ]
    assert given("metrics", ASK="$(shell touch f)")[1:] == ["$(shell", "touch", "f)"]
    assert given("releases", PYTHON="$(shell touch f)") == ["releases"]


# Each variable, with a target that takes it as one word, and what comes before it.
ONE_WORD = {
    "LOG": ("build", "--log"),
    "MAPPING": ("build", "--mapping"),
    "VARS": ("build", "--vars"),
    "KEEP": ("publish", "--keep"),
    "TARGET": ("build", "--target"),
    "ACCEPT_DRIFT": ("refresh", "--accept-drift"),
    "WATCH": ("refresh", "--watch"),
    "RELEASE": ("rollback", "--"),
    "CAMPAIGN": ("export", "--"),
    "ON": ("export", "--on"),
    "FORMAT": ("start", "--format"),
    "FORMULAS": ("start", "--formulas"),
    "REASON": ("suppress", "--reason"),
    "EXPERIMENT": ("experiment", "--"),
    "NAME": ("keys", "--"),
    "SOURCE": ("fetch", "--"),
    "EVERY": ("fetch", "--every"),
}
# Those that hold several words.
SEVERAL_WORDS = {
    "CUSTOMER": "suppress",
    "SCALES": "bench",
    "LOGS": "bench-rankings",
    "PLAN": "plan",
    "LOAD": "load",
    "SOAK": "soak",
}
# Only whether they have a value counts.
FLAGS = {"ALWAYS": "refresh", "DRY_RUN": "refresh", "FORCE": "suppress", "UPGRADE": "lock"}
TEXTS = (
    HOSTILE,
    "x$(shell touch f)",
    "a$HOME",
    "-x",
    "--help",
    "two\nlines\n\ttouch f",
    "\\",
    "trailing \\",
    "blanks  within and after ",  # make drops those before it
    "$",
    "$(",
    "$(error x)",
    "`touch f`",
    "'\"'",
    "a,b)(#;:=",
    "~/*",
    "%",
    "ä🛒",
)


def test_all_variables_have_a_hostile_test() -> None:
    [exported] = re.findall(r"(?ms)^export (.*?[^\\])$", (PROJECT / "Makefile").read_text())
    tested = {*ONE_WORD, *SEVERAL_WORDS, *FLAGS, "ASK", "PYTHON"}
    assert tested == set(exported.replace("\\", " ").split())


def given_to(checkout: Path, target: str, name: str, text: str) -> Iterator[list[str]]:
    """What the command gets of a variable of make, and of one of the environment."""
    others = [word for word in NEEDED.get(target, []) if not word.startswith(f"{name}=")]
    yield make(checkout, target, *others, f"{name}={text}")
    yield make(checkout, target, *others, **{name: text})


@pytest.mark.parametrize("name", ONE_WORD)
def test_a_value_is_one_word_as_it_was_given(checkout: Path, name: str) -> None:
    target, before = ONE_WORD[name]
    for text in TEXTS:
        for words in given_to(checkout, target, name, text):
            assert words[words.index(before) + 1] == text


@pytest.mark.parametrize("name", SEVERAL_WORDS)
def test_values_are_words_as_they_were_given(checkout: Path, name: str) -> None:
    for text in TEXTS:
        for words in given_to(checkout, SEVERAL_WORDS[name], name, text):
            assert words[len(words) - len(text.split()) :] == text.split()


@pytest.mark.parametrize("name", FLAGS)
def test_the_text_of_a_flag_does_not_matter(checkout: Path, name: str) -> None:
    for text in TEXTS:
        for words in given_to(checkout, FLAGS[name], name, text):
            assert f"--{name.lower().replace('_', '-')}" in words
            assert text not in words


def test_what_is_missing_is_asked_for(checkout: Path) -> None:
    for target in NEEDED:
        outcome = subprocess.run(
            ["make", target],
            cwd=checkout,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert outcome.returncode == 2
        assert ": is empty: name " in outcome.stderr
        assert not (checkout / "called").exists()


def test_the_virtual_environment_has_a_python_by_default() -> None:
    environment = {name: os.environ[name] for name in ("PATH", "HOME")}
    for words, expected in (((), "python3"), (("PYTHON=python3.11",), "python3.11")):
        said = subprocess.run(
            ["make", "--eval=shown: ; @echo $$PYTHON", "shown", *words],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
            check=True,
        )
        assert said.stdout == f"{expected}\n"

"""The command line: every command explains itself, starts fast and reports its errors."""

import ast
import errno
import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import duckdb
import pytest

from scripts.build_folder import PROJECT, BuildFolder
from scripts.campaigns.contact_list import FORMATS
from scripts.cli.error_reports import publishing, report_errors
from scripts.cli.main import SECTIONS, audience, main
from scripts.releases.publish import publish
from scripts.releases.release_folder import ReleaseError
from scripts.releases.run_history import RolledBackError
from scripts.reported_error import ReportedError

# Imported by a program; they take seconds.
HEAVY = {"dbt", "duckdb", "numpy", "pandas", "pyarrow", "rich", "sanic", "scipy", "yaml"}


def commands(
    group: click.Group = audience, above: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with the words that call it; groups are not among them."""
    for name, command in group.commands.items():
        words = (*above, name)
        if isinstance(command, click.Group):
            yield from commands(command, words)
        else:
            yield words, command


COMMANDS = dict(commands())


def help_of(words: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> str:
    assert main([*words, "--help"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_command_explains_itself(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    text = help_of(words, capsys)
    summary = text.split("\n\n")[1].strip()
    assert summary.endswith(".")
    assert summary[0].isupper()
    usage, *rest = text.splitlines()
    assert usage.startswith(f"Usage: audience {' '.join(words)} ")
    assert any(f"  audience {' '.join(words)}" in line for line in rest)
    for parameter in COMMANDS[words].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.help.endswith("."), parameter.name


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_example_is_one_that_the_command_takes(words: tuple[str, ...]) -> None:
    """What is after `audience` in an example is parsed; nothing is run."""
    command = COMMANDS[words]
    epilog = (command.epilog or "").split("Example", 1)[1]
    lines = [shlex.split(line, comments=False) for line in epilog.splitlines()[1:]]
    assert lines
    for line in lines:
        arguments = line[line.index("audience") + 1 + len(words) :]
        if ">" in arguments:
            arguments = arguments[: arguments.index(">")]
        command.make_context(" ".join(words), arguments).close()


def test_the_help_lists_every_command_by_section(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = help_of((), capsys)
    listed = [line.split()[0] for line in text.splitlines() if line[:3].strip()]
    order = [str(command.name) for section in SECTIONS.values() for command in section]
    assert [name for name in listed if name in audience.commands] == order
    assert set(order) == set(audience.commands)
    assert all(f"\n{title}:\n" in text for title in SECTIONS)
    assert "..." not in text.split("\n", 1)[1], "every summary fits on its line"
    for group in ("generate", "benchmark", "maintenance"):
        assert "..." not in help_of((group,), capsys).split("\n", 1)[1]


def test_the_choices_are_those_of_the_programs() -> None:
    def choices(words: tuple[str, ...], name: str) -> list[str]:
        [option] = [one for one in COMMANDS[words].params if one.name == name]
        assert isinstance(option.type, click.Choice)
        return list(option.type.choices)

    assert choices(("export",), "file_format") == list(FORMATS)
    macro = (PROJECT / "macros/experiments/experiment_columns.sql").read_text()
    assert f"return({choices(('plan',), 'metric')})" in macro


def test_the_help_imports_no_program() -> None:
    outcome = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from scripts.cli.main import main; main(['--help']);"
            "print(*{name.split('.')[0] for name in sys.modules}, file=sys.stderr)",
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert set(outcome.stderr.split()) & HEAVY == set()


def test_the_console_script_is_this_program() -> None:
    scripts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]["scripts"]
    module, function = scripts["audience"].split(":")
    assert getattr(import_module(module), function) is main


def test_modules_parse_no_command_line_of_their_own() -> None:
    """The Polars program is started as a module, so that its peak memory is its own."""
    parsing = {
        str(path.relative_to(PROJECT))
        for path in (PROJECT / "scripts").rglob("*.py")
        if any(
            isinstance(node, ast.Import) and node.names[0].name in ("argparse", "click")
            for node in ast.walk(ast.parse(path.read_text()))
        )
        and path.parent.name != "cli"
    }
    assert parsing == {"scripts/benchmarks/polars_program.py"}


def test_nothing_imports_the_command_line() -> None:
    importing = [
        path
        for folder in ("scripts", "api", "models", "deploy")
        for path in (PROJECT / folder).rglob("*.py")
        if path.parent.name != "cli" and "scripts.cli." in path.read_text()
    ]
    assert importing == []


def test_an_error_class_is_one_that_is_reported() -> None:
    """Else its message would come with a traceback."""
    found = []
    for path in (PROJECT / "scripts").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef) and node.name.endswith("Error"):
                module = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
                try:
                    found.append(getattr(import_module(module), node.name))
                except ModuleNotFoundError as error:
                    assert error.name == "metricflow"  # noqa: PT017 - an extra
    assert len(found) > 15
    assert [error for error in found if not issubclass(error, ReportedError)] == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rebuild"], "No such command 'rebuild'"),
        (["build", "--loog", "x"], "No such option"),
        (["build", "--keep", "0"], "'--keep': 0 is not in the range x>=1"),
        (["build", "--target", "oracle"], "'oracle' is not one of 'duckdb', 'spark'"),
        (
            ["build", "--accept-drift", " "],
            "'--accept-drift': is empty, expected the reason",
        ),
        (["refresh", "--watch", "nan"], "'--watch': nan, expected seconds from 0 to 3600"),
        (["export"], "Missing argument 'CAMPAIGN'"),
        (["export", "spring", "--on", "2023-02-30"], "'2023-02-30' does not match"),
        (["suppress"], "Missing argument 'CUSTOMER...'"),
        (["suppress", "-17"], "No such option"),
        (["fetch", "x", "--every", "0"], "'--every': 0, must be more than 0"),
        (["metrics", "b", "--metrics", "a"], "Several metrics: --metrics a,b"),
        (["plan", "--holdout", "1"], "'--holdout': 1, expected between 0 and 1"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_use_is_explained_and_ends_with_2(
    words: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert "--help" in said.err
    assert said.out == ""


def test_ids_that_begin_with_a_dash_come_after_two(
    folder: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(
        "scripts.campaigns.suppress.suppress",
        lambda *arguments, is_forced: asked.extend([*arguments[2:], is_forced]),
    )
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(folder.root))
    assert main(["suppress", "--reason", "by mail", "--", "-17", "--x", "a$HOME"]) == 0
    assert asked == [["-17", "--x", "a$HOME"], "by mail", None, False]
    assert main(["suppress", "--force", "17"]) == 0
    assert asked[4:] == [["17"], "opted out", None, True]


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ReportedError("no such day: name another"), "no such day: name another"),
        (OSError(errno.ENOSPC, "No space left on device"), "The disk of {root} is full"),
        (MemoryError(), "There is too little memory for this log"),
        (duckdb.IOException("no such file"), "no such file"),
        (
            ModuleNotFoundError(name="psutil"),
            "psutil is not installed: pip install -e '.[x]'",
        ),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_an_expected_error_is_one_sentence(
    folder: BuildFolder,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    said: str,
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(folder.root))
    with (
        pytest.raises(click.exceptions.Exit) as end,
        report_errors(lambda _: "Nothing was written.", extra="x"),
    ):
        raise error
    assert end.value.exit_code == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first.startswith(f"error: {said.format(root=folder.root)}")
    assert second == "Nothing was written."


@pytest.mark.parametrize("error", [KeyError("x"), ModuleNotFoundError(name="scripts.nope")])
def test_a_fault_of_the_program_is_not_hidden(error: Exception) -> None:
    with pytest.raises(type(error)), report_errors():
        raise error


def test_an_interruption_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(click.exceptions.Exit) as end, report_errors():
        raise KeyboardInterrupt
    assert end.value.exit_code == 130
    assert capsys.readouterr().err == "error: interrupted\n"


def test_after_an_error_it_says_which_release_is_served(
    built: BuildFolder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(built.root))

    def run(error: Exception, is_published: bool) -> None:
        with publishing():
            if is_published:
                publish(built)
            raise error

    def ending_after(error: Exception, *, is_published: bool = False) -> list[str]:
        with pytest.raises(click.exceptions.Exit):
            run(error, is_published)
        return capsys.readouterr().err.splitlines()[1:]

    error = ReleaseError("it failed")
    assert ending_after(error) == ["Nothing was published."]
    [line] = ending_after(error, is_published=True)
    assert line.startswith("000001-")
    assert line.endswith(" was already published and is served.")
    assert ending_after(error) == [
        "Nothing was published; the last release is still served."
    ]
    assert ending_after(RolledBackError("rolled back")) == []


def test_serve_is_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    called = []
    monkeypatch.setattr("api.__main__.main", lambda words: called.append(words) or 3)
    assert main(["serve"]) == 3
    assert called == [[]]


def test_an_example_with_a_path_names_one_that_is_there() -> None:
    for _, command in commands():
        for word in (command.epilog or "").split():
            if word.startswith("mappings/"):
                assert (PROJECT / word).is_file()


def test_the_program_runs_from_another_folder(tmp_path: Path) -> None:
    outcome = subprocess.run(
        [sys.executable, "-m", "scripts.cli", "releases"],
        cwd=tmp_path,
        env=os.environ
        | {"PYTHONPATH": str(PROJECT), "AUDIENCE_BUILD_DIR": str(tmp_path / "build")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert outcome.stdout == "No release yet: run `audience build`.\n"

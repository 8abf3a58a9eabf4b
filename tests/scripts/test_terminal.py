"""What a terminal obeys is shown, whatever prints it."""

import contextlib
import io
import sys
from pathlib import Path

import pytest
from rich.table import Table

from scripts.build.notifications import _labels
from scripts.cli.main import main
from scripts.terminal import console, stream_of_data, visible, visible_output

HOSTILE = "a\x1b]0;title\x07\x1b[2J\rb\x9b\u202ec"
SHOWN = r"a\x1b]0;title\x07\x1b[2J\rb\x9b\u202ec"


class Terminal(io.StringIO):
    """A terminal that keeps what is written to it."""

    def isatty(self) -> bool:
        return True


def test_control_characters_become_escapes() -> None:
    assert visible(HOSTILE) == SHOWN
    assert visible("tab\tline\nä 🛒 [b]{{ x }}") == "tab\tline\nä 🛒 [b]{{ x }}"


def test_printed_text_and_tables_obey_nothing() -> None:
    terminal = Terminal()
    with contextlib.redirect_stdout(terminal), visible_output():
        print(HOSTILE)
        table = Table(HOSTILE, box=None)
        table.add_row(f"[red]{HOSTILE}", style="bold")
        console().print(table)
        console().print(HOSTILE, soft_wrap=True)
    text = terminal.getvalue()
    assert text.count(r"\x1b]0;title") == 4
    assert "[red]" in text, "no markup"
    for character in "\x07\x9b\r\u202e":
        assert character not in text
    assert "\x1b[2J" not in text
    assert "\x1b]" not in text


def test_a_file_of_data_is_as_it_is_and_a_terminal_is_safe() -> None:
    for stream, expected in ((Terminal(), SHOWN), (io.StringIO(), HOSTILE)):
        with contextlib.redirect_stdout(stream):
            with visible_output():
                stream_of_data().write(HOSTILE)
            assert sys.stdout is stream
        assert stream.getvalue() == expected


def test_an_error_shows_the_name_of_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUDIENCE_BUILD_DIR", str(tmp_path))
    assert main(["build", "--log", f"{HOSTILE}.csv"]) == 1
    said = capsys.readouterr().err
    assert f"No log at {SHOWN}.csv" in said
    assert main(["plan", "--lift", HOSTILE]) == 2
    assert "\x1b" not in capsys.readouterr().err


def test_a_label_of_a_metric_ends_where_its_text_ends() -> None:
    assert _labels(measure='a"} 1\n\\', other="b") == r'{measure="a\"} 1\n\\",other="b"}'

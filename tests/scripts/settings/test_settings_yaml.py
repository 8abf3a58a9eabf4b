"""Settings as YAML: what is too much, or stands twice, is refused at once."""

import time
from pathlib import Path

import pytest

from scripts.build.build_request import gather_settings
from scripts.build.log_source import LogSourceError
from scripts.build_folder import BuildFolder
from scripts.settings.settings_yaml import MOST_ALIASES, TooManyAliasesError, load_settings


def test_aliases_that_multiply_are_refused(tmp_path: Path) -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    with pytest.raises(TooManyAliasesError, match="expected at most 20 aliases"):
        load_settings("\n".join(levels))
    few = "x: &x 1\ny: [" + ", ".join(["*x"] * MOST_ALIASES) + "]"
    assert load_settings(few)["y"] == [1] * MOST_ALIASES
    mapping = tmp_path / "mapping.yml"
    mapping.write_text("\n".join(levels))
    with pytest.raises(LogSourceError, match=r"mapping\.yml: expected at most 20 aliases"):
        gather_settings(BuildFolder(tmp_path), "a.csv", mapping, None)


def nested(levels: int) -> str:
    return "x: " + "[" * levels + "]" * levels


TOO_LARGE = {
    "nested": (nested(20_000), "at most 20 levels"),
    "nested names": ("x: " + "{a: " * 10_000, "at most 20 levels"),
    "nested blocks": ("\n".join(" " * n + "x:" for n in range(300)), "at most 20 levels"),
    "merged": (
        "a0: &a0 {" + ", ".join(f"k{n}: 1" for n in range(3000)) + "}\n"
        + "\n".join(
            f"a{n}: &a{n} {{<<: [*a{n - 1}, *a{n - 1}, *a{n - 1}]}}" for n in range(1, 7)
        ),
        "at most 20,000 values",
    ),
    "repeated": (
        f"a: &a [{'x, ' * 9000}]\nb: [*a, *a, *a]", "at most 20,000 values"
    ),
    "itself": ("x: &x [*x]", "no value that holds itself"),
    "long": ("x: " + "y" * 10_000_000, "at most 50,000 characters"),
    "number": ("top_n: 0x" + "f" * 40_000, "numbers of at most 40 digits"),
    "minutes": ("top_n: 1" + ":1" * 20_000, "numbers of at most 40 digits"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "problem"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_settings_that_would_take_long_are_refused_at_once(
    text: str, problem: str, tmp_path: Path
) -> None:
    mapping = tmp_path / "mapping.yml"
    mapping.write_text(text)
    folder = BuildFolder(tmp_path)
    started = time.process_time()
    with pytest.raises(LogSourceError, match=rf"mapping\.yml: expected .*{problem}"):
        gather_settings(folder, "a.csv", mapping, None)
    with pytest.raises(LogSourceError, match=f"--vars: expected .*{problem}"):
        gather_settings(folder, "a.csv", None, text)
    assert time.process_time() - started < 2, "a second each"
    assert load_settings(nested(18))["x"]


def test_a_mapping_without_end_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LogSourceError):
        gather_settings(BuildFolder(tmp_path), "a.csv", Path("/dev/zero"), None)


def test_a_name_that_stands_twice_is_refused(tmp_path: Path) -> None:
    """YAML would take the last one, and the columns before it would be gone."""
    mapping = tmp_path / "mapping.yml"
    mapping.write_text("columns: {customer_id: id}\nid_type: text\ncolumns: {amount: a}\n")
    with pytest.raises(
        LogSourceError,
        match=r"mapping\.yml: columns stands in line 1 and again in line 3: write both as",
    ):
        gather_settings(BuildFolder(tmp_path), "a.csv", mapping, None)
    mapping.write_text("columns:\n  customer_id: id\n  customer_id: other\n")
    with pytest.raises(LogSourceError, match="customer_id stands in line 2 and again in"):
        gather_settings(BuildFolder(tmp_path), "a.csv", mapping, None)

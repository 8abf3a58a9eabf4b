"""The proposed mapping as a YAML file: lines with their reasons, open questions commented.

Text of the log stands in comments and values. It cannot end a comment, or a quote.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from scripts.build.log_source import LogSourceError
from scripts.inspection.plain_text import one_line
from scripts.inspection.proposal import Entry, Proposal
from scripts.settings.build_settings import BuildSettings

# Settings with an entry per line, also where there is one.
MAPPINGS = ("columns", "expressions", "event_aliases", "event_weights")
ORDER = (
    *("has_header", "delimiter", "escape", "encoding", "skip_lines", "id_type"),
    *("columns", "expressions", "time_format", "row_filter", "event_aliases"),
    "event_weights",
)


def mapping_text(proposal: Proposal, pattern: str) -> str:
    """The mapping; valid by the settings that exist.

    Raises:
        SettingError: it is not, which is a fault of this program.
    """
    lines = [
        f"# Proposed by `audience inspect` for {one_line(pattern)}.",
        *(f"# Not readable: {one_line(problem)}" for problem in proposal.problems),
    ]
    for setting in sorted({entry.setting for entry in proposal.entries}, key=_place):
        entries = [entry for entry in proposal.entries if entry.setting == setting]
        lines += _lines_of(setting, entries)
    text = "\n".join(lines) + "\n"
    assert (yaml.safe_load(text) or {}) == proposal.settings
    BuildSettings.check(proposal.settings)
    return text


def _place(setting: str) -> tuple[int, str]:
    return (ORDER.index(setting) if setting in ORDER else len(ORDER), setting)


def _lines_of(setting: str, entries: list[Entry]) -> Iterator[str]:
    if setting not in MAPPINGS:
        for entry in entries:
            yield f"# {one_line(entry.why)}"
            values = entry.choices or (entry.value,)
            mark = "" if entry.is_decided else "# "
            yield from (f"{mark}{setting}: {_yaml(value)}" for value in values)
        return
    is_open = not any(entry.is_decided for entry in entries)
    if not entries[0].key:
        value = entries[0].choices[0] if entries[0].choices else entries[0].value
        yield f"# {one_line(entries[0].why)}"
        yield f"# {setting}: {_yaml(value)}"
        return
    yield f"{'# ' if is_open else ''}{setting}:"
    said = ""
    for entry in entries:
        if entry.why != said:
            said = entry.why
            yield f"{'# ' if is_open else ''}  # {one_line(said)}"
        for value in entry.choices or (entry.value,):
            mark = "" if entry.is_decided else "# "
            yield f"{mark}  {_yaml(entry.key)}: {_yaml(value)}"


def _yaml(value: Any) -> str:
    """A value on one line; JSON is YAML, and is taken where plain text would not do."""
    if isinstance(value, str):
        if value.isascii() and value.replace("_", "a").isalnum():
            plain = yaml.safe_load(value)
            if plain == value:
                return value
        if '"' in value and "'" not in value and value.isprintable():
            return f"'{value}'"
    return json.dumps(value)


def write_mapping(path: Path, text: str) -> None:
    """Write a mapping to a file of its own.

    Raises:
        LogSourceError: there is a file already, or it cannot be written.
    """
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise LogSourceError(f"{path} exists: name another file, or remove it") from error
    except OSError as error:
        raise LogSourceError(f"Cannot write {path}: {error.strerror}") from error

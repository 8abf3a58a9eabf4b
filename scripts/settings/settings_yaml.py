"""Settings as YAML text, within limits that no real settings reach.

A few kilobytes of YAML can stand for gigabytes, or keep a parser busy for minutes.
"""

from pathlib import Path
from typing import Any

import yaml

from scripts.reported_error import ReportedError

# Nested aliases multiply, and what stands below one counts each time.
MOST_ALIASES = 20
MOST_VALUES = 20_000
MOST_LEVELS = 20
# Half a second of parsing.
MOST_CHARACTERS = 50_000
MOST_DIGITS = 40


class SettingsTooLargeError(ReportedError):
    """More than settings need; the message says what to do."""


class TooManyAliasesError(SettingsTooLargeError):
    """More aliases than settings need; the message says what to do."""


class RepeatedNameError(SettingsTooLargeError):
    """A name that stands twice: YAML would take the last one without a word."""


class SettingsLoader(yaml.SafeLoader):
    """Reads plain values, no name twice, and few aliases, levels and values."""

    aliases = 0
    levels = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Count an alias before it is resolved, and a level before it is entered."""
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > MOST_ALIASES:
                raise TooManyAliasesError(
                    f"expected at most {MOST_ALIASES} aliases (such as *name): write the"
                    " values out"
                )
        self.levels += 1
        if self.levels > MOST_LEVELS:
            raise SettingsTooLargeError(
                f"expected at most {MOST_LEVELS} levels of lists and names within each"
                " other"
            )
        node = super().compose_node(parent, index)
        self.levels -= 1
        return node

    def get_single_node(self) -> Any:
        """The settings before they become values."""
        node = super().get_single_node()
        if node is not None:
            _count_values(node, {})
        return node

    def construct_yaml_int(self, node: Any) -> Any:
        """A whole number of a length that can be shown."""
        number = super().construct_yaml_int(node)
        if abs(number) >= 10**MOST_DIGITS:
            raise SettingsTooLargeError(
                f"expected whole numbers of at most {MOST_DIGITS} digits"
            )
        return number


SettingsLoader.add_constructor("tag:yaml.org,2002:int", SettingsLoader.construct_yaml_int)


def _count_values(node: Any, known: dict[int, int]) -> int:
    """How many values a node stands for, with those of its aliases.

    Args:
        known: of nodes that were counted; 0 for those that are being counted.

    Raises:
        SettingsTooLargeError: there are more than settings need.
    """
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) in known:
        if not known[id(node)]:
            raise SettingsTooLargeError("expected no value that holds itself by an alias")
        return known[id(node)]
    known[id(node)] = 0
    is_mapping = isinstance(node, yaml.MappingNode)
    if is_mapping:
        _check_names(node)
    parts = [part for pair in node.value for part in pair] if is_mapping else node.value
    count = 1 + sum(_count_values(part, known) for part in parts)
    if count > MOST_VALUES:
        raise SettingsTooLargeError(f"expected at most {MOST_VALUES:,} values")
    known[id(node)] = count
    return count


def _check_names(node: Any) -> None:
    """See that no name of a mapping stands twice.

    Raises:
        RepeatedNameError: one does.
    """
    found: dict[str, int] = {}
    for name, _ in node.value:
        if isinstance(name, yaml.ScalarNode):
            line = name.start_mark.line + 1
            if name.value in found:
                raise RepeatedNameError(
                    f"{name.value} stands in line {found[name.value]} and again in line"
                    f" {line}: write both as one"
                )
            found[name.value] = line


def load_settings(text: str) -> Any:
    """Read settings from YAML.

    Raises:
        RepeatedNameError: a name stands twice.
        SettingsTooLargeError: there is more than settings need.
        yaml.YAMLError, ValueError: it is not YAML.
    """
    if len(text) > MOST_CHARACTERS:
        raise SettingsTooLargeError(
            f"expected at most {MOST_CHARACTERS:,} characters of settings"
        )
    # A subclass of SafeLoader.
    return yaml.load(text, Loader=SettingsLoader)  # noqa: S506


def read_settings_file(path: Path) -> Any:
    """Read settings from a YAML file; of a file without end only the beginning is read.

    Raises:
        SettingsTooLargeError, yaml.YAMLError, ValueError: see `load_settings`.
        OSError: it cannot be read.
    """
    with path.open(encoding="utf-8") as stream:
        return load_settings(stream.read(MOST_CHARACTERS + 1))

"""Settings as YAML text."""

from typing import Any

import yaml

from scripts.reported_error import ReportedError

# Nested aliases multiply: some lines of them can stand for gigabytes.
MOST_ALIASES = 20


class TooManyAliasesError(ReportedError):
    """More aliases than settings need; the message says what to do."""


class SettingsLoader(yaml.SafeLoader):
    """Reads plain values, and refuses aliases beyond a few."""

    aliases = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """Count an alias before it is resolved."""
        if self.check_event(yaml.AliasEvent):
            self.aliases += 1
            if self.aliases > MOST_ALIASES:
                raise TooManyAliasesError(
                    f"expected at most {MOST_ALIASES} aliases (such as *name): write the"
                    " values out"
                )
        return super().compose_node(parent, index)


def load_settings(text: str) -> Any:
    """Read settings from YAML.

    Raises:
        TooManyAliasesError: there are more aliases than settings need.
        yaml.YAMLError, ValueError: it is not YAML.
    """
    # A subclass of SafeLoader.
    return yaml.load(text, Loader=SettingsLoader)  # noqa: S506

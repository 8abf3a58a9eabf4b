"""A proposed mapping: each setting with its reason, or what a person has to decide."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Entry:
    """A setting of the mapping, or an entry of a setting such as `columns`.

    Attributes:
        key: of an entry; empty for a setting as a whole.
        choices: values between which a person has to decide; then there is no `value`.
        is_advice: whether it is only suggested.
    """

    setting: str
    key: str
    value: Any
    why: str
    choices: tuple[Any, ...] = ()
    is_advice: bool = False

    @property
    def is_decided(self) -> bool:
        """Whether it is part of the settings."""
        return not self.choices and not self.is_advice


@dataclass
class Proposal:
    """What was found out about how a build has to read a log.

    Attributes:
        entries: of the mapping.
        decisions: what a person has to decide, a sentence each.
        problems: what a build cannot read, a sentence each.
        warnings: what reads, but perhaps not as it is meant.
    """

    entries: list[Entry] = field(default_factory=list)
    decisions: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def add(self, setting: str, value: Any, why: str, key: str = "") -> None:
        """Add what is settled."""
        self.entries.append(Entry(setting, key, value, why))

    def advise(self, setting: str, value: Any, why: str, key: str = "") -> None:
        """Add a line that is only suggested."""
        self.entries.append(Entry(setting, key, value, why, is_advice=True))

    def ask(
        self, setting: str, choices: Sequence[Any], question: str, key: str = ""
    ) -> None:
        """Add what a person has to decide."""
        self.entries.append(Entry(setting, key, None, question, tuple(choices)))
        self.decisions.append(question)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that are settled."""
        settings: dict[str, Any] = {}
        for entry in self.entries:
            if not entry.is_decided:
                continue
            if entry.key:
                settings.setdefault(entry.setting, {})[entry.key] = entry.value
            else:
                settings[entry.setting] = entry.value
        return settings

    @property
    def is_settled(self) -> bool:
        """Whether a build can start with it."""
        return not self.decisions and not self.problems

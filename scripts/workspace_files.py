"""What `audience init` writes: settings with comments, and tables with examples."""

import json
import shutil
import textwrap
from pathlib import Path

from scripts.build_folder import PROJECT
from scripts.settings.input_settings import InputSettings
from scripts.settings.result_settings import ResultSettings
from scripts.workspace import MARK, TABLES, WorkspaceError

# Tables that people write; their examples are active only with the generated log.
WRITTEN = (
    "campaigns.csv",
    "campaign_rules.csv",
    "channels.csv",
    "experiments.csv",
    "experiment_arms.csv",
)
BEGINNING = """\
# The settings of this workspace. Paths are relative to this folder.
# Uncomment the lines that you need; docs/own-log.md explains them.
# `audience inspect FILES` proposes those for a log.
#
# The folder tables/ holds campaigns and experiments. Copies of other files of seeds/, such
# as event_weights.csv, replace these when they lie there.
"""


def write_workspace(folder: Path) -> list[Path]:
    """Write the files of a new workspace; returns them.

    Raises:
        WorkspaceError: the folder has some of them, or cannot be written.
    """
    settings, tables = folder / MARK, folder / TABLES
    for path in (settings, tables):
        if path.exists():
            raise WorkspaceError(
                f"{path} exists: expected a folder without a workspace. Nothing was written"
            )
    try:
        tables.mkdir(parents=True)
        for name in WRITTEN:
            shutil.copyfile(PROJECT / "seeds" / name, tables / name)
        ignored = folder / ".gitignore"
        if not ignored.exists():
            ignored.write_text("build/\n")
        # Last: it makes the folder a workspace.
        settings.write_text(_settings(), encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(
            f"Cannot write the workspace {folder}: {error.strerror}"
        ) from error
    return [settings, *(tables / name for name in WRITTEN)]


def _settings() -> str:
    """A commented line for each setting, with its meaning."""
    parts = [BEGINNING]
    for title, model in (
        ("How the log is read", InputSettings),
        ("What is computed from it", ResultSettings),
    ):
        parts.append(f"\n# --- {title} ---\n")
        for name, field in model.model_fields.items():
            default = field.get_default(call_default_factory=True)
            value = field.examples[0] if field.examples else json.dumps(default)
            text = textwrap.wrap(f"{field.description}.", 90)
            parts.append("".join(f"# {line}\n" for line in text) + f"#{name}: {value}\n")
    return "\n".join(parts)

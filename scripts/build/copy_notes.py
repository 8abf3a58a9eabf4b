"""Where copies of files lie, and what is noted of each."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any


def place_below(folder: Path, file: str, ending: str = "") -> Path:
    """Where the copy of a file lies: with its name, and folders that name a value.

    Args:
        folder: that of all copies of an input.
        file: a path, or a name on another machine.
    """
    path = Path(os.path.abspath(file))  # noqa: PTH100 - a link keeps its name
    mark = hashlib.sha256(str(path.parent).encode()).hexdigest()[:8]
    named = [part for part in path.parent.parts if "=" in part]
    # A pattern passes over hidden files.
    name = f"_{path.name[1:]}" if path.name.startswith(".") else path.name
    return folder.joinpath(mark, *named, f"{name}{ending}")


class CopyNotes:
    """Notes by name, in a file next to the copies."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def read(self) -> dict[str, Any]:
        """The notes; none where they were never written, or are damaged."""
        try:
            notes = json.loads(self.file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return notes if isinstance(notes, dict) else {}

    def write(self, notes: dict[str, Any]) -> None:
        """Replace the notes as a whole."""
        unfinished = self.file.with_suffix(".tmp")
        unfinished.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(json.dumps(notes, indent=1), encoding="utf-8")
        unfinished.replace(self.file)

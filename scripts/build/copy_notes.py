"""What is noted of each copy, to know later whether it is still right."""

import json
from pathlib import Path
from typing import Any


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

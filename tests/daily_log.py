"""A log with one file per day."""

from pathlib import Path

from scripts.synthetic.interactions import generate


class DailyLog:
    """A log that grows by a file per day."""

    def __init__(self, folder: Path, days: int, scale: float = 0.002) -> None:
        whole = folder / "whole.csv"
        generate(whole, scale=scale, seed=8)
        header, *lines = whole.read_text().splitlines(keepends=True)
        self.folder = folder / "log"
        self.folder.mkdir()
        self.header = header
        self.waiting: dict[str, list[str]] = {}
        for line in lines:
            self.waiting.setdefault(line.split(",")[3][:10], []).append(line)
        self.grow(days)

    @property
    def pattern(self) -> str:
        return str(self.folder / "*.csv")

    def grow(self, days: int = 1) -> None:
        """Add the files of the next days, each complete when it appears."""
        for day in sorted(self.waiting)[:days]:
            arriving = self.folder / f"{day}.part"
            arriving.write_text(self.header + "".join(self.waiting.pop(day)))
            arriving.rename(self.folder / f"{day}.csv")

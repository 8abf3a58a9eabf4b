"""Customers who have opted out until now, read again when there are more."""

from dataclasses import dataclass, field

from scripts.build_folder import BuildFolder
from scripts.campaigns.opt_outs import noted_opt_outs
from scripts.releases.opted_out_file import OptedOutFile

# Why a contact is left out.
OPTED_OUT = "opted out since the list was written"


@dataclass
class CurrentOptOuts:
    """The opt-outs of `audience suppress` and of the table `suppressions`.

    Attributes:
        are_numbers: whether the log's ids are whole numbers.
    """

    folder: BuildFolder
    are_numbers: bool
    _ids: frozenset[str] = frozenset()
    _stamp: object = field(default=None, repr=False)

    def ids(self) -> frozenset[str]:
        """Their ids in the form of the log.

        Raises:
            OptedOutFileError, OSError, duckdb.Error: they cannot be read.
        """
        stamp = self._files()
        if stamp != self._stamp:
            noted = noted_opt_outs(self.folder, are_numbers=self.are_numbers)
            listed = OptedOutFile(self.folder.releases).listed()
            self._ids, self._stamp = frozenset({*noted, *listed}), stamp
        return self._ids

    def _files(self) -> list[tuple[str, int, int, int]]:
        """What tells one state of the files from another."""
        files = sorted(self.folder.suppressions.glob("*.parquet"))
        served = OptedOutFile(self.folder.releases).path
        found = []
        for file in [*files, *([served] if served.exists() else [])]:
            stat = file.stat()
            found.append((file.name, stat.st_size, stat.st_mtime_ns, stat.st_ino))
        return found

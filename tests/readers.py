"""Checks of the guarantees that readers of releases have."""

import hashlib
from dataclasses import dataclass, field

import duckdb

from scripts.build_folder import BuildFolder
from scripts.releases.opted_out_file import FILE
from scripts.releases.release_folder import RELEASE_ID, Release, ReleaseFolder


@dataclass
class Readers:
    """Checks the guarantees to readers of a release folder, as often as you like."""

    folder: BuildFolder
    last: str = ""
    whole: set[str] = field(default_factory=set)

    def look(self) -> None:
        """Every visible release is complete; none older than the last one is served."""
        releases = ReleaseFolder(self.folder.releases)
        if releases.root.exists():
            seen = {path.name for path in releases.root.iterdir()}
            finished = {release.release_id for release in releases.all()}
            assert {name for name in seen if RELEASE_ID.fullmatch(name)} == finished
            hidden = {name for name in seen - finished if not name.startswith(".")}
            assert hidden <= {"current", FILE}
        served = releases.current()
        assert (served.release_id if served else "") >= self.last
        self.last = served.release_id if served else ""
        for release in releases.all():
            # The served release is checked every time.
            if release == served or release.release_id not in self.whole:
                self._check(release)
                self.whole.add(release.release_id)

    def _check(self, release: Release) -> None:
        manifest = release.manifest
        assert manifest["release_id"] == release.release_id
        files = {
            str(path.relative_to(release.folder))
            for path in release.folder.rglob("*")
            if path.is_file()
        }
        assert files == {*manifest["files"], "manifest.json"}
        for name, facts in manifest["files"].items():
            content = (release.folder / name).read_bytes()
            assert hashlib.sha256(content).hexdigest() == facts["sha256"], name
        with duckdb.connect(release.database, read_only=True) as reader:
            for mart, count in manifest["row_counts"].items():
                found = reader.execute(f"select count(*) from {mart}").fetchone()
                assert found == (count,), mart

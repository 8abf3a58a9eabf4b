"""A workspace: a folder of your own, with settings and tables that replace the project's.

```
shop/
  audience.yml     the settings of a build, as in a mapping
  tables/          campaigns.csv and others, in the place of the seeds of the same name
  build/           everything generated
```
"""

import os
import re
from pathlib import Path

from scripts.build_folder import PROJECT, shown
from scripts.reported_error import ReportedError

MARK = "audience.yml"
TABLES = "tables"
VARIABLE = "AUDIENCE_WORKSPACE"


class WorkspaceError(ReportedError):
    """A workspace that cannot be used; the message says what to do."""


def enter_workspace() -> None:
    """Find the workspace, and let this process and those that it starts use it.

    It is the folder in AUDIENCE_WORKSPACE, or the first with an audience.yml: from the
    working directory upwards, then the one above the build folder.

    Raises:
        WorkspaceError: the variable names a folder without an audience.yml.
    """
    named = os.environ.get(VARIABLE)
    here = Path.cwd()
    places = [Path(named).expanduser()] if named else [here, *here.parents]
    if not named and (built := os.environ.get("AUDIENCE_BUILD_DIR")):
        # A job of a scheduler that names the build folder alone.
        places.append((PROJECT / Path(built).expanduser()).parent)
    found = next((place for place in places if (place / MARK).is_file()), None)
    if found is None:
        if named:
            raise WorkspaceError(
                f"{VARIABLE}={named} has no {MARK}: expected the folder of a workspace."
                " `audience init FOLDER` makes one"
            )
        return
    os.environ[VARIABLE] = str(found.resolve())
    if not os.environ.get("AUDIENCE_BUILD_DIR"):
        os.environ["AUDIENCE_BUILD_DIR"] = str(found.resolve() / "build")


def workspace() -> Path | None:
    """The folder of the workspace; None outside of one."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def workspace_settings() -> Path | None:
    """The settings of the workspace; None outside of one."""
    root = workspace()
    return root / MARK if root else None


def own_file(file: Path) -> Path:
    """The table of the workspace that replaces a seed; else the file itself."""
    root = workspace()
    if root is None or file.parent != PROJECT / "seeds":
        return file
    own = root / TABLES / file.name
    return own if own.is_file() else file


def with_own_tables(message: str) -> str:
    """A message about tables of seeds/, with those of the workspace in their place."""

    def place(name: re.Match[str]) -> str:
        seed = PROJECT / name[0]
        own = own_file(seed)
        return name[0] if own == seed else str(shown(own))

    return re.sub(r"\bseeds/\w+\.csv\b", place, message)

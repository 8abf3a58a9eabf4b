"""Write the documentation of every table and column: one page that opens without a server.

It describes the last build, with that build's settings.
"""

import json
from pathlib import Path

from scripts.build.dbt_run import run_dbt
from scripts.build.preconditions import BuildError
from scripts.build_folder import BuildFolder, shown


def write_documentation(folder: BuildFolder) -> Path:
    """Write the page of a folder's last build; returns its file.

    Raises:
        BuildError: there is no build to describe, or dbt failed.
        FolderInUseError: a build is running.
    """
    results = folder.dbt_target / "run_results.json"
    with folder.lock() as lock:
        try:
            settings = json.loads(results.read_text(encoding="utf-8"))["args"]["vars"]
        except (FileNotFoundError, ValueError, KeyError) as error:
            raise BuildError(
                f"No build in {shown(folder.root)} to describe: run `make build` first"
            ) from error
        command = ["docs", "generate", "--static"]
        run = run_dbt(command, settings, folder, target=folder.docs, lock=lock)
    if run.exit_code:
        raise BuildError("\n".join(run.problems))
    return folder.docs / "static_index.html"

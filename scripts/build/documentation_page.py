"""Write the documentation of every table and column: one page that opens without a server.

It describes the last build, with that build's settings.
"""

import json
import re
from pathlib import Path

from scripts.build.dbt_run import run_dbt
from scripts.build.preconditions import BuildError
from scripts.build_folder import BuildFolder, shown
from scripts.script_element import data_in_script

# Where dbt's page takes its data from; `dbt docs generate --static` would write the text of
# the log there as it is.
DATA = re.compile(r'"(MANIFEST|CATALOG)\.JSON INLINE DATA"')


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
                f"No build in {shown(folder.root)} to describe: run `audience build` first"
            ) from error
        command = ["docs", "generate"]
        run = run_dbt(command, settings, folder, target=folder.docs, lock=lock)
    if run.exit_code:
        raise BuildError("\n".join(run.problems))
    return page_with_data(folder.docs)


def page_with_data(docs: Path) -> Path:
    """Write dbt's page and its data into one file, `static_index.html`.

    Args:
        docs: the folder of dbt's page, `index.html`, `manifest.json` and `catalog.json`.
    """

    def data(found: re.Match[str]) -> str:
        file = docs / f"{found[1].lower()}.json"
        return data_in_script(json.loads(file.read_text(encoding="utf-8")))

    page = docs / "static_index.html"
    unfinished = page.with_name(f".unfinished-{page.name}")
    template = (docs / "index.html").read_text(encoding="utf-8")
    unfinished.write_text(DATA.sub(data, template), encoding="utf-8")
    unfinished.replace(page)
    return page

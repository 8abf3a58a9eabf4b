"""Write the documentation of every table and column: one page that opens without a server.

It describes the last build, with that build's settings.
"""

import argparse
import json
import sys

from scripts.build.dbt_run import run_dbt
from scripts.build_folder import BuildFolder, FolderInUseError, shown


def main(arguments: list[str] | None = None) -> int:
    """Run the program; returns the exit code."""
    argparse.ArgumentParser(
        prog="python -m scripts.build.documentation_page", description=__doc__
    ).parse_args(arguments)
    folder = BuildFolder.from_environment()
    results = folder.dbt_target / "run_results.json"
    try:
        with folder.lock() as lock:
            settings = json.loads(results.read_text(encoding="utf-8"))["args"]["vars"]
            print("Writing the documentation (a few seconds) ...", flush=True)
            command = ["docs", "generate", "--static"]
            run = run_dbt(command, settings, folder, target=folder.docs, lock=lock)
    except (FileNotFoundError, ValueError, KeyError):
        print(
            f"error: No build in {shown(folder.root)} to describe: run `make build` first",
            file=sys.stderr,
        )
        return 1
    except (FolderInUseError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if run.exit_code:
        print("error: " + "\n".join(run.problems), file=sys.stderr)
        return 1
    print(f"Open {shown(folder.docs / 'static_index.html')}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

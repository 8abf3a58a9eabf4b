"""`audience init`: a folder of your own for settings and tables."""

from pathlib import Path

import click

from scripts.build_folder import shown
from scripts.cli.error_reports import report_errors
from scripts.cli.options import examples


@click.command(epilog=examples("audience init shop"))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def init(folder: Path) -> None:
    """Write a workspace: a folder of your own for settings and tables.

    A new version of the project never touches it. Commands that you run in it use its
    audience.yml and tables/, and write to its folder build/.
    """
    with report_errors():
        from scripts.workspace_files import write_workspace

        for path in write_workspace(folder):
            print(f"Wrote {shown(path)}")
        print(f"Next: name the log in {shown(folder / 'audience.yml')}, then run")
        print(f"  cd {shown(folder)}\n  audience build")

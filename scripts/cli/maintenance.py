"""Commands for contributors: dependencies, docs, screenshots, and the replay of drift."""

import sys
from pathlib import Path

import click

from scripts.build_folder import shown
from scripts.cli.benchmark import InOrder
from scripts.cli.error_reports import report_errors
from scripts.cli.options import examples


@click.group(cls=InOrder)
def maintenance() -> None:
    """Look after dependencies, docs, screenshots and drift."""


@maintenance.command(epilog=examples("audience maintenance lock --upgrade"))
@click.option("--upgrade", is_flag=True, help="Take the newest versions.")
def lock(upgrade: bool) -> None:
    """Write the lock files from pyproject.toml.

    Locked versions stay unless pyproject.toml asks for others.
    """
    with report_errors():
        from scripts.maintenance.lock_dependencies import lock as write_locks

        write_locks(upgrade=upgrade)


@maintenance.command(epilog=examples("audience maintenance licenses > LICENSES.md"))
def licenses() -> None:
    """List the run-time dependencies with version and license."""
    with report_errors():
        from scripts.maintenance.licenses import license_table

        print(license_table())


@maintenance.command(epilog=examples("audience maintenance sbom"))
def sbom() -> None:
    """Write a bill of materials, as CycloneDX.

    The file is sbom.json in the build folder.
    """
    with report_errors() as folder:
        from scripts.maintenance.bill_of_materials import write_bill

        print(f"Wrote {shown(write_bill(folder))}")


@maintenance.command(epilog=examples("audience maintenance audit"))
def audit() -> None:
    """Look up known vulnerabilities of everything that is locked.

    Needs the package index. Fails if a package could not be looked up.
    """
    with report_errors():
        from scripts.maintenance.audit_dependencies import audit as look_up
        from scripts.maintenance.dependencies import EXTRA_LOCKS, RUN_LOCK

        print(look_up([RUN_LOCK, *EXTRA_LOCKS.values()]))


@maintenance.command(epilog=examples("audience maintenance settings"))
def settings() -> None:
    """Write the tables of settings into the docs."""
    with report_errors():
        from scripts.maintenance.settings_tables import docs_pages, write_tables

        for page in write_tables(docs_pages()):
            print(f"Wrote the tables of {shown(page)}")


@maintenance.command("examples", epilog=examples("audience maintenance examples"))
def api_examples() -> None:
    """Write the examples in the API's documentation.

    They are answers about the current release: run `audience evidence` first, without a
    log, so that it is about the generated one.
    """
    with report_errors() as build:
        from api.documentation import EXAMPLES
        from scripts.maintenance.api_examples import write_examples
        from scripts.releases.running_api import running_api

        with running_api(build, ["api"], workers=1) as api:
            written = write_examples(api.url, EXAMPLES)
        print(f"Wrote {len(written)} examples to {shown(EXAMPLES)}.")


@maintenance.command(
    epilog=examples("audience maintenance screenshots --to /tmp/pictures --whole")
)
@click.option("--url", help="A running server; by default one is started.")
@click.option(
    "--to",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    show_default="screenshots in the build folder",
    help="Where to write the pictures.",
)
@click.option("--whole", is_flag=True, help="Whole pages, not only the first screen.")
def screenshots(url: str | None, to: Path | None, whole: bool) -> None:
    """Take a picture of every page of the current release. Needs Chromium."""
    with report_errors() as build:
        from scripts.maintenance.screenshots import take_pictures
        from scripts.releases.running_api import running_api

        folder = to or build.root / "screenshots"
        if url:
            taken = take_pictures(url, folder, is_whole=whole)
        else:
            with running_api(build, ["api"], workers=1) as api:
                taken = take_pictures(api.url, folder, is_whole=whole)
        print(f"Wrote {len(taken)} pictures to {shown(folder)}.")


@maintenance.command(
    epilog=examples(
        "audience maintenance drift --log 'mylog/*.csv'",
        "audience maintenance drift --log log.parquet --last-days 30 --every 1",
    )
)
@click.option("--log", required=True, metavar="FILES", help="The log, as for a build.")
@click.option(
    "--mapping",
    type=click.Path(path_type=Path),
    help="YAML file that describes the columns of the log, as in mappings/.",
)
@click.option("--vars", "settings", metavar="YAML", help="More settings.")
@click.option(
    "--every",
    type=click.IntRange(min=0),
    default=7,
    help="Plant the faults on every so many days; 0 plants none.",
)
@click.option(
    "--last-days",
    type=click.IntRange(min=1),
    show_default="all",
    help="How many days to judge, the last ones of the log.",
)
def drift(
    log: str,
    mapping: Path | None,
    settings: str | None,
    every: int,
    last_days: int | None,
) -> None:
    """Count how often drift blocks good and faulty days.

    The log is replayed by day. Each day is judged as a build after it would be, with
    the thresholds of seeds/drift_thresholds.csv. Publishes nothing.
    """
    with report_errors():
        from scripts.maintenance.drift_replay import replay_log

        def say(line: str) -> None:
            print(line, file=sys.stderr, flush=True)

        replayed = replay_log(
            log, mapping, settings, every=every, last_days=last_days, say=say
        )
        print("\n".join(replayed.lines()))

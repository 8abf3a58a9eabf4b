"""Commands that serve and manage releases, from serve to rollback."""

import threading
import time
import traceback
from pathlib import Path

import click

from scripts.cli.error_reports import report_errors
from scripts.cli.options import accept_drift, examples
from scripts.releases.release_folder import KEPT_RELEASES


@click.command(epilog=examples("audience serve", "AUDIENCE_PORT=9000 audience serve"))
def serve() -> int:
    """Serve the current release at http://127.0.0.1:8000.

    The API's settings are environment variables; `python -m api --help` lists them.
    """
    from api.__main__ import main as serve_api

    return serve_api([])


@click.command(epilog=examples("audience keys shop"))
@click.argument("name")
def keys(name: str) -> int:
    """Make a key for callers of the API.

    NAME is the owner of the key. The key is shown once; put its hash into
    AUDIENCE_API_KEYS.
    """
    from api.keys import main as make_key

    return make_key([name])


def _pause(
    _: click.Context, parameter: click.Parameter, value: float | None
) -> float | None:
    if value is not None and not value > 0:
        raise click.BadParameter(f"{value:g}, must be more than 0", param=parameter)
    return value


# How often a repeated fetch looks for opt-outs, at least.
OPT_OUT_SECONDS = 1.0


@click.command(epilog=examples("audience fetch /mnt/releases --every 30"))
@click.argument("source", type=click.Path(path_type=Path))
@click.option(
    "--every",
    type=float,
    metavar="SECONDS",
    callback=_pause,
    help="Look for a new release again and again, and for opt-outs every second. Without"
    " it, look once.",
)
def fetch(source: Path, every: float | None) -> int:
    """Copy the current release from SOURCE, and serve the copy.

    SOURCE is a folder of releases: a mount, or a copy from an object store. The opt-outs
    next to its releases are copied too.
    """
    with report_errors():
        # Before the release, so that a new instance has them when it serves.
        code = _fetch_opt_outs(source)
        if every is None:
            code = max(code, _fetch_once(source))
            return max(code, _fetch_opt_outs(source))  # They may have changed meanwhile.
        has_ended = threading.Event()
        # A thread of its own: a large release takes minutes to copy.
        opt_outs = threading.Thread(
            target=_keep_fetching_opt_outs, args=(source, every, has_ended), daemon=True
        )
        opt_outs.start()
        try:
            while True:
                _fetch_once(source)
                time.sleep(every)
        finally:
            has_ended.set()


def _keep_fetching_opt_outs(source: Path, every: float, has_ended: threading.Event) -> None:
    """Fetch them every second; after an error, which is reported, at the next look."""
    pause = shortest = min(every, OPT_OUT_SECONDS)
    while not has_ended.wait(pause):
        try:
            pause = every if _fetch_opt_outs(source) else shortest
        except Exception:  # noqa: BLE001 - nothing else looks for opt-outs
            traceback.print_exc()
            pause = every


def _fetch_opt_outs(source: Path) -> int:
    """Fetch the opt-outs, whatever is wrong with the release; an error ends nothing."""
    from scripts.releases.fetch import fetch_opt_outs
    from scripts.releases.release_folder import ReleaseFolder

    try:
        with report_errors() as folder:
            if fetch_opt_outs(ReleaseFolder(source), ReleaseFolder(folder.releases)):
                print(f"Fetched the opt-outs from {source}.", flush=True)
    except click.exceptions.Exit as end:
        if end.exit_code != 1:
            raise
        return 1
    return 0


def _fetch_once(source: Path) -> int:
    """Fetch once; an error ends the look, not the program."""
    from scripts.releases.fetch import fetch_release
    from scripts.releases.release_folder import ReleaseFolder

    try:
        with report_errors() as folder:
            fetched = fetch_release(ReleaseFolder(source), ReleaseFolder(folder.releases))
    except click.exceptions.Exit as end:
        if end.exit_code != 1:
            raise
        return 1
    if fetched is not None:
        print(f"Fetched {fetched.release_id} from {source}.", flush=True)
    return 0


@click.command(epilog=examples("audience publish --keep 10"))
@click.option(
    "--keep",
    type=click.IntRange(min=1),
    metavar="N",
    show_default=f"as for the current release, else {KEPT_RELEASES}",
    help="How many releases to keep.",
)
@accept_drift
def publish(keep: int | None, accept_drift: str | None) -> None:
    """Publish the last complete build again.

    Use it after a build that you ran with dbt, or to keep another number of releases.
    """
    started = time.monotonic()
    with report_errors() as folder:
        from scripts.releases.publish import publish_last_build

        release = publish_last_build(folder, keep, accept_drift)
        print(
            f"Published {release.release_id} in {time.monotonic() - started:.1f} s:"
            f" {release.database}"
        )


@click.command(epilog=examples("audience releases"))
def releases() -> None:
    """List the releases; * marks the one that is served."""
    with report_errors() as folder:
        from scripts.releases.publish import print_releases
        from scripts.releases.release_folder import ReleaseFolder

        print_releases(ReleaseFolder(folder.releases))


@click.command(
    epilog=examples("audience rollback", "audience rollback 000007-20261123T061500Z")
)
@click.argument("release", required=False)
def rollback(release: str | None) -> None:
    """Serve RELEASE, or the one before the current release.

    `audience releases` lists them. Without RELEASE, releases that the watch of a refresh
    took out of service are skipped.
    """
    with report_errors() as folder:
        from scripts.campaigns.opt_outs import opted_out_in, tell_api
        from scripts.releases.publish import roll_back
        from scripts.releases.release_folder import ReleaseFolder
        from scripts.releases.run_history import rolled_back_releases

        tell_api(folder)
        served = roll_back(
            ReleaseFolder(folder.releases), release, rolled_back_releases(folder)
        )
        print(f"Serving {served.release_id} again.")
        opted_out = len(opted_out_in(folder, served))
        if opted_out:
            print(
                f"Note: {opted_out} of its customers opted out after it was made. The API"
                " leaves them out; readers of its file must too."
            )

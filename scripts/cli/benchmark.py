"""Commands that measure: builds, rankings, evidence, api, load, soak."""

from pathlib import Path

import click

from scripts.cli.error_reports import report_errors
from scripts.cli.options import examples


class InOrder(click.Group):
    """A group whose help lists its commands in the order of this file."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names of its commands."""
        return list(self.commands)


@click.group(cls=InOrder)
def benchmark() -> None:
    """Measure builds, rankings, campaigns and the API."""


@benchmark.command(epilog=examples("audience benchmark builds 1 10 100"))
@click.argument("scales", nargs=-1, metavar="[SCALE]...")
@click.option(
    "--rounds",
    type=click.IntRange(min=1),
    metavar="N",
    default=3,
    help="How often to measure; large scales are measured once.",
)
@click.option("--kept", is_flag=True, help="Report the last measurement again.")
def builds(scales: tuple[str, ...], rounds: int, kept: bool) -> None:
    """Time builds, releases and the API, next to a Polars program.

    SCALE 1, the default, is a log of 498,879 interactions. Writes bench/benchmark.md and
    bench/growth.svg in the build folder.
    """
    with report_errors() as folder:
        from scripts.benchmarks.scale_measurements import write_report

        bench = folder.root / "bench"
        text = write_report(bench, scales or ("1",), rounds, is_kept=kept)
        print(f"\n{text}\nWritten to {bench / 'benchmark.md'} and {bench / 'growth.svg'}")


real_logs = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    envvar="AUDIENCE_SHARED_DATA",
    help="Folder of the real logs; by default AUDIENCE_SHARED_DATA or ../shared/data.",
)


@benchmark.command(
    epilog=examples(
        "audience benchmark rankings taobao synthetic",
        "audience benchmark rankings --data /data/logs",
    )
)
@click.argument("logs", nargs=-1, metavar="[LOG]...")
@real_logs
def rankings(logs: tuple[str, ...], data: Path | None) -> int:
    """Check the served lists against the customers after the split.

    LOG is taobao, movietweetings, online_retail, retailrocket or olist (files of the folder
    of real logs), or synthetic, taste or shuffled (generated); all of them by default. Ends
    with exit code 1 if a bar is missed.
    """
    with report_errors() as folder:
        from scripts.benchmarks.rankings import measure_rankings

        is_met = measure_rankings(folder.root / "bench" / "rankings", logs, data)
    return 0 if is_met else 1


@benchmark.command(epilog=examples("audience benchmark evidence movietweetings"))
@click.argument("logs", nargs=-1, metavar="[LOG]...")
@real_logs
def evidence(logs: tuple[str, ...], data: Path | None) -> None:
    """Measure the evidence of real logs, with a row per ranking.

    LOG is taobao, movietweetings, online_retail, retailrocket or olist; all of them by
    default.
    """
    with report_errors(extra="evidence") as folder:
        from scripts.benchmarks.evidence_table import print_evidence

        print_evidence(folder.root / "bench" / "evidence", logs, data)


@benchmark.command(epilog=examples("audience benchmark api --seconds 15"))
@click.option("--seconds", default=15, help="How long each measurement takes.")
@click.option("--workers", default=2, help="Worker processes of the API.")
@click.option("--other", metavar="URL", help="Another server to measure too.")
def api(seconds: int, workers: int, other: str | None) -> None:
    """Measure the API with wrk, next to bare Sanic.

    Writes bench/api.md in the build folder.
    """
    with report_errors() as folder:
        from scripts.benchmarks.api_throughput import benchmark as measure

        text = measure(folder, seconds, workers, other)
        output = folder.root / "bench" / "api.md"
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8")
        print(text)


@benchmark.command(epilog=examples("audience benchmark opt-outs --rounds 10"))
@click.option(
    "--rounds", type=click.IntRange(min=1), default=5, help="How many customers opt out."
)
def opt_outs(rounds: int) -> None:
    """Measure how soon an opt-out takes effect, and what it costs.

    Starts an API of its own on the current release; the release and its opt-outs stay.
    """
    with report_errors() as folder:
        from scripts.benchmarks.opt_outs import measure_opt_outs

        print(measure_opt_outs(folder, rounds))


@benchmark.command(epilog=examples("audience benchmark exploration --campaigns 100"))
@click.option(
    "--campaigns", type=click.IntRange(min=1), default=200, help="Simulated campaigns."
)
def exploration(campaigns: int) -> None:
    """Simulate how exploring rankings finds the better ones."""
    with report_errors():
        from scripts.benchmarks.exploration import report

        print(report(campaigns))


@benchmark.command(epilog=examples("audience benchmark campaigns --scale 0.1"))
@click.option("--scale", default=1.0, help="The size of the generated log.")
def campaigns(scale: float) -> None:
    """Time the models of campaigns of several sizes, and of none."""
    with report_errors() as folder:
        from scripts.benchmarks.campaign_placement import measure_campaigns

        print(measure_campaigns(folder.root / "bench" / "campaigns", scale))


@benchmark.command(epilog=examples("audience benchmark profit"))
def profit() -> None:
    """Measure the profit of a campaign with a planted effect.

    Runs each command from the first build to the effect of the exported contacts, in a
    workspace in bench/profit of the build folder, and prints what they say.
    """
    with report_errors() as folder:
        from scripts.benchmarks.measured_campaign import measure_campaign

        print(measure_campaign(folder.root / "bench" / "profit"))


@benchmark.command(epilog=examples("audience benchmark load --users 100 --seconds 30"))
@click.option("--users", default=1000, help="Users at once.")
@click.option("--spawn", default=50, help="New users per second.")
@click.option("--seconds", default=300, help="How long the load lasts.")
@click.option("--url", help="A running server; by default one is started.")
def load(users: int, spawn: int, seconds: int, url: str | None) -> int:
    """Put the API under the load of many users, with Locust.

    Ends with exit code 1 if a request failed or was too slow.
    """
    with report_errors() as folder:
        from scripts.benchmarks.load import put_under_load

        code = put_under_load(folder, users, spawn, seconds, url)
    return code


@benchmark.command(epilog=examples("audience benchmark soak --seconds 60 --interval 5"))
@click.option("--seconds", default=600, help="How long the load lasts.")
@click.option("--interval", default=10, help="Seconds between switches of releases.")
def soak(seconds: int, interval: int) -> int:
    """Switch releases under full load; watch memory and open files.

    Needs wrk and two releases. Ends with exit code 1 if memory grows or a request fails.
    """
    with report_errors() as folder:
        from scripts.benchmarks.soak import soak as keep_under_load

        is_well = keep_under_load(folder, seconds, interval)
    return 0 if is_well else 1

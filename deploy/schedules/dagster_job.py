"""A Dagster job that refreshes once a day.

    dagster dev -f deploy/schedules/dagster_job.py

It runs `make refresh` in its own checkout, which must be writable for Dagster's user.
"""

import os
import subprocess
from pathlib import Path

import dagster

PROJECT = Path(__file__).resolve().parents[2]
# The folder of a workspace, such as /srv/shop; none if it is empty.
WORKSPACE = ""


@dagster.op
def refresh_release(context: dagster.OpExecutionContext) -> None:
    """Run `make refresh`; fails with its reason if nothing was published."""
    run = subprocess.run(
        ["make", "refresh"],
        cwd=PROJECT,
        env=os.environ | {"AUDIENCE_WORKSPACE": WORKSPACE},
        capture_output=True,
        text=True,
        check=False,
    )
    context.log.info(run.stdout)
    if run.returncode:
        raise dagster.Failure(description=run.stderr.strip())


# Two runs at a time are safe: the second one finds the build folder locked, and fails.
@dagster.job
def refresh() -> None:
    """Read the new part of the log of Product Audience, and publish."""
    refresh_release()


definitions = dagster.Definitions(
    jobs=[refresh],
    schedules=[
        dagster.ScheduleDefinition(
            job=refresh,
            cron_schedule="15 5 * * *",
            execution_timezone="UTC",
            default_status=dagster.DefaultScheduleStatus.RUNNING,
        )
    ],
)

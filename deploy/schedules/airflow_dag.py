"""An Airflow DAG (Airflow 3) that refreshes once a day.

Link it into the folder of DAGs. It runs `make refresh` in its own checkout, which must be
on the worker and writable for its user.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

PROJECT = Path(__file__).resolve().parents[2]
# The folder of a workspace, such as /srv/shop; none if it is empty.
WORKSPACE = ""

with DAG(
    dag_id="product_audience_refresh",
    description="Read the new part of the log of Product Audience, and publish",
    schedule="15 5 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    # A refresh reads everything new, so missed days need no run of their own.
    catchup=False,
    max_active_runs=1,
    tags=["product-audience"],
) as dag:
    BashOperator(
        task_id="refresh",
        # Fails if nothing was published; the end of the task's log says why.
        bash_command="make refresh",
        cwd=str(PROJECT),
        env={"AUDIENCE_WORKSPACE": WORKSPACE},
        append_env=True,
        # A log that is rejected now is rejected in an hour, too.
        retries=0,
        execution_timeout=timedelta(hours=4),
    )

"""An Airflow DAG (Airflow 3) that refreshes once a day.

Link it into the folder of DAGs: it runs `make refresh` in the checkout that it lies in. The
checkout has to be on the worker, and may be written to by its user.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

PROJECT = Path(__file__).resolve().parents[2]

with DAG(
    dag_id="product_audience_refresh",
    description="Take in what is new in the log of Product Audience, and publish",
    schedule="15 5 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=UTC),
    # A refresh takes in all that is new: days that were missed need no run of their own.
    catchup=False,
    max_active_runs=1,
    tags=["product-audience"],
) as dag:
    BashOperator(
        task_id="refresh",
        # Fails where nothing was published; why is the end of the task's log.
        bash_command="make refresh",
        cwd=str(PROJECT),
        # A log that does not fit today does not fit in an hour.
        retries=0,
        execution_timeout=timedelta(hours=4),
    )

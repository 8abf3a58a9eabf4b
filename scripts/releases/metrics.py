"""Query metrics of the current release: a saved query, or metrics by dimensions.

Without arguments it lists the metrics and saved queries. The metrics of a release are
those of its build (models/semantic). MetricFlow writes the SQL, and DuckDB runs it.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from metricflow.data_table.mf_table import MetricFlowDataTable
from metricflow.engine.metricflow_engine import MetricFlowEngine, MetricFlowQueryRequest
from metricflow.protocols.sql_client import SqlEngine
from metricflow.sql.render.duckdb_renderer import DuckDbSqlPlanRenderer
from metricflow_semantics.errors.error_classes import InvalidQueryException
from metricflow_semantics.model.dbt_manifest_parser import (
    parse_manifest_from_dbt_generated_manifest,
)
from metricflow_semantics.model.semantic_manifest_lookup import SemanticManifestLookup
from rich.table import Table

from scripts.build_folder import BuildFolder, sql_path
from scripts.releases.release_folder import Release, ReleaseError, ReleaseFolder
from scripts.reported_error import ReportedError
from scripts.terminal import console, stream_of_data


class MetricsError(ReportedError):
    """MetricFlow cannot answer a question; the message says why."""


@dataclass(frozen=True)
class Question:
    """A saved query, or metrics by dimensions.

    Attributes:
        where: a condition in MetricFlow's syntax; None for none.
        order: metrics or dimensions to order by.
        limit: the largest number of rows; None for all.
    """

    saved_query: str | None = None
    metrics: Sequence[str] = ()
    by: Sequence[str] = ()
    where: str | None = None
    order: Sequence[str] = ()
    is_descending: bool = False
    limit: int | None = None

    @property
    def request(self) -> MetricFlowQueryRequest:
        """The question as a request to MetricFlow."""
        return MetricFlowQueryRequest.create(
            saved_query_name=self.saved_query,
            metric_names=list(self.metrics) or None,
            group_by_names=list(self.by) or None,
            where_constraints=[self.where] if self.where else None,
            order_by_names=[f"{'-' * self.is_descending}{name}" for name in self.order]
            or None,
            limit=self.limit,
        )


class ReleaseClient:
    """Runs the SQL of MetricFlow on a release, without access to any other file.

    The tables of the release are in the schema `marts` of a database `warehouse`, as in the
    database that dbt writes, because the SQL uses these names.
    """

    sql_engine_type = SqlEngine.DUCKDB
    sql_plan_renderer = DuckDbSqlPlanRenderer()

    def __init__(self, database: Path) -> None:
        self._connection = duckdb.connect()
        self._connection.execute(
            f"attach '{sql_path(database)}' as release (read_only);"
            "attach ':memory:' as warehouse; create schema warehouse.marts"
        )
        tables = self._connection.execute(
            "select table_name from duckdb_tables()"
            " where database_name = 'release' and schema_name = 'main'"
        ).fetchall()
        for (table,) in tables:
            self._connection.execute(
                f"create view warehouse.marts.{table} as from release.main.{table}"
            )
        self._connection.execute(
            "use warehouse; set enable_external_access = false;"
            "set lock_configuration = true"
        )

    def query(self, stmt: str, sql_bind_parameter_set: Any = None) -> MetricFlowDataTable:
        """Run a query; MetricFlow writes values into its SQL and uses no parameters."""
        assert not (sql_bind_parameter_set and sql_bind_parameter_set.param_dict)
        found = self._connection.execute(stmt)
        return MetricFlowDataTable.create_from_rows(
            column_names=[column[0] for column in found.description or []],
            rows=found.fetchall(),
        )

    def execute(self, stmt: str, sql_bind_parameter_set: Any = None) -> None:
        self.query(stmt, sql_bind_parameter_set)

    def dry_run(self, stmt: str, sql_bind_parameter_set: Any = None) -> None:
        self.query(f"explain {stmt}", sql_bind_parameter_set)

    def close(self) -> None:
        self._connection.close()

    def render_bind_parameter_key(self, bind_parameter_key: str) -> str:
        return f"${bind_parameter_key}"


@contextmanager
def metrics_of(release: Release) -> Iterator[MetricFlowEngine]:
    """MetricFlow over a release.

    Raises:
        ReleaseError: the release was made by a version without metrics.
    """
    try:
        text = release.semantic_manifest.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ReleaseError(
            f"{release.release_id} has no metrics: run `audience build` first"
        ) from error
    client = ReleaseClient(release.database)
    try:
        manifest = parse_manifest_from_dbt_generated_manifest(text)
        yield MetricFlowEngine(SemanticManifestLookup(manifest), client)
    finally:
        client.close()


@contextmanager
def metrics_of_current(folder: BuildFolder) -> Iterator[MetricFlowEngine]:
    """MetricFlow over the current release of a folder.

    Raises:
        MetricsError: MetricFlow cannot answer the question.
        ReleaseError: there is no release, or its version had no metrics.
    """
    release = ReleaseFolder(folder.releases).current()
    if release is None:
        raise ReleaseError("There is no release: run `audience build` first")
    try:
        with metrics_of(release) as engine:
            yield engine
    except InvalidQueryException as error:
        raise MetricsError(str(error)) from error


def print_list(engine: MetricFlowEngine) -> None:
    """Print the saved queries and the metrics."""
    for title, found in (
        ("Saved queries", engine.list_saved_queries()),
        ("Metrics", engine.list_metrics()),
    ):
        table = Table(title=f"\n{title}", title_justify="left", box=None, show_header=False)
        for one in sorted(found, key=lambda one: one.name):
            table.add_row(one.name, " ".join((one.description or "").split()))
        console().print(table)


def print_dimensions(engine: MetricFlowEngine, metrics: Sequence[str]) -> None:
    """Print the dimensions of some metrics, one per line."""
    found = engine.simple_dimensions_for_metrics(list(metrics))
    for name in sorted({one.granularity_free_dunder_name for one in found}):
        print(name)


def print_answer(engine: MetricFlowEngine, question: Question, output_format: str) -> None:
    """Print the answer to a question as a table or CSV, or the SQL that gives it.

    Args:
        output_format: table, csv or sql.
    """
    if output_format == "sql":
        explained = engine.explain(question.request)
        print(explained.sql_statement.without_descriptions.sql)
        return
    answer = engine.query(question.request).result_df
    assert answer is not None
    if output_format == "csv":
        rows = [answer.column_names, *answer.rows]
        csv.writer(stream_of_data(), lineterminator="\n").writerows(rows)
    else:
        _print_table(answer)


def _shown(value: object) -> str:
    """A value as text for people: times at midnight as days."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return f"{value:,.0f}" if value == int(value) else f"{value:,.4g}"
    return str(value).removesuffix(" 00:00:00")


def _print_table(answer: MetricFlowDataTable) -> None:
    table = Table(box=None)
    for number, name in enumerate(answer.column_names):
        values = [row[number] for row in answer.rows]
        is_number = any(isinstance(value, int | float) for value in values)
        # As words, so that a long name can wrap.
        heading = re.sub("_+", " ", name)
        table.add_column(heading, justify="right" if is_number else "left", overflow="fold")
    for row in answer.rows:
        table.add_row(*map(_shown, row))
    console().print(table)

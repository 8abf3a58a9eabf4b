"""Commands that read or describe a release: metrics, dictionary, docs."""

import click

from scripts.build_folder import shown
from scripts.cli.error_reports import report_errors
from scripts.cli.options import examples


def _names(
    _: click.Context, __: click.Parameter, values: tuple[str, ...]
) -> tuple[str, ...]:
    """The names of an option that may be repeated, or hold several between commas."""
    return tuple(
        name for value in values for name in value.replace(",", " ").split() if name
    )


@click.command(
    epilog=examples(
        "audience metrics",
        "audience metrics new_customers_by_month",
        "audience metrics --metrics interactions --by event__event_name",
    )
)
@click.argument("saved_query", required=False)
@click.option(
    "--metrics", multiple=True, callback=_names, metavar="A,B", help="Metrics to compute."
)
@click.option(
    "--by",
    multiple=True,
    callback=_names,
    metavar="A,B",
    help="Dimensions, such as customer__activity or metric_time__month.",
)
@click.option(
    "--where",
    metavar="CONDITION",
    help="Such as \"{{ Dimension('customer__activity') }} = 'power'\".",
)
@click.option(
    "--order",
    multiple=True,
    callback=_names,
    metavar="A,B",
    show_default="the dimensions",
    help="Metrics or dimensions to order by.",
)
@click.option("--descending", is_flag=True, help="The largest first.")
@click.option("--limit", type=int, metavar="ROWS", help="At most so many rows.")
@click.option(
    "--dimensions", is_flag=True, help="List the dimensions that --metrics can use."
)
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["table", "csv", "sql"]),
    default="table",
    help="How to print the answer; sql prints the query instead.",
)
def metrics(
    saved_query: str | None,
    metrics: tuple[str, ...],
    by: tuple[str, ...],
    where: str | None,
    order: tuple[str, ...],
    descending: bool,
    limit: int | None,
    dimensions: bool,
    output_format: str,
) -> None:
    """Query the metrics of the current release.

    Give a SAVED_QUERY, or --metrics by dimensions. Without arguments it lists the saved
    queries and metrics.
    """
    if saved_query and metrics:
        raise click.UsageError(
            f"expected a saved query or --metrics, got both ({saved_query}). Several"
            f" metrics: --metrics {','.join(metrics)},{saved_query}"
        )
    with report_errors(extra="bi") as folder:
        from scripts.releases import metrics as program

        with program.metrics_of_current(folder) as engine:
            if dimensions:
                program.print_dimensions(engine, metrics)
            elif not metrics and not saved_query:
                program.print_list(engine)
            else:
                question = program.Question(
                    saved_query, metrics, by, where, order or by, descending, limit
                )
                program.print_answer(engine, question, output_format)


@click.command(epilog=examples("audience dictionary"))
def dictionary() -> None:
    """Describe every public table of the last build in Markdown.

    The file is dictionary.md in the build folder.
    """
    with report_errors() as folder:
        from scripts.build.data_dictionary import write_dictionary

        print(f"Wrote {shown(write_dictionary(folder))}")


@click.command(epilog=examples("audience docs"))
def docs() -> None:
    """Describe every table and column of the last build on one page.

    The page is dbt's documentation; it opens in a browser without a server.
    """
    with report_errors() as folder:
        from scripts.build.documentation_page import write_documentation

        print("Writing the documentation (a few seconds) ...", flush=True)
        print(f"Open {shown(write_documentation(folder))}")

"""How far dbt is, on a console."""

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from scripts.build.dbt_run import NodeProgress, NodeResult


@contextlib.contextmanager
def dbt_progress(console: Console) -> Iterator[NodeProgress]:
    """A progress bar on a terminal; elsewhere a line for every model and 50 tests."""
    if not console.is_terminal:

        def show_line(done: int, total: int, node: NodeResult) -> None:
            if node.kind in ("model", "seed") or done == total or done % 50 == 0:
                console.print(
                    f"  {done:>3}/{total}  {node.kind} {node.name}  {node.status}"
                    f"  {node.seconds:.1f} s",
                    highlight=False,
                    soft_wrap=True,
                )

        yield show_line
        return
    with Progress(
        TextColumn("  "),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.description}"),
        console=console,
        transient=True,
    ) as progress:
        task = progress.add_task("starting dbt", total=None)

        def show_bar(done: int, total: int, node: NodeResult) -> None:
            progress.update(task, completed=done, total=total, description=node.name[:50])

        yield show_bar

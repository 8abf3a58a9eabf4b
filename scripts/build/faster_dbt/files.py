"""Write the files of a dbt run quickly: compiled SQL and the artifacts in JSON.

Dbt's two other descriptions of the graph, which nothing reads, are not made.
"""

import contextlib
import json
from pathlib import Path
from typing import Any


def write_files_quickly() -> None:
    """Replace what writes files; dbt works as it comes if a later one has other names."""
    for shortcut in (write_changed_sql, write_json_at_once, leave_out_graph_files):
        with contextlib.suppress(ImportError, AttributeError):
            shortcut()


def write_changed_sql() -> None:
    """Leave a file of compiled SQL as it is where it says the same already.

    Writing some 600 files again takes longer than reading them.
    """
    from dbt.contracts.graph import nodes

    owner: Any = nodes
    write = owner.write_file

    def write_if_changed(path: str, contents: str = "") -> Any:
        with contextlib.suppress(OSError):
            if Path(path).read_bytes() == contents.encode():
                return True
        return write(path, contents)

    owner.write_file = write_if_changed


def write_json_at_once() -> None:
    """Let the fast encoder of JSON write dbt's artifacts: it needs the whole text."""
    from dbt.artifacts.schemas import base
    from dbt_common.clients.system import write_file
    from dbt_common.utils.encoding import JSONEncoder

    def write_json(path: str, data: Any) -> Any:
        return write_file(path, json.dumps(data, cls=JSONEncoder))

    if hasattr(base, "write_json"):
        base.write_json = write_json


def leave_out_graph_files() -> None:
    """Describe the graph in the manifest alone: without graph.gpickle, with no summary."""
    from dbt.compilation import Linker

    linker: Any = Linker
    for name in ("get_graph_summary", "write_graph"):
        getattr(linker, name)
    linker.get_graph_summary = lambda *_: {}
    linker.write_graph = lambda *_: None

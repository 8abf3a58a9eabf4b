"""The process that runs dbt, with the project as an earlier run has parsed it.

dbt parses the project at every start, which takes longer than building a small log, and its
own partial parsing starts again if a variable differs. Here the parsed project comes from
the file that AUDIENCE_PARSED_PROJECT names; parsed_project.py decides which file fits. This
module imports nothing of the project, so that dbt finds modules as its own program does.

It writes one line of JSON for each finished node and for each error. Dbt's own log formats
every event, also those that it drops: a sixth of the time of a small build.
"""

import ast
import gc
import itertools
import json
import os
import runpy
import shutil
import sys
import threading
from pathlib import Path
from typing import Any

# Modules and the parsed project stay until the end. Searching them for garbage again and
# again takes a quarter of the time of parsing and a tenth of that of a small build.
gc.disable()

import jinja2.nativetypes  # noqa: E402
import msgpack  # noqa: E402
from dbt.cli.main import dbtRunner  # noqa: E402
from dbt.contracts.graph.manifest import Manifest  # noqa: E402
from dbt.parser.manifest import extended_msgpack_decoder  # noqa: E402
from dbt_common.clients import agate_helper  # noqa: E402

# What `dbt parse` takes of the options of another command, each with a value.
OPTIONS_OF_PARSE = ("--vars", "--target", "--log-level", "--log-level-file")
FASTER_DBT = Path(__file__).with_name("faster_dbt")
PLAIN_VARIABLES = Path(__file__).with_name("plain_variables.py")
SILENT = ("--log-level", "none", "--log-level-file", "none")
NODE_IS_DONE = {
    "LogModelResult",
    "LogSeedResult",
    "LogTestResult",
    "LogUnitTestResult",
    "LogNodeNoOpResult",
    "SkippingDetails",
}


def faster(module: str) -> dict[str, Any]:
    """What a module of faster_dbt defines."""
    return runpy.run_path(str(FASTER_DBT / f"{module}.py"))


def read_literals_one_at_a_time() -> None:
    """Let one thread at a time read a literal, as templates of dbt do.

    Python 3.11 counts the depth of the syntax trees of all threads together. Where two
    threads read at once, it may end a run with "recursion depth mismatch".
    """
    lock = threading.Lock()
    parse_any = ast.parse

    def parse_alone(*arguments: Any, **options: Any) -> Any:
        with lock:
            return parse_any(*arguments, **options)

    for module in (ast, jinja2.nativetypes):
        vars(module)["parse"] = parse_alone


def read_manifest(parsed: Path) -> Manifest | None:
    """The parsed project in a file; None if the file is missing or damaged."""
    try:
        content = parsed.read_bytes()
        manifest = Manifest.from_msgpack(content, decoder=_unpack)
    except (OSError, ValueError, TypeError, LookupError):
        return None
    manifest.build_flat_graph()  # type: ignore[no-untyped-call]
    return manifest


def place_seeds(manifest: Manifest) -> None:
    """Let dbt read seeds below the folder that the calling program names.

    Dbt copies the rows from there, but only if the project's own file has rows.
    """
    root = os.environ["AUDIENCE_SEEDS_ROOT"]
    for node in manifest.nodes.values():
        if hasattr(node, "root_path"):
            node.root_path = root
    read = agate_helper.from_csv

    def read_placed(path: str, *arguments: Any, **options: Any) -> Any:
        placed = Path(root) / os.path.relpath(path, os.environ["DBT_PROJECT_DIR"])
        return read(str(placed if placed.exists() else path), *arguments, **options)

    vars(agate_helper)["from_csv"] = read_placed


def _unpack(content: bytes) -> Any:
    return msgpack.unpackb(content, ext_hook=extended_msgpack_decoder)


def parse(arguments: list[str], parsed: Path) -> Manifest:
    """Parse the project, and keep the result for later runs.

    Raises:
        SystemExit: dbt cannot parse it; it has said why.
    """
    options = [
        word
        for option, value in itertools.pairwise(arguments)
        if option in OPTIONS_OF_PARSE
        for word in (option, value)
    ]
    # Its own partial parse would compare with another run's variables.
    runner = dbtRunner(callbacks=[report])
    outcome = runner.invoke(["parse", "--no-partial-parse", *options])
    if not outcome.success or not isinstance(outcome.result, Manifest):
        sys.exit(2)
    written = Path(os.environ["DBT_TARGET_PATH"]) / "partial_parse.msgpack"
    if written.exists():
        parsed.parent.mkdir(parents=True, exist_ok=True)
        # Renamed at the end: another build may read it at any time.
        unfinished = parsed.with_suffix(f".{os.getpid()}")
        shutil.copyfile(written, unfinished)
        unfinished.replace(parsed)
    return outcome.result


def report(event: Any) -> None:
    """Write what the calling program shows: a finished node, or an error."""
    if event.info.name in NODE_IS_DONE:
        data = event.data
        line = {
            "name": data.node_info.node_name,
            "kind": data.node_info.resource_type,
            "status": getattr(data, "status", "") or data.node_info.node_status,
            "seconds": getattr(data, "execution_time", 0.0),
            "total": getattr(data, "total", 0) or getattr(data, "num_models", 0),
        }
    elif event.info.level == "error":
        line = {"error": event.info.msg}
    else:
        return
    # One system call for each line: dbt's threads write at the same time.
    os.write(sys.stdout.fileno(), (json.dumps(line) + "\n").encode())


def main(arguments: list[str]) -> int:
    """Run a dbt command; returns dbt's exit code.

    Returns:
        0, 1 if something failed, 2 if dbt could not begin.
    """
    arguments = [*arguments, *SILENT]
    parsed = Path(os.environ["AUDIENCE_PARSED_PROJECT"])
    read_literals_one_at_a_time()
    runpy.run_path(str(PLAIN_VARIABLES))["keep_variables_plain"]()
    faster("contexts")["make_contexts_late"]()
    faster("files")["write_files_quickly"]()
    faster("tables")["rename_and_drop_directly"]()
    with faster("shortcuts")["shortcuts"](parsed.with_suffix(".templates")):
        manifest = read_manifest(parsed) or parse(arguments, parsed)
        place_seeds(manifest)
        gc.freeze()
        # A run leaves some 100 MB at most between two searches.
        gc.set_threshold(100 * gc.get_threshold()[0])
        gc.enable()
        outcome = dbtRunner(manifest=manifest, callbacks=[report]).invoke(arguments)
        gc.freeze()  # Python would search everything once more when it ends.
    if outcome.exception is not None:
        return 2
    return 0 if outcome.success else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Write the data dictionary: columns, metrics and readers of every public table.

It describes the last build and is made from dbt's manifest alone. `audience docs` also
describes the models that are not public.
"""

import json
import re
from pathlib import Path
from typing import Any

from scripts.build_folder import BuildFolder, shown
from scripts.releases.release_folder import ReleaseError
from scripts.releases.released_tables import LOOKUP, public_marts

HEAD = """# Data dictionary

Every table of a release: its grain, key and columns, the metrics that are built on it and
its readers. Written by `audience dictionary`; the texts are in `models/`.
"""


def metrics_by_model(manifest: dict[str, Any]) -> dict[str, list[str]]:
    """The names of the metrics that are built on each model, by its unique id.

    A metric is built on the models of every metric that it is computed from.
    """
    found: dict[str, set[str]] = {}
    nodes = manifest["metrics"] | manifest["semantic_models"]
    for metric in manifest["metrics"].values():
        waiting, seen = list(metric["depends_on"]["nodes"]), set()
        while waiting:
            parent = waiting.pop()
            if parent.startswith("model."):
                found.setdefault(parent, set()).add(metric["name"])
            elif parent in nodes and parent not in seen:
                seen.add(parent)
                waiting += nodes[parent]["depends_on"]["nodes"]
    return {model: sorted(names) for model, names in found.items()}


def readers_by_model(manifest: dict[str, Any]) -> dict[str, list[str]]:
    """The labels of the exposures that read each model, by its unique id.

    The reader of a look-up table also reads the models that the table is built from.
    """
    found: dict[str, set[str]] = {}
    for exposure in manifest["exposures"].values():
        read = set(exposure["depends_on"]["nodes"])
        for model in exposure["depends_on"]["nodes"]:
            node = manifest["nodes"][model]
            if node["fqn"][1] == LOOKUP:
                read |= set(node["depends_on"]["nodes"])
        for model in read:
            found.setdefault(model, set()).add(exposure["label"] or exposure["name"])
    return {model: sorted(labels) for model, labels in found.items()}


def dictionary(manifest: dict[str, Any]) -> str:
    """The dictionary as Markdown: one section per area of models/marts."""
    models = {
        node["alias"]: unique_id
        for unique_id, node in manifest["nodes"].items()
        if node["resource_type"] == "model"
    }
    metrics, readers = metrics_by_model(manifest), readers_by_model(manifest)
    marts: dict[str, list[str]] = {}
    for mart in sorted(public_marts(manifest), key=lambda mart: mart.name):
        model = models[mart.name]
        grain, more = _grain(mart.comment)
        lines = [f"### {mart.name}", "", f"**{grain}.** {more}".strip(), ""]
        keys = ", ".join(f"`{name}`" for name in mart.key) or "none, it has one row"
        lines += [f"- Key: {keys}"]
        if model in metrics:
            named = ", ".join(f"`{name}`" for name in metrics[model])
            lines += [f"- Metrics: {named}"]
        if model in readers:
            lines += [f"- Read by: {', '.join(readers[model])}"]
        lines += ["", "| column | type | |", "|---|---|---|"]
        lines += [
            f"| `{name}` | {mart.types[name]} | {_flat(text).replace('|', chr(92) + '|')} |"
            for name, text in mart.columns.items()
        ]
        area = manifest["nodes"][model]["fqn"][2]
        marts.setdefault(area, []).append("\n".join(lines))
    sections = [HEAD, _contents(marts)]
    for area, texts in sorted(marts.items()):
        sections += [f"## {area.capitalize()}\n", *(f"{text}\n" for text in texts)]
    return "\n".join([*sections, _metric_table(manifest)])


def _contents(marts: dict[str, list[str]]) -> str:
    lines = []
    for area, texts in sorted(marts.items()):
        names = [text.splitlines()[0].removeprefix("### ") for text in texts]
        links = ", ".join(f"[{name}](#{name})" for name in names)
        lines.append(f"- {area.capitalize()}: {links}")
    return "\n".join([*lines, "- [Metrics](#metrics)", ""])


def _metric_table(manifest: dict[str, Any]) -> str:
    lines = ["## Metrics", "", "| metric | type | |", "|---|---|---|"]
    for metric in sorted(manifest["metrics"].values(), key=lambda metric: metric["name"]):
        lines.append(
            f"| `{metric['name']}` | {metric['type']} | {_flat(metric['description'])} |"
        )
    lines += ["", "| saved query | question |", "|---|---|"]
    for query in sorted(manifest["saved_queries"].values(), key=lambda one: one["name"]):
        lines.append(f"| `{query['name']}` | {_flat(query['description'])} |")
    return "\n".join([*lines, ""])


def _flat(text: str) -> str:
    """A text on one line."""
    return " ".join(text.split())


def _grain(description: str) -> tuple[str, str]:
    """The grain that a description begins with, and the rest of it."""
    grain, more = [*re.split(r"[.:](?: |$)", _flat(description), maxsplit=1), ""][:2]
    return grain, more[:1].upper() + more[1:]


def write_dictionary(folder: BuildFolder) -> Path:
    """Write the dictionary into the build folder.

    Raises:
        ReleaseError: there is no build to describe.
    """
    try:
        text = (folder.dbt_target / "manifest.json").read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ReleaseError(
            f"No build in {shown(folder.root)} to describe: run `audience build` first"
        ) from error
    folder.dictionary.write_text(dictionary(json.loads(text)), encoding="utf-8")
    return folder.dictionary

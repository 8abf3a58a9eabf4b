"""The tables of a release, as dbt's manifest describes them."""

from dataclasses import dataclass
from typing import Any

# The folder of models, and the schema, of the tables that only the API reads.
LOOKUP = "lookup"


@dataclass(frozen=True)
class ReleasedTable:
    """A model that is copied into a release.

    Attributes:
        name: in the warehouse and in the release.
        schema: in the warehouse.
        is_lookup: whether only the API reads it. In the release such tables lie in the
            schema `lookup`, public marts in `main`.
        key: the columns by which it is looked up and sorted; a public mart has one row for
            each combination of their values.
        comment: its description.
        columns: description by column name.
        types: type by column name, from its contract.
        unique_index: the name of an index on the key, if it has one.
    """

    name: str
    schema: str
    is_lookup: bool
    key: list[str]
    comment: str
    columns: dict[str, str]
    types: dict[str, str]
    unique_index: str | None

    @property
    def source(self) -> str:
        """The table in the database that dbt writes, attached as `warehouse`."""
        return f"warehouse.{self.schema}.{self.name}"

    @property
    def target(self) -> str:
        """The table in the release."""
        return f"{LOOKUP if self.is_lookup else 'main'}.{self.name}"


def public_marts(manifest: dict[str, Any]) -> list[ReleasedTable]:
    """The models with `access: public`, in the order of dbt's manifest."""
    return [
        _released_table(node)
        for node in _models(manifest)
        if node["config"].get("access") == "public"
    ]


def lookup_tables(manifest: dict[str, Any]) -> list[ReleasedTable]:
    """The models in models/lookup, in the order of dbt's manifest."""
    return [_released_table(node) for node in _models(manifest) if node["fqn"][1] == LOOKUP]


def _models(manifest: dict[str, Any]) -> list[dict[str, Any]]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def _released_table(node: dict[str, Any]) -> ReleasedTable:
    meta, columns = node["config"]["meta"], node["columns"].values()
    return ReleasedTable(
        name=node["alias"],
        schema=node["schema"],
        is_lookup=node["fqn"][1] == LOOKUP,
        key=meta.get("key", []),
        comment=node["description"].strip(),
        columns={column["name"]: column["description"].strip() for column in columns},
        types={column["name"]: column["data_type"] for column in columns},
        unique_index=meta.get("unique_index"),
    )

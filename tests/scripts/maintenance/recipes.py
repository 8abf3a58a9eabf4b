"""The recipes of CONTRIBUTING.md, and the edits that follow them."""

import csv
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from scripts.build_folder import PROJECT

EVENT, EVENT_WEIGHT = "shared", 4.0
FEATURE, FEATURE_WEIGHT, LABEL = "days_active", Decimal("0.1"), "days from first to last"
AREA, TABLE, GRAIN = "audience", "customer_events", "One row per customer and event."
RANKING, RANKING_LABEL = "newest", "last interaction"
PRODUCT_RANKING, PRODUCT_RANKING_LABEL = "near", "number of neighbours"
RANKINGS = "macros/rankings/rankings.sql"


@dataclass(frozen=True)
class Recipe:
    """A recipe as CONTRIBUTING.md has it.

    Attributes:
        file_count: how many files it says that it takes.
        paths: the file of each step.
    """

    file_count: int
    paths: list[str]


def read_recipe(title: str) -> Recipe:
    text = (PROJECT / "CONTRIBUTING.md").read_text()
    _, _, section = text.partition(f"\n### {title}\n")
    section = section.partition("\n### ")[0]
    (file_count,) = re.findall(r"(?m)^It takes (\d+) files?:$", section)
    paths = re.findall(r"(?m)^\d+\. `([^`]+)`", section)
    assert len(paths) == len(re.findall(r"(?m)^\d+\. ", section))
    return Recipe(int(file_count), paths)


def add_row(path: Path, **row: str) -> None:
    with path.open(newline="") as file:
        columns = next(csv.reader(file))
    assert set(row) == set(columns)
    with path.open("a", newline="") as file:
        csv.DictWriter(file, columns, lineterminator="\n").writerow(row)


def insert(path: Path, addition: str, *, after: str, before: str) -> None:
    """Add to the first passage that begins with one text and ends with the other."""
    text = path.read_text()
    end = text.index(before, text.index(after))
    path.write_text(text[:end] + addition + text[end:])


def weigh_the_event(path: Path) -> None:
    assert EVENT not in path.read_text()
    add_row(path, event=EVENT, weight=str(EVENT_WEIGHT))


def define_the_feature(path: Path) -> None:
    insert(
        path,
        f"\n        '{FEATURE}': 'bigint',",
        after="macro engagement_features()",
        before="\n    }) }}",
    )
    insert(
        path,
        ",\n        {{ dbt.datediff(customers ~ '.first_interaction_at',"
        f" customers ~ '.last_interaction_at', 'day') }}}} + 1 as {FEATURE}",
        after="macro engagement_feature_columns(",
        before="\n{%- endmacro %}",
    )


def weigh_the_feature(path: Path) -> None:
    """The feature gets a tenth of each set of weights; the others share the rest."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    weights = {(row["weight_set"], row["feature"]): Decimal(row["weight"]) for row in rows}
    weights = {name: weight * (1 - FEATURE_WEIGHT) for name, weight in weights.items()}
    weights |= {(row["weight_set"], FEATURE): FEATURE_WEIGHT for row in rows}
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows((*name, weight) for name, weight in weights.items())


def add_ranking(path: Path, ranks: str, name: str, label: str, *, before: str) -> None:
    row = (
        f"        {{'name': '{name}', 'ranks': '{ranks}', 'is_charted': false,"
        f" 'is_candidate': {'false' if ranks == 'feature' else 'true'},\n"
        f"         'label': '{label}',\n"
        f"         'description': '{label}'}},\n"
    )
    insert(path, row, after="macro rankings()", before=before)


def label_the_feature(path: Path) -> None:
    before = "        {'name': 'random', 'ranks': 'chance'"
    add_ranking(path, "feature", FEATURE, LABEL, before=before)


def name_the_ranking(path: Path) -> None:
    before = "        {'name': 'popular', 'ranks': 'customers'"
    add_ranking(path, "customers", RANKING, RANKING_LABEL, before=before)


def write_the_ranking(path: Path) -> None:
    path.write_text(
        """{# Customers seen last come first. #}
{{ config(materialized='ephemeral') }}

select
    origin,
    customer_id,
    {{ dbt.datediff("cast('2000-01-01' as timestamp)", 'last_interaction_at', 'second') }}
        as score
from {{ ref('int_cutoff_customers') }}
"""
    )


def name_the_product_ranking(path: Path) -> None:
    before = "        {'name': 'total_interactions', 'ranks': 'feature'"
    add_ranking(path, "products", PRODUCT_RANKING, PRODUCT_RANKING_LABEL, before=before)


def write_the_product_ranking(path: Path) -> None:
    path.write_text(
        """{# Customers come first who touched most products that go with this one. #}
{{ config(materialized='ephemeral') }}

select
    origin,
    product_id,
    customer_id,
    neighbour_count as score
from {{ ref('int_candidates') }}
where neighbour_count > 0
"""
    )


def describe_the_feature(path: Path) -> None:
    types = {"": "bigint", "_normalized": "double", "_contribution": "double"}
    insert(
        path,
        "".join(
            f"      - name: {FEATURE}{suffix}\n"
            f"        data_type: {data_type}\n"
            "        description: Days from the first to the last interaction.\n"
            "        constraints: [{type: not_null}]\n"
            for suffix, data_type in types.items()
        ),
        after="  - name: customers\n",
        before="      - name: first_interaction_at\n",
    )


def write_the_model(path: Path) -> None:
    path.write_text(
        """with interactions as (
    select * from {{ ref('stg_interactions') }}
),

final as (
    select
        cast(customer_id as {{ id_type() }}) as customer_id,
        cast(event as {{ dbt.type_string() }}) as event,
        cast(count(*) as bigint) as interaction_count
    from interactions
    group by customer_id, event
)

select * from final
"""
    )


def describe_the_model(path: Path) -> None:
    model = f"""
  - name: {TABLE}
    description: {GRAIN}
    config:
      meta:
        key: [customer_id, event]
        unread_because: For analysts.
    data_tests:
      - checks:
          arguments: {{primary_key: [customer_id, event]}}
    columns:
      - name: customer_id
        data_type: "{{{{ 'bigint' if var('id_type') == 'integer' else 'string' }}}}"
        description: The customer.
        constraints: [{{type: not_null}}]
      - name: event
        data_type: string
        description: The event.
        constraints: [{{type: not_null}}]
      - name: interaction_count
        data_type: bigint
        description: Number of interactions.
        constraints: [{{type: not_null}}]
"""
    path.write_text(path.read_text() + model)


# By the heading of a recipe: what each of its steps does to the file that it names.
# Brackets tell two uses of a recipe apart.
STEPS: dict[str, dict[str, Callable[[Path], None]]] = {
    "An event": {"seeds/event_weights.csv": weigh_the_event},
    "A feature of the score": {
        "macros/scoring/engagement_features.sql": define_the_feature,
        "seeds/feature_weights.csv": weigh_the_feature,
        RANKINGS: label_the_feature,
        "models/marts/engagement/_engagement__models.yml": describe_the_feature,
    },
    "A public table": {
        "models/marts/<area>/<table>.sql": write_the_model,
        "models/marts/<area>/_<area>__models.yml": describe_the_model,
    },
    "A ranking": {
        "models/intermediate/rankings/ranking_<name>.sql": write_the_ranking,
        RANKINGS: name_the_ranking,
    },
    "A ranking (of products)": {
        "models/intermediate/rankings/ranking_<name>.sql": write_the_product_ranking,
        RANKINGS: name_the_product_ranking,
    },
}
MOST_FILES = {
    "An event": 1,
    "A feature of the score": 4,
    "A public table": 2,
    "A ranking": 2,
}


def contents(project: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}


def follow(title: str, project: Path) -> None:
    """Take the steps that CONTRIBUTING.md names, and only these."""
    heading = title.partition(" (")[0]
    recipe = read_recipe(heading)
    ranking = RANKING if title == "A ranking" else PRODUCT_RANKING
    before = contents(project)
    for path in recipe.paths:
        named = (
            path.replace("<area>", AREA)
            .replace("<table>", TABLE)
            .replace("<name>", ranking)
        )
        STEPS[title][path](project / named)
    after = contents(project)
    changed = [path for path in after if after[path] != before.get(path)]
    assert len(changed) == recipe.file_count <= MOST_FILES[heading], changed

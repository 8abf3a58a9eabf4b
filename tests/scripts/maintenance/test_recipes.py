"""The recipes of CONTRIBUTING.md: followed in a copy of the project, they are enough."""

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from scripts.build_folder import PROJECT, BuildFolder
from scripts.synthetic.interactions import generate
from tests.conftest import build_once, copy_project, read_release, run_audience, run_program

EVENT, EVENT_WEIGHT = "shared", 4.0
FEATURE, FEATURE_WEIGHT, LABEL = "days_active", Decimal("0.1"), "days from first to last"
AREA, TABLE, GRAIN = "audience", "customer_events", "One row per customer and event."


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


def label_the_feature(path: Path) -> None:
    with path.open(newline="") as file:
        last = max(int(row["display_order"]) for row in csv.DictReader(file))
    add_row(
        path,
        ranking=FEATURE,
        ranking_label=LABEL,
        display_order=str(last + 1),
        is_charted="false",
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
      - unique_combination:
          arguments: {{columns: [customer_id, event]}}
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
STEPS: dict[str, dict[str, Callable[[Path], None]]] = {
    "An event": {"seeds/event_weights.csv": weigh_the_event},
    "A feature of the score": {
        "macros/scoring/engagement_features.sql": define_the_feature,
        "seeds/feature_weights.csv": weigh_the_feature,
        "seeds/ranking_labels.csv": label_the_feature,
        "models/marts/engagement/_engagement__models.yml": describe_the_feature,
    },
    "A public table": {
        "models/marts/<area>/<table>.sql": write_the_model,
        "models/marts/<area>/_<area>__models.yml": describe_the_model,
    },
}
MOST_FILES = {"An event": 1, "A feature of the score": 4, "A public table": 2}


def contents(project: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in project.rglob("*") if path.is_file()}


def follow(title: str, project: Path) -> None:
    """Take the steps that CONTRIBUTING.md names, and only these."""
    recipe = read_recipe(title)
    before = contents(project)
    for path in recipe.paths:
        named = path.replace("<area>", AREA).replace("<table>", TABLE)
        STEPS[title][path](project / named)
    after = contents(project)
    changed = [path for path in after if after[path] != before.get(path)]
    assert len(changed) == recipe.file_count <= MOST_FILES[title], changed


def write_log(path: Path) -> None:
    """A log with an event that the project does not weigh."""
    generated = path.with_name("generated.parquet")
    generate(generated, scale=0.003)
    duckdb.execute(
        "copy (select * replace"
        f" (case when event = 'rating' then '{EVENT}' else event end as event)"
        f" from '{generated}') to '{path}'"
    )


@dataclass(frozen=True)
class Followed:
    """A copy of the project in which all recipes were followed, and its build."""

    project: Path
    log: Path
    folder: BuildFolder


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    def build(root: Path) -> subprocess.CompletedProcess[str]:
        project = copy_project(root)
        for title in STEPS:
            follow(title, project)
        write_log(root / "log.parquet")
        return run_audience(
            BuildFolder(root / "build"),
            *("build", "--log", str(root / "log.parquet")),
            project=project,
        )

    root, _ = build_once(tmp_path_factory, "recipes", build)
    return Followed(root / "project", root / "log.parquet", BuildFolder(root / "build"))


@pytest.mark.builds
def test_an_event_with_a_row_has_its_weight(followed: Followed) -> None:
    with read_release(followed.folder) as release:
        compared = release.execute(
            f"""
            with expected as (
                select
                    customer_id,
                    avg(coalesce(weight, 1)) as score,
                    bool_and(event = '{EVENT}') as only_this_event
                from '{followed.log}'
                left join '{followed.project}/seeds/event_weights.csv' using (event)
                group by customer_id
            )
            select only_this_event, avg_event_score, score
            from expected full join customers using (customer_id)
            """
        ).fetchall()
    assert {score for is_only, score, _ in compared if is_only} == {EVENT_WEIGHT}
    found, expected = [row[1] for row in compared], [row[2] for row in compared]
    assert found == pytest.approx(expected)


@pytest.mark.builds
def test_a_feature_is_in_the_score(followed: Followed) -> None:
    with read_release(followed.folder) as release:
        differing = release.execute(
            f"""
            select count(*) from customers
            where
                {FEATURE} is distinct from
                    date_diff('day', first_interaction_at, last_interaction_at) + 1
                or abs({FEATURE}_contribution - {FEATURE}_normalized * {FEATURE_WEIGHT})
                    > 1e-9
                or abs(list_sum([*columns('.*_contribution')]) - engagement_score)
                    > 1e-8
            """
        ).fetchone()
        spread = release.execute(
            f"select min({FEATURE}_normalized), max({FEATURE}_normalized) from customers"
        ).fetchone()
    assert differing == (0,)
    assert spread == (0, 1)


@pytest.mark.builds
def test_a_feature_has_its_label_lift_and_trial(followed: Followed) -> None:
    with read_release(followed.folder) as release:
        label = f"select ranking_label from rankings where ranking = '{FEATURE}'"
        assert release.execute(label).fetchall() == [(LABEL,)]
        lift = f"from targeting_lift where ranking = '{FEATURE}'"
        assert release.execute(lift).fetchall()
        trial = f"from score_trials where ranking = 'without {FEATURE}'"
        assert release.execute(trial).fetchall()


@pytest.mark.builds
def test_a_public_table_is_in_the_release_with_its_description(followed: Followed) -> None:
    with read_release(followed.folder) as release:
        comment = f"select comment from duckdb_tables() where table_name = '{TABLE}'"
        assert release.execute(comment).fetchall() == [(GRAIN,)]
        counts = f"select sum(interaction_count), count(distinct event) from {TABLE}"
        expected = f"select count(*), count(distinct event) from '{followed.log}'"
        assert release.execute(counts).fetchall() == duckdb.execute(expected).fetchall()


@pytest.mark.builds
def test_unit_tests_need_no_change(followed: Followed, tmp_path: Path) -> None:
    """They bring their own features; the tables only have to be there."""
    folder = BuildFolder(tmp_path / "build")
    shutil.copytree(followed.folder.root, folder.root, symlinks=True)
    outcome = run_program(
        folder,
        *("dbt.cli.main", "test", "--select", "test_type:unit"),
        *("--vars", json.dumps({"log": str(followed.log)})),
        project=followed.project,
    )
    assert outcome.returncode == 0, outcome.stdout
    assert "a_customer_has_what_each_feature_adds_to_the_score" in outcome.stdout

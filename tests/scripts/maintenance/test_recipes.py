"""The recipes of CONTRIBUTING.md, followed in a copy of the project, are enough."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from scripts.build_folder import BuildFolder
from scripts.synthetic.interactions import generate
from tests.api.in_process import ThreadServer
from tests.conftest import (
    build_once,
    copy_project,
    read_release,
    run_audience,
    run_program,
)
from tests.scripts.maintenance.recipes import (
    EVENT,
    EVENT_WEIGHT,
    FEATURE,
    FEATURE_WEIGHT,
    GRAIN,
    LABEL,
    PRODUCT_RANKING,
    PRODUCT_RANKING_LABEL,
    RANKING,
    RANKING_LABEL,
    STEPS,
    TABLE,
    follow,
)


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
    """A copy of the project in which all recipes were followed.

    Its ranking of products serves.
    """

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
            *("--vars", f"ranking: {PRODUCT_RANKING}"),
            project=project,
        )

    root, _ = build_once(tmp_path_factory, "recipes", build)
    return Followed(root / "project", root / "log.parquet", BuildFolder(root / "build"))


@pytest.mark.slow
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


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_feature_has_its_label_lift_and_trial(followed: Followed) -> None:
    with read_release(followed.folder) as release:
        label = f"select ranking_label from rankings where ranking = '{FEATURE}'"
        assert release.execute(label).fetchall() == [(LABEL,)]
        lift = f"from targeting_lift where ranking = '{FEATURE}'"
        assert release.execute(lift).fetchall()
        trial = f"from score_trials where ranking = 'without {FEATURE}'"
        assert release.execute(trial).fetchall()


@pytest.mark.slow
def test_a_public_table_is_in_the_release_with_its_description(followed: Followed) -> None:
    with read_release(followed.folder) as release:
        comment = f"select comment from duckdb_tables() where table_name = '{TABLE}'"
        assert release.execute(comment).fetchall() == [(GRAIN,)]
        counts = f"select sum(interaction_count), count(distinct event) from {TABLE}"
        expected = f"select count(*), count(distinct event) from '{followed.log}'"
        assert release.execute(counts).fetchall() == duckdb.execute(expected).fetchall()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ranking", "label", "ranks", "decisions"),
    [
        (RANKING, RANKING_LABEL, "customers", ("customers", "known products")),
        (PRODUCT_RANKING, PRODUCT_RANKING_LABEL, "products", ("known products",)),
    ],
)
def test_a_ranking_is_measured_and_may_be_chosen(
    followed: Followed, ranking: str, label: str, ranks: str, decisions: tuple[str, ...]
) -> None:
    with read_release(followed.folder) as release:
        row = "select ranking_label, ranks from rankings where ranking = ?"
        assert release.execute(row, [ranking]).fetchall() == [(label, ranks)]
        cutoffs = (
            "select count(distinct origin) from ranking_evidence"
            " where ranking = ? and decision = ?"
        )
        for decision in decisions:
            assert release.execute(cutoffs, [ranking, decision]).fetchone() == (3,)
        compared = "select count(*) from ranking_decisions where ranking = ?"
        assert release.execute(compared, [ranking]).fetchone() != (0,)


@pytest.mark.slow
def test_a_ranking_of_products_serves_by_name(followed: Followed) -> None:
    """The API answers by it, and says what speaks for a customer."""
    with read_release(followed.folder) as release:
        lists = release.execute("select distinct ranking from product_audiences").fetchall()
        product, customer, score = release.execute(
            "select product_id, customer_id, score from product_audiences"
            " where audience_rank = 1 order by score desc nulls last, product_id"
        ).fetchone() or (None, None, None)
    assert lists == [(PRODUCT_RANKING,)]
    assert score is not None
    server = ThreadServer(followed.folder)
    answer = server.get(f"/recommend/{product}").json()
    explanation = server.get(f"/recommend/{product}/explain/{customer}").json()
    server.stop()
    assert answer["ranking"] == PRODUCT_RANKING
    first = answer["recommendations"][0]
    assert (first["customer_id"], first["score"]) == (customer, score)
    assert explanation["label"] == PRODUCT_RANKING_LABEL
    assert explanation["neighbour_count"] == score


@pytest.mark.long
def test_a_ranking_of_customers_serves_by_name(followed: Followed, tmp_path: Path) -> None:
    folder = BuildFolder(tmp_path / "build")
    shutil.copytree(followed.folder.root, folder.root, symlinks=True)
    outcome = run_audience(
        folder,
        *("build", "--log", str(followed.log), "--accept-drift", "another ranking"),
        *("--vars", f"ranking: {RANKING}"),
        project=followed.project,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    with read_release(folder) as release:
        served = "select audience, ranking from served_rankings order by audience"
        found = release.execute(served).fetchall()
        lists = release.execute("select distinct ranking from product_audiences").fetchall()
        first = release.execute(
            "select last_interaction_at from customers order by customer_rank"
        ).fetchall()
    assert found[:2] == [("customers", RANKING), ("known products", RANKING)]
    assert lists == [(RANKING,)]
    assert first == sorted(first, reverse=True)


@pytest.mark.long
def test_unit_tests_need_no_change(followed: Followed, tmp_path: Path) -> None:
    """Unit tests of the score bring their own features; only the tables have to exist."""
    folder = BuildFolder(tmp_path / "build")
    shutil.copytree(followed.folder.root, folder.root, symlinks=True)
    scoring = ("1+customers", "campaign_customers", "1+int_trial_scores+1")
    outcome = run_program(
        folder,
        *("dbt.cli.main", "test", "--select"),
        *(f"{models},test_type:unit" for models in scoring),
        *("--vars", json.dumps({"log": str(followed.log)})),
        project=followed.project,
    )
    assert outcome.returncode == 0, outcome.stdout
    for model in ("int_customer_features", "int_engagement_ranks", "customers"):
        assert f"PASS {model}::" in outcome.stdout

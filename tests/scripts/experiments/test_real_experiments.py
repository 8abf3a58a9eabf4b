"""Real experiments: their figures are those of an independent computation."""

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pytest
from scipy import stats

from scripts.build_folder import BuildFolder
from tests.conftest import copy_project, read_release, run_audience
from tests.scripts.experiments.test_experiments import (
    EXPERIMENT,
    arms,
    columns,
    scores,
    welch,
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def real_experiments(
    tmp_path_factory: pytest.TempPathFactory, shared_data: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A release with Hillstrom's e-mails and Cookie Cats' gates, as they were brought."""
    root = tmp_path_factory.mktemp("real")
    units = root / "units.parquet"
    hillstrom, cookies = (
        shared_data / name for name in ("hillstrom.csv", "cookie_cats.csv")
    )
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            copy (
                with mails as (
                    select *, row_number() over () as unit_id from '{hillstrom}'
                )
                select
                    mail || '_mail' as experiment_id, unit_id::text as unit_id,
                    case segment when 'No E-Mail' then 'treatment_holdout'
                        else 'treatment' end as arm,
                    conversion, visit as engagement, spend as revenue, history as covariate
                from mails, (values ('mens'), ('womens')) as mail(mail)
                where segment in ('No E-Mail', upper(mail[1]) || mail[2:] || ' E-Mail')
                union all
                select
                    'gates', userid::text,
                    case version when 'gate_40' then 'treatment'
                        else 'treatment_holdout' end,
                    retention_7::int, sum_gamerounds, null, null
                from '{cookies}'
            ) to '{units}'
            """
        )
    log = root / "log.csv"
    log.write_text("customer_id,product_id,event,event_date\n1,1,purchased,2023-01-01\n")
    names = ("mens_mail", "womens_mail", "gates")
    halves = {"treatment": 0.5, "treatment_holdout": 0.5}
    project = copy_project(
        root,
        experiments=[
            EXPERIMENT
            | {"experiment_id": name, "campaign_id": "", "minimum_effect": effect}
            | {"starts_on": "2022-12-01", "ends_on": "2022-12-14"}
            | {
                "metrics": metrics,
                "cost_per_contact": "0.01",
                "value_per_conversion": "100",
            }
            for name, metrics, effect in (
                ("mens_mail", "conversion|engagement|revenue", "0.5"),
                ("womens_mail", "conversion|engagement|revenue", "0.5"),
                ("gates", "conversion|engagement", "0.1"),
            )
        ],
        experiment_arms=[row for name in names for row in arms(name, halves)],
    )
    folder = BuildFolder(root / "build")
    outcome = run_audience(
        folder,
        "build",
        *("--log", str(log), "--vars", json.dumps({"experiment_units": str(units)})),
        project=project,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    with read_release(folder) as release:
        yield release


def test_hillstrom_and_cookie_cats_are_what_an_independent_computation_says(
    real_experiments: duckdb.DuckDBPyConnection, shared_data: Path
) -> None:
    with duckdb.connect() as connection:
        mails = connection.execute(
            f"select segment, conversion, visit, spend, history"
            f" from '{shared_data / 'hillstrom.csv'}'"
        ).fetchnumpy()
        gates = connection.execute(
            f"select version, retention_7::int as kept, sum_gamerounds as rounds"
            f" from '{shared_data / 'cookie_cats.csv'}'"
        ).fetchnumpy()
    sources = {
        ("mens_mail", "conversion"): ("segment", "Mens E-Mail", "No E-Mail", "conversion"),
        ("mens_mail", "engagement"): ("segment", "Mens E-Mail", "No E-Mail", "visit"),
        ("mens_mail", "revenue"): ("segment", "Mens E-Mail", "No E-Mail", "spend"),
        ("womens_mail", "conversion"): (
            *("segment", "Womens E-Mail", "No E-Mail"),
            "conversion",
        ),
        ("womens_mail", "revenue"): ("segment", "Womens E-Mail", "No E-Mail", "spend"),
        ("gates", "conversion"): ("version", "gate_40", "gate_30", "kept"),
        ("gates", "engagement"): ("version", "gate_40", "gate_30", "rounds"),
    }
    results = {
        (row["experiment_id"], row["metric"]): row
        for row in columns(real_experiments, "from experiment_results")
    }
    for key, (group, arm, base, column) in sources.items():
        source = mails if key[0].endswith("mail") else gates
        values = source[column].astype(float)
        compare = scores if key[1] == "conversion" else welch
        expected = compare(values[source[group] == arm], values[source[group] == base])
        for figure, value in expected.items():
            assert results[key][figure] == pytest.approx(value, abs=1e-9), (key, figure)
    assert results["mens_mail", "conversion"]["unit_count"] == 21_307

    # With the history of spending as the covariate (CUPED), by ordinary arithmetic.
    parts = [
        (mails["spend"][chosen].astype(float), mails["history"][chosen].astype(float))
        for chosen in (mails["segment"] == "Mens E-Mail", mails["segment"] == "No E-Mail")
    ]
    spend, history = (np.concatenate(column) for column in zip(*parts, strict=True))
    slope = np.cov(spend, history)[0, 1] / history.var(ddof=1)
    arm, base = (spent - slope * (before - history.mean()) for spent, before in parts)
    row = results["mens_mail", "revenue"]
    assert row["adjusted_difference"] == pytest.approx(arm.mean() - base.mean(), abs=1e-9)


def test_verdicts_follow_what_can_be_trusted(
    real_experiments: duckdb.DuckDBPyConnection,
) -> None:
    """Cookie Cats' split is off; both of Hillstrom's e-mails sold more."""
    verdicts = {
        row["experiment_id"]: row
        for row in columns(real_experiments, "from experiment_verdicts")
    }
    assert verdicts["gates"]["sample_ratio_p_value"] == pytest.approx(
        stats.chisquare([45_489, 44_700]).pvalue, abs=1e-9
    )
    assert {name: row["verdict"] for name, row in verdicts.items()} == {
        "mens_mail": "ship",
        "womens_mail": "ship",
        "gates": "invalid",
    }

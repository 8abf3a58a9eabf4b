"""Experiments from their plan to a verdict, compared with the log."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy import stats

from scripts.build_folder import BuildFolder
from scripts.campaigns.contact_ledger import ContactListError
from scripts.campaigns.export import export_campaign
from scripts.experiments.start import start_experiment
from scripts.statistics.experiment_decisions import CANNOT_BE_TOLD
from scripts.synthetic.experiments import ARMS, TRUTH
from scripts.synthetic.interactions import generate
from tests.conftest import FinishedBuild, copy_project, read_release, run_audience
from tests.seed_rows import GOOD, RULE

EXPERIMENT = {
    "experiment_id": "march_test",
    "experiment_name": "Does asking the first customers pay",
    "is_active": "true",
    "campaign_id": "march",
    "layer": "messages",
    "layer_from": "0",
    "layer_to": "0.9",
    "starts_on": "2023-03-02",
    "ends_on": "2023-03-10",
    "attribution_days": "14",
    "units": "600",
    "metrics": "engagement|conversion|revenue",
    "minimum_effect": "0.5",
    "significance": "0.05",
    "power": "0.8",
    "cost_per_contact": "",
    "value_per_conversion": "",
}
SHARES = {"treatment": 0.4, "treatment_holdout": 0.1}
SHARES |= {"control": 0.4, "control_holdout": 0.1}


def arms(experiment_id: str, shares: dict[str, float]) -> list[dict[str, str]]:
    return [
        {"experiment_id": experiment_id, "arm": arm, "share": f"{share}"}
        for arm, share in shares.items()
    ]


def columns(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = connection.execute(query).to_arrow_table().to_pylist()
    return found


def welch(arm: np.ndarray, base: np.ndarray) -> dict[str, float]:
    """Welch's test, written out: mean, difference, standard error, p-value and interval.

    No arm varies less than both do together, each around its own mean.
    """
    around = np.concatenate([values - values.mean() for values in (arm, base)])
    least = (around**2).sum() / (len(around) - 2)
    parts = [max(values.var(ddof=1), least) / len(values) for values in (arm, base)]
    error = np.sqrt(sum(parts))
    freedom = sum(parts) ** 2 / sum(
        part**2 / (len(values) - 1) for part, values in zip(parts, (arm, base), strict=True)
    )
    difference = arm.mean() - base.mean()
    reach = stats.t.ppf(0.975, freedom) * error
    return {
        "mean": arm.mean(),
        "base_mean": base.mean(),
        "difference": difference,
        "difference_low": difference - reach,
        "difference_high": difference + reach,
        "lift": difference / base.mean(),
        "p_value": 2 * stats.t.sf(abs(difference) / error, freedom),
    }


def scores(arm: np.ndarray, base: np.ndarray) -> dict[str, float]:
    """The score test of two shares and Newcombe's interval, written out."""
    reach = stats.norm.isf(0.025)
    p, q, m, n = arm.mean(), base.mean(), len(arm), len(base)

    def wilson(share: float, count: int) -> tuple[float, float]:
        middle = (share + reach**2 / (2 * count)) / (1 + reach**2 / count)
        half = np.sqrt(share * (1 - share) / count + reach**2 / (4 * count**2))
        half *= reach / (1 + reach**2 / count)
        return middle - half, middle + half

    (low, high), (base_low, base_high) = wilson(p, m), wilson(q, n)
    both = (p * m + q * n) / (m + n)
    z = (p - q) / np.sqrt(both * (1 - both) * (1 / m + 1 / n))
    return {
        "mean": p,
        "base_mean": q,
        "difference": p - q,
        "difference_low": p - q - np.hypot(p - low, base_high - q),
        "difference_high": p - q + np.hypot(high - p, q - base_low),
        "lift": p / q - 1 if q else np.nan,
        "p_value": 2 * stats.norm.sf(abs(z)),
    }


def with_amounts(log: Path) -> Path:
    """The same log with what each purchase cost, in a column `paid`."""
    priced = log.with_name("priced.parquet")
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select *, case when lower(event) = 'purchased' then"
            f" 3.5 + (7 * customer_id + product_id) % 11 end as paid from '{log}')"
            f" to '{priced}' (format parquet)"
        )
    return priced


@pytest.mark.long
@pytest.mark.parametrize("has_amounts", [False, True])
def test_an_experiment_from_its_assignment_to_its_verdict(
    folder: BuildFolder, tmp_path: Path, *, has_amounts: bool
) -> None:
    """Started as of the first of March; the rest of March is what came after."""
    campaign = GOOD | {"campaign_id": "march", "audience_size": "30"}
    campaign |= {"starts_on": "2023-03-01", "ends_on": "2023-03-31", "frequency_cap": "1"}
    rule = RULE | {"campaign_id": "march", "value": "1"}
    project = copy_project(
        tmp_path,
        campaigns=[campaign | {"product_limit": "60"}],
        campaign_rules=[rule],
        experiments=[EXPERIMENT],
        experiment_arms=arms("march_test", SHARES),
    )
    log = tmp_path / "log.parquet"
    generate(log, scale=0.02, seed=9)
    read: dict[str, Any] = {}
    if has_amounts:
        log, read = with_amounts(log), {"columns": {"amount": "paid"}}

    def build(**settings: str) -> None:
        outcome = run_audience(
            folder,
            "build",
            *("--log", str(log), "--vars", json.dumps(read | settings)),
            project=project,
        )
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr

    build(as_of="2023-03-01")
    with read_release(folder) as release:
        planned = columns(release, "from experiment_assignments order by unit_id")
        ranks = dict(
            release.execute("select customer_id, engagement_rank from customers").fetchall()
        )
        assert release.execute(
            "select verdict, unit_count, mean from experiment_verdicts"
        ).fetchall() == [("planned", 600, None)]
    assert len({row["unit_id"] for row in planned}) == 600
    by_arm = {
        arm: [int(row["unit_id"]) for row in planned if row["arm"] == arm] for arm in SHARES
    }
    assert len(by_arm["treatment"]) + len(by_arm["treatment_holdout"]) == 300
    assert len(by_arm["treatment_holdout"]) == pytest.approx(60, abs=25)
    mean_rank = {arm: np.mean([ranks[unit] for unit in by_arm[arm]]) for arm in SHARES}
    assert mean_rank["treatment"] < mean_rank["control"] / 2
    assert mean_rank["treatment_holdout"] < mean_rank["control_holdout"] / 2
    thirds = [row["score_class"] for row in planned]
    assert {name: thirds.count(name) for name in set(thirds)} == {
        None: 300,
        "first, 1st third": 100,
        "first, 2nd third": 100,
        "first, 3rd third": 100,
    }

    started = start_experiment(folder, "march_test", date(2023, 3, 2))
    assert started.receipt["contacts"] == len(by_arm["treatment"] + by_arm["control"])
    with pytest.raises(ContactListError, match="march_test has started"):
        start_experiment(folder, "march_test", date(2023, 3, 3))

    # Its campaign leaves its units to it, holdouts above all.
    exported = export_campaign(folder, "march", date(2023, 3, 5), dry_run=True)
    left_out = exported.receipt["left_out"]
    reason = "in an experiment until its window has ended"
    assert left_out[reason] >= len(by_arm["treatment_holdout"])

    # The log goes on; who is in which arm stays.
    build()
    with read_release(folder) as release:
        again = columns(release, "from experiment_assignments order by unit_id")
        results = columns(release, "from experiment_results")
        (verdict,) = columns(release, "from experiment_verdicts")
    kept = ("unit_id", "arm", "product_id", "score_class")
    assert [[row[name] for name in kept] for row in again] == [
        [row[name] for name in kept] for row in planned
    ]

    with duckdb.connect() as connection:
        outcomes = {
            row["unit_id"]: row
            for row in columns(
                connection,
                "with log as (select distinct customer_id, product_id, event, event_date,"
                f" {'paid' if has_amounts else '5'} as paid from '{log}'),"
                " counted as (select *, event_date >= '2023-03-02' and event_date <"
                " '2023-03-16' as counts, lower(event) = 'purchased' as buys from log)"
                " select customer_id as unit_id,"
                " count(*) filter (counts) as engagement,"
                " count(*) filter (counts and buys) as purchases,"
                " coalesce(sum(paid) filter (counts and buys), 0)::double as revenue"
                " from counted group by 1",
            )
        }
    values = {
        arm: {
            "engagement": np.array([outcomes[unit]["engagement"] for unit in units]),
            "conversion": np.array([outcomes[unit]["purchases"] > 0 for unit in units]) * 1,
            "revenue": np.array([outcomes[unit]["revenue"] for unit in units]),
        }
        for arm, units in by_arm.items()
    }
    pairs = {
        "targeting": ("treatment", "control"),
        "contact of treatment": ("treatment", "treatment_holdout"),
        "contact of control": ("control", "control_holdout"),
    }
    checked = 0
    for row in results:
        if row["comparison"] in pairs:
            arm, base = (values[name][row["metric"]] for name in pairs[row["comparison"]])
            assert row["mean"] == pytest.approx(arm.mean(), abs=1e-9)
            assert row["difference"] == pytest.approx(arm.mean() - base.mean(), abs=1e-9)
            if row["p_value"] is not None:
                compare = scores if row["metric"] == "conversion" else welch
                expected = compare(arm, base)["p_value"]
                assert row["p_value"] == pytest.approx(expected, abs=1e-9)
                checked += 1
    assert checked >= 3
    cost = {
        row["comparison"]: row["cost"] for row in results if row["metric"] == "conversion"
    }
    assert cost["targeting"] == pytest.approx(0.10 * len(by_arm["treatment"]))
    assert cost["contact of control"] == pytest.approx(0.10 * len(by_arm["control"]))
    # So few of these units do anything that no effect can be shown.
    assert verdict["verdict"] == CANNOT_BE_TOLD
    assert verdict["deciding_comparison"] == "contact of treatment"
    means = {arm: values[arm]["engagement"].mean() for arm in values}
    effect = means["treatment"] - means["treatment_holdout"]
    assert verdict["difference"] == pytest.approx(effect)
    assert verdict["advantage"] == pytest.approx(
        effect - (means["control"] - means["control_holdout"])
    )
    card = run_audience(folder, "experiment", "march_test")
    assert card.returncode == 0, card.stderr
    assert verdict["verdict"] in card.stdout
    assert verdict["reason"] in card.stdout.replace("\n", " ")

    # Of the same layer, one that begins in its windows has none of its units.
    experiments = project / "seeds" / "experiments.csv"
    experiments.write_text(
        experiments.read_text()
        .replace("march_test,", "april_test,")
        .replace("2023-03-02,2023-03-10", "2023-03-12,2023-03-20")
    )
    project_arms = project / "seeds" / "experiment_arms.csv"
    project_arms.write_text(project_arms.read_text().replace("march_test", "april_test"))
    experiments.write_text(experiments.read_text().replace(",600,", ",100,"))
    build()
    with read_release(folder) as release:
        others = {row["unit_id"] for row in columns(release, "from experiment_assignments")}
    assert others
    assert not others & {row["unit_id"] for row in planned}

    # Whom an export has contacted since, the release does not know.
    export_campaign(folder, "march", date(2023, 3, 13))
    with pytest.raises(
        ContactListError, match=r"was exported after .* run `audience build`"
    ):
        start_experiment(folder, "april_test", date(2023, 3, 13))


def test_the_examples_are_one_that_runs_and_one_whose_effect_is_found(
    dirty_build: FinishedBuild,
) -> None:
    with read_release(dirty_build.folder) as release:
        verdicts = {
            row["experiment_id"]: row
            for row in columns(release, "from experiment_verdicts")
        }
        results = columns(release, "from experiment_results")
    assert {name: row["verdict"] for name, row in verdicts.items()} == {
        "banner_example": "running",
        "mail_example": "ship",
    }
    assert {row["experiment_id"] for row in results} == {"mail_example"}
    rates = dict(zip(ARMS, TRUTH["mail_example"][1], strict=True))
    truth = {
        "targeting": rates["treatment"] - rates["control"],
        "contact of treatment": rates["treatment"] - rates["treatment_holdout"],
        "contact of control": rates["control"] - rates["control_holdout"],
    }
    truth["incremental targeting"] = (
        truth["contact of treatment"] - truth["contact of control"]
    )
    found = {row["comparison"]: row for row in results if row["metric"] == "conversion"}
    for comparison, difference in truth.items():
        row = found[comparison]
        assert row["difference_low"] < difference < row["difference_high"]
    verdict = verdicts["mail_example"]
    for figure, row, name in (
        ("difference", found["contact of treatment"], "difference"),
        ("difference_low", found["contact of treatment"], "difference_low"),
        ("advantage", found["incremental targeting"], "difference"),
        ("advantage_low", found["incremental targeting"], "difference_low"),
        ("advantage_high", found["incremental targeting"], "difference_high"),
    ):
        assert verdict[figure] == row[name]
    # Its money is that of revenue, per contact.
    (worth,) = (
        row
        for row in results
        if (row["metric"], row["comparison"]) == ("revenue", "contact of treatment")
    )
    for end, figure in (("", "difference"), ("_low", "difference_low")):
        assert verdict[f"profit_per_contact{end}"] == pytest.approx(worth[figure] - 0.10)
    card = run_audience(dirty_build.folder, "experiment", "mail_example")
    assert "conversions added: 310" in card.stdout
    assert "FAILED" not in card.stdout
    card = run_audience(dirty_build.folder, "experiment", "banner_example")
    assert "Verdict: running" in card.stdout
    assert "Money" not in card.stdout

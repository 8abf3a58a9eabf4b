"""The shipped mappings: on the real logs where these are, and on rows of their layouts."""

import gzip
import subprocess
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
import yaml

from scripts.build.dbt_run import run_dbt
from scripts.build.log_source import read_mapping
from scripts.build_folder import PROJECT, BuildFolder
from tests.conftest import read_release, run_audience
from tests.scripts.inspection.exported_logs import EXPORTS

MAPPINGS = PROJECT / "mappings"


@dataclass(frozen=True)
class RealLog:
    """What is known of a log of the shared data (its README), and the verdicts on it.

    Attributes:
        verdict: by the fixed thresholds.
        measured: by the comparison, where the combination is a recommender too. It is
            borderline where all recommenders together have fewer than 30 hits.
    """

    file: str
    mapping: str
    raw_rows: int
    figures: dict[str, int]
    retention: float
    verdict: str
    measured: str
    one_time: float | None = None
    unreadable: tuple[tuple[int, str], ...] = ()


REAL_LOGS = (
    RealLog(
        "retailrocket_events.csv",
        "retailrocket.yml",
        raw_rows=9_385,
        figures={"customer_count": 5_000, "product_count": 6_610},
        retention=0.025,
        one_time=0.699,
        verdict="not viable",
        measured="borderline",
    ),
    RealLog(
        "olist_purchases.csv",
        "olist.yml",
        raw_rows=22_618,
        figures={"customer_count": 19_681, "product_count": 11_318},
        retention=0.002,
        verdict="not viable",
        measured="borderline",
    ),
    RealLog(
        "taobao_user_behavior.csv",
        "taobao.yml",
        raw_rows=84_476,
        figures={"customer_count": 815, "interaction_count": 84_475},
        retention=0.999,
        one_time=0.0,
        verdict="borderline",
        measured="not viable",
        # The last line is cut off.
        unreadable=((84_476, "100370,1968385,1875258,pv"),),
    ),
    RealLog(
        "movietweetings_ratings.parquet",
        "movietweetings.yml",
        raw_rows=100_000,
        figures={"customer_count": 16_554, "product_count": 10_506},
        retention=0.274,
        one_time=0.451,
        verdict="borderline",
        measured="not viable",
    ),
    RealLog(
        "online_retail.parquet",
        "online_retail.yml",
        raw_rows=541_909,
        figures={"customer_count": 4_339},
        retention=0.385,
        verdict="viable",
        measured="not viable",
    ),
)


def run_on(
    command: str, log: RealLog, shared_data: Path, folder: BuildFolder
) -> subprocess.CompletedProcess[str]:
    outcome = run_audience(
        folder,
        command,
        *("--log", str(shared_data / log.file), "--mapping", str(MAPPINGS / log.mapping)),
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return outcome


# Olist's is built every time, by the tests of campaigns.
@pytest.mark.long
@pytest.mark.parametrize("log", REAL_LOGS, ids=lambda log: log.file)
def test_a_real_log_builds(folder: BuildFolder, shared_data: Path, log: RealLog) -> None:
    run_on("build", log, shared_data, folder)
    with read_release(folder) as release:
        result = release.execute("from dataset_profile")
        names = [column[0] for column in result.description or []]
        profile = dict(zip(names, result.fetchone() or (), strict=True))
        rows = release.execute(
            "select sum(row_count) from row_accounting where input = 'log'"
        ).fetchone()
        verdict = release.execute("select verdict, basis from viability_verdict").fetchone()
        unreadable = release.execute(
            "select example_line, example_text from row_accounting"
            " where reason = 'unreadable line' and row_count > 0"
        ).fetchall()
    assert rows == (log.raw_rows,)
    assert {name: profile[name] for name in log.figures} == log.figures
    assert profile["retention_rate"] == pytest.approx(log.retention, abs=0.001)
    if log.one_time is not None:
        assert profile["one_time_customer_share"] == pytest.approx(log.one_time, abs=0.001)
    assert verdict == (log.verdict, "thresholds")
    assert tuple(unreadable) == log.unreadable


@pytest.mark.long
@pytest.mark.parametrize("log", REAL_LOGS, ids=lambda log: log.file)
def test_a_real_log_gives_evidence(
    folder: BuildFolder, shared_data: Path, log: RealLog
) -> None:
    outcome = run_on("evidence", log, shared_data, folder)
    with read_release(folder) as release:
        verdict = release.execute("select verdict, basis from viability_verdict").fetchone()
        recommenders = release.execute(
            "select count(distinct recommender) from offline_metrics"
        ).fetchone()
    assert verdict == (log.measured, "measured comparison")
    assert recommenders == (7,)
    assert "Conclusion" in outcome.stdout


LAYOUTS = {
    "rees46.yml": (
        "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,"
        "user_session\n"
        "2019-10-01 00:00:00 UTC,view,44600062,2103807459595387724,,shiseido,35.79,"
        "541312140,72d76fde\n"
        "2019-10-02 00:00:05 UTC,purchase,3900821,2053013552326770905,a.b,aqua,33.20,"
        "554748717,9333dfbd\n",
        [("view", "2019-10-01 00:00:00"), ("purchased", "2019-10-02 00:00:05")],
    ),
    "movielens_100k.yml": (
        "196\t242\t3\t881250949\n186\t302\t3\t891717742\n",
        [("rating", "1997-12-04 15:55:49"), ("rating", "1998-04-04 19:22:22")],
    ),
    "movielens.yml": (
        "userId,movieId,rating,timestamp\n1,1,4.0,964982703\n2,3,4.0,964981247\n",
        [("rating", "2000-07-30 18:20:47"), ("rating", "2000-07-30 18:45:03")],
    ),
    "supermarket_baskets.yml": (
        "household_id,basket_id,product_id,transaction_timestamp\n"
        "900,1,7,2017-01-01 06:53:26\n1228,2,9,2017-01-01T07:10:28Z\n",
        [("purchased", "2017-01-01 06:53:26"), ("purchased", "2017-01-01 07:10:28")],
    ),
}


@pytest.mark.parametrize(
    "mapping",
    [
        pytest.param(mapping, marks=pytest.mark.long if number else pytest.mark.slow)
        for number, mapping in enumerate(LAYOUTS)
    ],
)
def test_the_layout_of_other_logs_is_read(
    folder: BuildFolder, tmp_path: Path, mapping: str
) -> None:
    content, expected = LAYOUTS[mapping]
    log = tmp_path / "log.csv.gz"
    log.write_bytes(gzip.compress(content.encode()))
    settings = read_mapping(MAPPINGS / mapping) | {"log": str(log)}
    run = run_dbt(["run", "--select", "+stg_interactions"], settings, folder)
    assert run.problems == []
    with duckdb.connect(folder.warehouse, read_only=True) as warehouse:
        events = warehouse.execute(
            "select event, event_at::text from staging.stg_interactions order by event_at"
        ).fetchall()
    assert events == expected


def test_every_mapping_is_tested() -> None:
    real = {"retailrocket", "olist", "taobao", "movietweetings", "online_retail"}
    shipped = {path.name for path in MAPPINGS.glob("*.yml")}
    tested = {f"{name}.yml" for name in real} | set(LAYOUTS) | set(EXPORTS)
    assert shipped == tested


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.yml")), ids=lambda path: path.name)
def test_a_mapping_says_what_it_is_for(path: Path) -> None:
    assert path.read_text().startswith("# ")
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    assert set(yaml.safe_load(path.read_text())) <= set(settings)

"""The shipped mappings: on the real logs where these are, and on rows of their layouts."""

import gzip
from pathlib import Path

import duckdb
import pytest
import yaml

from scripts.build_folder import PROJECT, BuildFolder
from scripts.dbt_run import run_dbt
from scripts.log_source import read_mapping
from tests.conftest import read_release, run_program

MAPPINGS = PROJECT / "mappings"


@pytest.mark.parametrize(
    ("file", "mapping", "raw_rows", "figures", "retention", "one_time", "verdict"),
    [
        (
            "retailrocket_events.csv", "retailrocket.yml", 9_385,
            {"customer_count": 5_000, "product_count": 6_610}, 0.025, 0.699, "not viable",
        ),
        (
            "olist_purchases.csv", "olist.yml", 22_618,
            {"customer_count": 19_681, "product_count": 11_318}, 0.002, None, "not viable",
        ),
        (
            "taobao_user_behavior.csv", "taobao.yml", 84_476,
            {"customer_count": 815, "interaction_count": 84_475}, 0.999, 0.0, "borderline",
        ),
        (
            "movietweetings_ratings.parquet", "movietweetings.yml", 100_000,
            {"customer_count": 16_554, "product_count": 10_506}, 0.274, 0.451, "borderline",
        ),
        (
            "online_retail.parquet", "online_retail.yml", 541_909,
            {"customer_count": 4_339}, 0.385, None, "viable",
        ),
    ],
)  # fmt: skip
def test_a_real_log_builds_and_gives_evidence(
    folder: BuildFolder,
    shared_data: Path,
    file: str,
    mapping: str,
    raw_rows: int,
    figures: dict[str, int],
    retention: float,
    one_time: float | None,
    verdict: str,
) -> None:
    outcome = run_program(
        folder,
        "scripts.evidence",
        *("--log", str(shared_data / file), "--mapping", str(MAPPINGS / mapping)),
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    with read_release(folder) as release:
        result = release.execute("from dataset_profile")
        names = [column[0] for column in result.description or []]
        profile = dict(zip(names, result.fetchone() or (), strict=True))
        rows = release.execute("select sum(row_count) from row_accounting").fetchone()
        found = release.execute("select verdict, basis from viability_verdict").fetchone()
        unmeasured = release.execute(
            "select count(*) from offline_metrics where value is null"
        ).fetchone()
        unreadable = release.execute(
            "select example_line, example_text from row_accounting"
            " where reason = 'unreadable line' and row_count > 0"
        ).fetchall()
    assert rows == (raw_rows,)
    assert {name: profile[name] for name in figures} == figures
    assert profile["retention_rate"] == pytest.approx(retention, abs=0.001)
    if one_time is not None:
        assert profile["one_time_customer_share"] == pytest.approx(one_time, abs=0.001)
    assert found == (verdict, "measured comparison")
    assert unmeasured == (0,)
    assert "Conclusion" in outcome.stdout
    # The last line of one file is cut off.
    cut_off = [(84_476, "100370,1968385,1875258,pv")]
    assert unreadable == (cut_off if file.startswith("taobao") else [])


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


@pytest.mark.parametrize("mapping", LAYOUTS)
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
    assert shipped == {f"{name}.yml" for name in real} | set(LAYOUTS)


@pytest.mark.parametrize("path", sorted(MAPPINGS.glob("*.yml")), ids=lambda path: path.name)
def test_a_mapping_says_what_it_is_for(path: Path) -> None:
    assert path.read_text().startswith("# ")
    settings = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
    assert set(yaml.safe_load(path.read_text())) <= set(settings)

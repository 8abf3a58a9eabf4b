"""Rankings that programs learn, fitted to the log before a build serves them."""

import io
import shutil
import sys
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from scripts.build_folder import BuildFolder
from scripts.evidence.als_ranking import NOW_FILE, PAST_FILE
from scripts.evidence.evidence_files import EvidenceError
from scripts.evidence.refitting import rankings_to_fit, refit
from tests.conftest import RefreshedBuild, read_release, run_audience

# Customers 6, 12 ... prefer products 1 to 10; those up to 48 touch product 61 later.
PREFERRING = set(range(6, 91, 6))
LATER = set(range(6, 49, 6))


def decided(folder: BuildFolder, **served: str) -> None:
    """A warehouse whose evidence has chosen a ranking by kind of audience."""
    folder.root.mkdir()
    with duckdb.connect(folder.warehouse) as connection:
        connection.execute(
            "create schema intermediate; create table intermediate.int_ranking_choices"
            " (decision varchar, served_ranking varchar)"
        )
        for decision, ranking in served.items():
            connection.execute(
                "insert into intermediate.int_ranking_choices values (?, ?)",
                [decision.replace("_", " "), ranking],
            )


@pytest.mark.parametrize(
    ("setting", "measures", "expected"),
    [
        ("champion", True, {"als", "return_propensity"}),
        # Its weights belong to the evidence, which stays.
        ("champion", False, {"als"}),
        ("engagement", True, set()),
        ("return_propensity", True, {"return_propensity"}),
        ("return_propensity", False, set()),
        # The order of customers stays with the evidence.
        ("hybrid", True, {"return_propensity"}),
        ("als", False, {"als"}),
    ],
)
def test_fitted_rankings_that_serve_are_fitted(
    folder: BuildFolder, setting: str, measures: bool, expected: set[str]
) -> None:
    decided(folder, customers="return_propensity", known_products="als")
    found = rankings_to_fit(folder, {"ranking": setting}, measures=measures)
    assert found == expected


def test_nothing_is_fitted_without_evidence_or_a_setting(folder: BuildFolder) -> None:
    assert rankings_to_fit(folder, {}, measures=True) == set()
    assert rankings_to_fit(folder, {"ranking": "als"}, measures=True) == {"als"}


def refitted(folder: BuildFolder, setting: str) -> str:
    """What `refit` says, on a warehouse as it is."""
    console = Console(file=io.StringIO(), width=500)
    refit(folder, console, {"als"}, setting, lambda *_: None, measures=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.fixture
def copied(als_build: RefreshedBuild, folder: BuildFolder) -> BuildFolder:
    """The warehouse and the lists of the build; a test may change them."""
    folder.root.mkdir()
    shutil.copy(als_build.folder.warehouse, folder.warehouse)
    shutil.copytree(als_build.folder.evidence, folder.evidence)
    return folder


@pytest.mark.slow
def test_a_build_serves_lists_of_its_whole_log(als_build: RefreshedBuild) -> None:
    """The refresh brings a product that half of its customers have not touched yet."""
    assert "Fitting collaborative filtering (ALS) ..." in als_build.built
    for when in ("cutoff 1", "cutoff 2", "cutoff 3", "now"):
        assert f"50/50  ALS iterations, {when}" in als_build.built
    # A refresh leaves the evidence as it is.
    assert "50/50  ALS iterations, now" in als_build.refreshed
    assert "ALS iterations, cutoff" not in als_build.refreshed
    with read_release(als_build.folder) as release:
        served = dict(
            release.execute("select audience, ranking from served_rankings").fetchall()
        )
        lists = release.execute(
            "select product_id, ranking, list(customer_id order by audience_rank),"
            " count(score) from product_audiences group by all"
        ).fetchall()
    assert (served["known products"], served["new products"]) == ("als", "als")
    assert {ranking for _, ranking, _, _ in lists} == {"als"}
    (named,) = (named for product, _, named, _ in lists if product == 61)
    assert not set(named) & LATER
    # By chance less than one of these seven.
    assert len(set(named[:7]) & (PREFERRING - LATER)) >= 4
    assert all(scores == 12 for _, _, _, scores in lists)


@pytest.mark.slow
def test_lists_name_the_customers_of_a_planted_taste(als_build: RefreshedBuild) -> None:
    """Of 15 customers with this taste, two or three have not touched a product yet."""
    with read_release(als_build.folder) as release:
        share = release.execute(
            "select avg((customer_id % 6 = (product_id - 1) // 10)::int)"
            " from product_audiences where product_id <= 60 and audience_rank <= 2"
        ).fetchone()
    assert share is not None
    assert share[0] > 0.8


@pytest.mark.slow
def test_it_is_measured_and_judged_as_a_challenger(als_build: RefreshedBuild) -> None:
    with read_release(als_build.folder) as release:
        origins = release.execute(
            "select origin from ranking_evidence"
            " where ranking = 'als' and decision = 'known products' order by 1"
        ).fetchall()
        compared = release.execute(
            "select count(*) from ranking_decisions"
            " where ranking = 'als' and decision = 'known products'"
        ).fetchone()
    assert origins == [(1,), (2,), (3,)]
    assert compared == (1,)


@pytest.mark.slow
def test_a_log_that_is_fitted_already_is_not_fitted_again(copied: BuildFolder) -> None:
    now, past = (copied.evidence / f"{name}.parquet" for name in (NOW_FILE, PAST_FILE))
    lists, stamp = now.read_bytes(), past.stat().st_mtime_ns
    assert "Fitting" not in refitted(copied, "champion")
    now.unlink()
    assert "Fitting collaborative filtering (ALS) ..." in refitted(copied, "champion")
    assert now.read_bytes() == lists, "the same log gives the same lists"
    assert past.stat().st_mtime_ns == stamp


@pytest.mark.slow
def test_without_the_library_a_champion_is_replaced_and_a_setting_refused(
    copied: BuildFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Note" not in refitted(copied, "als"), "its lists need no library"
    (copied.evidence / f"{NOW_FILE}.parquet").unlink()
    monkeypatch.setitem(sys.modules, "implicit.als", None)
    said = refitted(copied, "champion")
    assert "is not installed: run `make evidence`" in said
    assert "another ranking serves instead" in said
    message = "Setting ranking = als: implicit.als is not installed: run `make evidence`"
    with pytest.raises(EvidenceError, match=message):
        refitted(copied, "als")


@pytest.mark.slow
def test_a_build_without_the_library_says_what_to_do(
    folder: BuildFolder, als_build: RefreshedBuild, tmp_path: Path
) -> None:
    missing = tmp_path / "implicit"
    missing.mkdir()
    (missing / "__init__.py").write_text("raise ImportError('none', name='implicit')")
    log = als_build.folder.root.parent / "log" / "a.csv"
    path = f"{tmp_path}:{Path.cwd()}"
    order = ("--log", str(log), "--vars", "ranking: als")
    outcome = run_audience(folder, "build", *order, PYTHONPATH=path)
    assert outcome.returncode == 1
    assert outcome.stderr.startswith(
        "error: Setting ranking = als: implicit is not installed: run `make evidence`, or"
        " install the project with its extra `evidence`"
    )
    assert "Traceback" not in outcome.stderr

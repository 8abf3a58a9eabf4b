"""Drift on logs replayed by day: false alarms and planted faults."""

from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pytest

from scripts.build_folder import PROJECT
from scripts.maintenance.drift_rates import DriftRates
from scripts.maintenance.drift_replay import replay_log
from scripts.maintenance.planted_faults import FAULTS
from scripts.synthetic.interactions import generate

MOST_BLOCKED = 0.01
MOST_WARNED = 0.05


@pytest.mark.long
def test_quiet_days_pass_and_each_planted_fault_is_blocked(tmp_path: Path) -> None:
    log = tmp_path / "log.parquet"
    generate(log, scale=0.3, seed=4)
    replayed = replay_log(str(log), every=7, last_days=21)
    assert len(replayed.judged) == 21
    # One of 21 days would be more than one in a hundred.
    assert replayed.share("block") == 0
    assert replayed.share("warn", "block") <= MOST_WARNED
    assert set(replayed.found) == set(FAULTS)
    missed = [fault for fault in FAULTS if replayed.detection(fault) < 1]
    assert missed == []
    assert any("  100% of   3  a file doubled" in line for line in replayed.lines())


@pytest.mark.long
def test_days_of_a_hundred_interactions_give_no_false_alarms(tmp_path: Path) -> None:
    """Shares of a hundred vary by chance more than those of thousands."""
    log = tmp_path / "log.parquet"
    generate(log, scale=0.035, seed=4)
    replayed = replay_log(str(log), every=0, last_days=21)
    assert len(replayed.judged) == 21
    assert 80 <= median(replayed.volumes.values()) <= 150
    keeps_the_rates(replayed)


@pytest.mark.long
def test_the_log_of_the_published_size_keeps_the_rates(tmp_path: Path) -> None:
    log = tmp_path / "log.parquet"
    generate(log)
    replayed = replay_log(str(log))
    keeps_the_rates(replayed)
    assert {fault: replayed.detection(fault) for fault in FAULTS} == dict.fromkeys(
        FAULTS, 1
    )


@dataclass(frozen=True)
class RealLog:
    """A log of the shared data.

    Attributes:
        at_least_days: with enough history to be judged.
        found: by planted fault, the share of its days that are blocked at least; the docs
            say which faults a log hides.
    """

    file: str
    mapping: str
    at_least_days: int
    found: dict[str, float]


MISSING, DOUBLED, RENAMED, SHIFTED, OTHER_IDS, REJECTED = FAULTS


@pytest.mark.long
@pytest.mark.parametrize(
    "real",
    [
        RealLog(
            "retailrocket_events.csv",
            "retailrocket.yml",
            110,
            {DOUBLED: 1, RENAMED: 0.3, OTHER_IDS: 0.5, REJECTED: 0.85},
        ),
        RealLog(
            "olist_purchases.csv",
            "olist.yml",
            380,
            {DOUBLED: 1, RENAMED: 0.8, OTHER_IDS: 0.7, REJECTED: 0.7},
        ),
        RealLog(
            "movietweetings_ratings.parquet",
            "movietweetings.yml",
            150,
            {MISSING: 0.5, **dict.fromkeys((DOUBLED, RENAMED, OTHER_IDS, REJECTED), 1)},
        ),
        RealLog(
            "online_retail.parquet",
            "online_retail.yml",
            270,
            {SHIFTED: 0.85, **dict.fromkeys((DOUBLED, RENAMED, OTHER_IDS, REJECTED), 1)},
        ),
    ],
    ids=lambda real: real.file,
)
def test_real_logs_keep_the_rates(shared_data: Path, real: RealLog) -> None:
    replayed = replay_log(str(shared_data / real.file), PROJECT / "mappings" / real.mapping)
    assert len(replayed.judged) >= real.at_least_days
    keeps_the_rates(replayed)
    found = {fault: replayed.detection(fault) for fault in real.found}
    assert all(found[fault] >= least for fault, least in real.found.items()), found


def keeps_the_rates(replayed: DriftRates) -> None:
    """At most one in a hundred days is blocked, one in twenty has a warning."""
    said = "\n".join(replayed.lines())
    assert replayed.share("block") <= MOST_BLOCKED, said
    assert replayed.share("warn", "block") <= MOST_WARNED, said

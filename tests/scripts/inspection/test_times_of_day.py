"""`audience inspect` finds the time of day in a column of its own."""

import re
from pathlib import Path

import pytest
import yaml

from scripts.inspection.inspect_log import inspect_log
from scripts.inspection.log_check import check_settings


@pytest.mark.parametrize(
    ("date", "clock", "time_format"),
    [("1{}.02.2023", "09:1{}", "%d.%m.%Y %H:%M"), ("2023-02-1{}", "9:15:0{}", "iso")],
)
def test_the_mapping_that_it_names_reads_both(
    tmp_path: Path, date: str, clock: str, time_format: str
) -> None:
    log = tmp_path / "till.csv"
    rows = [f"{n},7,{date.format(n)},{clock.format(n)}" for n in range(10)]
    log.write_text("\n".join(["kunde,artikel,Datum,Uhrzeit", *rows, ""]))
    proposal = inspect_log(str(log)).proposal
    [warning] = [one for one in proposal.warnings if "has no time of day" in one]
    assert ("end time_format in %H:%M" in warning) == (time_format != "iso")
    named = re.search(r"expressions: (\{.*?\}) in place", warning)
    assert named
    settings = proposal.settings | {"log": str(log), "time_format": time_format}
    settings["columns"].pop("event_date")
    settings["expressions"] = {"event": "'purchased'"} | yaml.safe_load(named[1])
    assert "10 would be accepted" in check_settings(settings)


@pytest.mark.parametrize("times", ["2023-02-1{n} 09:15,10:00", "2023-02-1{n},x:{n}"])
def test_other_columns_are_no_times_of_day(tmp_path: Path, times: str) -> None:
    log = tmp_path / "log.csv"
    rows = [f"{n},7,purchased,{times.format(n=n)}" for n in range(10)]
    log.write_text("\n".join(["customer_id,product_id,event,event_date,other", *rows, ""]))
    assert inspect_log(str(log)).proposal.warnings == []

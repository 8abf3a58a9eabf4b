"""SQL in a mapping is one expression each, and cannot end the statement around it."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.build_folder import PROJECT, BuildFolder
from scripts.settings.build_settings import BuildSettings, check_variables
from scripts.settings.setting_error import SettingError
from tests.conftest import run_audience

COPY = "copy (select 42) to '{}' (format csv)"
# Each closes what is around it, and opens it again at its end.
HOSTILE = [
    f"true), false) from log) select 1; {COPY}; select coalesce((true",
    f"true); {COPY}; select (true",
    f"'a') as varchar); {COPY}; select cast(('a'",
    f"true; {COPY}",
    f"true --\n); {COPY}; select (true",
    f"/* */ true); {COPY}; select (true",
    # A quoted name in backticks is one for Spark only.
    f'"a `b` c"); {COPY}; select ("a `b` c"',
    f"`b`); {COPY}; select (`b`",
    f'"q `--` e"); {COPY}; select ("r"',
    f"1 ` 2); {COPY}; select (1 ` 2",
    f"'`'); {COPY}; select ('`'",
    f"$$ a $$); {COPY}; select ($$ a $$",
    f"e'\\''); {COPY}; select ('",
]
# Without a second statement, but more than an expression.
LONGER = [
    "true) from read_csv('/etc/passwd') where (true",
    "'a') as varchar) from read_csv('/etc/passwd') where cast(('a'",
    "'a') as varchar), cast(('b'",
    "'a') as varchar) where cast((true",
    "'a') as varchar) union all select cast(('b'",
    "'a') as varchar) order by cast(('b'",
    "true union select false",
    "1 +",
    "'a",
    "/* a",
    "a\0b",
]


def settings_with(sql: str) -> list[dict[str, Any]]:
    return [
        {"row_filter": sql},
        {"expressions": {"event": sql}},
        {"suppressions": {"path": "a.csv", "expressions": {"customer_id": sql}}},
    ]


@pytest.mark.parametrize("sql", [*HOSTILE, *LONGER])
def test_what_is_more_than_an_expression_is_refused(sql: str) -> None:
    """Before, it was pasted into statements of a build, which ran the second one."""
    for settings in settings_with(sql):
        with pytest.raises(SettingError, match="expected a single SQL expression") as error:
            BuildSettings.check(settings)
        assert "\n" not in str(error.value).replace(sql, "")
        with pytest.raises(SettingError, match="expected a single SQL expression"):
            check_variables(settings)  # What dbt is given by hand.


@pytest.mark.parametrize(
    "sql",
    [
        "quantity > 0",
        "event <> 'a); copy' -- a comment (",
        "case when a then 'x' else 'y''' end /* ) */",
        "max(product_id) over (partition by event_date) = '2'",
        "try_cast(replace(quantity, ',', '.') as double) > 0",
        "\"billing.email\" <> '' and not \"; drop\" in ('a', 'b')",
        "user.id is not null and tags[1] -> 'x' is null",
        "exists (select 1) or (select true)",
        # Names as Spark writes them.
        "`Customer ID` is not null and `order.id` <> ''",
        "5",
    ],
)
def test_an_expression_is_accepted_as_it_is(sql: str) -> None:
    for settings in settings_with(sql):
        assert BuildSettings.check(settings).model_dump(exclude_unset=True) == settings


def test_shipped_mappings_are_accepted() -> None:
    for file in sorted((PROJECT / "mappings").glob("*.yml")):
        BuildSettings.check({"log": "log.csv", **yaml.safe_load(file.read_text())})


@pytest.mark.parametrize("name", ["row_filter", "expressions"])
def test_a_mapping_of_a_stranger_writes_no_file(
    name: str, tmp_path: Path, folder: BuildFolder
) -> None:
    log, mapping, written = (tmp_path / one for one in ("log.csv", "map.yml", "written"))
    log.write_text("customer_id,product_id,event,event_date\n1,2,cart,2023-01-01\n")
    for sql in HOSTILE[:3]:
        hostile = sql.format(written)
        value = hostile if name == "row_filter" else {"event": hostile}
        mapping.write_text(yaml.safe_dump({name: value}))
        outcome = run_audience(
            folder, "check", "--log", str(log), "--mapping", str(mapping)
        )
        assert outcome.returncode == 1
        assert "expected a single SQL expression" in outcome.stderr
        assert not written.exists()

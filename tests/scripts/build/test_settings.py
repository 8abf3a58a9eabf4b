"""Settings that cannot be meant stop every dbt command with one sentence."""

from collections.abc import Callable, Iterator

import pytest
from dbt.cli.main import dbtRunner
from dbt_common.events.base_types import EventMsg

from scripts.build_folder import PROJECT

Check = Callable[[str], str]


@pytest.fixture(scope="module")
def check(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Check]:
    """Runs the project's check of settings; returns what it objects to."""
    folder = tmp_path_factory.mktemp("settings")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(PROJECT)
        patch.setenv("AUDIENCE_BUILD_DIR", str(folder))
        patch.setenv("DBT_TARGET_PATH", str(folder / "target"))
        patch.setenv("DBT_LOG_PATH", str(folder / "logs"))
        parsed = dbtRunner().invoke(["--quiet", "parse"])
        assert parsed.success, parsed.exception
        # Parsed once: a start of dbt takes seconds.
        errors: list[str] = []

        def note(event: EventMsg) -> None:
            if event.info.level == "error":
                errors.append(event.info.msg)

        runner = dbtRunner(manifest=parsed.result, callbacks=[note])

        def run(settings: str) -> str:
            errors.clear()
            outcome = runner.invoke(
                ["--quiet", "run-operation", "check_settings", "--vars", settings]
            )
            assert outcome.success != bool(errors)
            return " ".join(errors)

        yield run


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("{top_n: 0}", "Setting top_n = 0: expected a whole number from 1"),
        ("{top_n: 1.5}", "Setting top_n = 1.5: expected a whole number"),
        ("{colums: {a: b}}", "Setting colums = {'a': 'b'}: expected one of log, columns"),
        ("{exclude: all}", "Setting exclude = all: expected one of any, purchased, none"),
        ("{recency_days: 0}", "Setting recency_days = 0: expected a number from 0.001"),
        ("{as_of: yesterday}", "Setting as_of = yesterday: expected a date"),
        ("{as_of: '2023-02-29'}", "Setting as_of = 2023-02-29: expected a date"),
        ("{as_of: '2023-03-31 24:00'}", "Setting as_of = 2023-03-31 24:00"),
        ("{as_of: '2023-03-31 12:00+02:00'}", "or a UTC time (2023-03-31 12:00:00)"),
        ("{max_reject_share: .nan}", "Setting max_reject_share = nan: expected a number"),
        ("{score_scale: log}", "Setting score_scale = log: expected one of linear"),
        ("{bootstrap_replicates: 5}", "expected a whole number from 100 to 100000"),
        ("{time_format: epoch}", "Setting time_format = epoch: expected iso, epoch_s"),
        ("{columns: {customer: x}}", "Setting columns = customer: expected one of the"),
        ("{columns: [a]}", "Setting columns = ['a']: expected a mapping of names"),
        ("{event_weights: {cart: -1}}", "Setting event_weights = cart: -1: expected 0 or"),
        ("{event_weights: {cart: 0.0000001}}", "Setting event_weights = cart: 1e-07"),
        (
            "{event_weights: {Cart: 1, cart: 2}}",
            "= Cart and cart: expected each event once",
        ),
        ("{event_weights: {~: 1}}", "= None: 1: expected the names of events"),
        ("{event_aliases: {view: ' '}}", "= view:  : expected the names of events"),
        ("{event_aliases: {A: x, ' a': y}}", "= A and  a: expected each event once"),
        ("{delimiter: ''}", "Setting delimiter = : expected some text"),
        ("{delimiter: '\"'}", "expected one to four characters, no quote"),
        ("{row_filter: ~}", "Setting row_filter = None: expected some text"),
        ("{has_header: 'yes'}", "Setting has_header = yes: expected one of True, False"),
        ("{suppressions: 7}", "Setting suppressions = 7: expected a path such as"),
        ("{encoding: cp437}", "Setting encoding = cp437: expected one of utf-8, utf-16"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(
    check: Check, settings: str, message: str
) -> None:
    assert message in check(settings)


@pytest.mark.parametrize(
    "settings",
    [
        "{}",
        "{as_of: 2024-02-29}",
        "{as_of: '2023-12-31T23:59:59.5Z'}",
        "{as_of: 2023-03-31 12:00:00+00:00}",
        "{event_weights: {view: 0, cart: 0.000001}}",
        "{score_weights: equal, frequency_days: known, score_scale: logarithmic}",
        "{event_aliases: {addtocart: cart, 'add to cart': cart}}",
        "{delimiter: '::', row_filter: 'a = 1', time_format: '%d/%m/%Y'}",
    ],
)
def test_a_setting_that_can_be_meant_is_taken(check: Check, settings: str) -> None:
    assert check(settings) == ""

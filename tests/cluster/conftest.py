"""A table at the end: the throughput of several instances."""

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Look-ups per second through nginx, by the number of instances."""
    measured = [
        line
        for report in terminalreporter.stats.get("passed", [])
        for line in report.user_properties
    ]
    if measured:
        terminalreporter.section("throughput")
    for name, rate in measured:
        terminalreporter.write_line(f"{rate:>10,.0f} look-ups/s  {name}")

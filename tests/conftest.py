"""Counts tests per level, so that a run says what it stood on."""

from collections import Counter

import pytest

_LEVELS = ("unit", "contract", "architecture", "integration", "e2e", "compose")
_counts: Counter[str] = Counter()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call":
        _counts[_level_of(report.nodeid)] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = ", ".join(f"{_counts[level]} {level}" for level in _LEVELS if _counts[level])
    terminalreporter.write_line(f"tests run per level: {told or 'none'}")


def _level_of(nodeid: str) -> str:
    return next((level for level in _LEVELS if nodeid.startswith(f"tests/{level}/")), "other")

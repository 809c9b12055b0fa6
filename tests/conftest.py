"""Counts tests per level, so that a run says what it stood on."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

_LEVELS = ("unit", "contract", "architecture", "integration", "e2e", "compose")
_counts: Counter[str] = Counter()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    report = yield
    if call.when == "call":
        _counts[_level_of(item.path)] += 1
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = ", ".join(f"{_counts[level]} {level}" for level in _LEVELS if _counts[level])
    terminalreporter.write_line(f"tests run per level: {told or 'none'}")


def _level_of(path: Path) -> str:
    parts = path.parts
    return next((level for level in _LEVELS if level in parts), "other")

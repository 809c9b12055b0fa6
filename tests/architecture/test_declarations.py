"""What is declared is documented, and nothing else is used."""

import ast
import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from cchc.docs.__main__ import PAGES
from cchc.docs.events import all_events
from cchc.docs.modules import declared, product_modules
from services.chassis.event_registry import EventRegistry
from services.chassis.http.problems import RETIRED_CODES, problem_catalogue
from services.chassis.metrics import METRICS
from services.chassis.settings import Setting

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("services", "cchc")
    for path in (ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts
]


SENT_ALONE = {"survey.device_reported.v1"}
"""Conflated reports leave as messages and are kept by nobody: the next one replaces them."""


def _page(name):
    return (ROOT / "docs" / name).read_text("utf-8")


def _entries():
    product_modules()
    return [entry for entry in problem_catalogue() if entry.kind.__module__.startswith("services.")]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_made_from_the_code_is_fresh(name):
    assert _page(name) == PAGES[name](), "run `make docs-write` and look at the difference"


def test_every_event_has_a_wire_name_of_its_own_that_is_documented():
    product_modules()
    names = [kind.wire_name for kind in all_events()]
    assert [name for name, times in Counter(names).items() if times > 1] == []
    assert [name for name in names if not re.fullmatch(r"[a-z]+(\.[a-z_]+)+\.v[1-9]\d*", name)] == []
    assert [name for name in names if f"`{name}`" not in _page("events.md")] == []


def test_every_event_can_be_read_back_from_a_store():
    product_modules()
    registries = [
        found
        for name, module in sys.modules.items()
        if name.startswith("services.")
        for found in vars(module).values()
        if isinstance(found, EventRegistry)
    ]
    readable = {name for registry in registries for name in registry.wire_names}
    assert {kind.wire_name for kind in all_events()} - readable == SENT_ALONE


def test_every_refusal_has_a_code_and_a_title_of_its_own_and_says_when_it_is_raised():
    entries = _entries()
    assert [code for code, times in Counter(entry.code for entry in entries).items() if times > 1] == []
    assert [entry.code for entry in entries if "title" not in vars(entry.kind)] == []
    assert [entry.code for entry in entries if not entry.meaning.startswith("Raised ")] == []
    assert [entry.code for entry in entries if not re.fullmatch(r"[a-z][a-z0-9_]*", entry.code)] == []


def test_a_retired_code_is_not_used_again():
    assert {entry.code for entry in _entries()}.isdisjoint(RETIRED_CODES)


def test_every_variable_that_is_read_is_a_declared_setting():
    product_modules()
    known = {setting.name for setting in declared(Setting)}
    used = {name for path in SOURCES for name in _variables(path)}
    assert used - known == set()


def _variables(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.fullmatch(r"CCHC_[A-Z_]+", node.value):
            yield node.value


def test_a_variable_is_declared_once():
    product_modules()
    assert [name for name, times in Counter(setting.name for setting in declared(Setting)).items() if times > 1] == []


def test_every_metric_says_its_unit_and_meaning():
    assert len({metric.name for metric in METRICS}) == len(METRICS)
    for metric in METRICS:
        assert metric.name.startswith("cchc_")
        assert metric.unit
        assert metric.meaning.endswith(".")


def test_log_events_have_constant_names_in_snake_case():
    wrong = [f"{path.relative_to(ROOT)}:{line}" for path in SOURCES for line in _inconstant_log_names(path)]
    assert wrong == []


def _inconstant_log_names(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        logger = node.func.value
        if (
            isinstance(logger, ast.Name)
            and logger.id in {"log", "_log"}
            and node.func.attr in {"debug", "info", "warning", "error"}
        ):
            name = node.args[0] if node.args else None
            if not (isinstance(name, ast.Constant) and re.fullmatch(r"[a-z][a-z0-9_]*", str(name.value))):
                yield node.lineno

"""Files below 400 lines, functions below 40, at most six parameters (the linter holds the last)."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("services", "cchc", "tests", "benches")
    for path in (ROOT / folder).rglob("*.py")
    if "node_modules" not in path.parts
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_and_its_functions_are_small_enough_to_read(path):
    text = path.read_text("utf-8")
    assert text.count("\n") < 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            size = (node.body[-1].end_lineno or 0) - node.body[0].lineno + 1
            assert size <= 40, f"{node.name} has {size} lines"

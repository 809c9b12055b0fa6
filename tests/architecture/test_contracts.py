"""Published contracts hold what they promise."""

import ast
import json
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
SCHEMAS = sorted((ROOT / "services").glob("*/contract/*.schema.json"))
EXAMPLES = sorted((ROOT / "services").glob("*/contract/*.example.json"))


def _name(path):
    return f"{path.parent.parent.name}/{path.name}"


@pytest.mark.parametrize("path", EXAMPLES, ids=_name)
def test_every_example_fits_its_schema(path):
    schema = json.loads(path.with_name(path.name.replace(".example.", ".schema.")).read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER)
    validator.validate(json.loads(path.read_text("utf-8")))


def test_every_schema_has_an_example():
    assert {path.name.removesuffix(".schema.json") for path in SCHEMAS} == {
        path.name.removesuffix(".example.json") for path in EXAMPLES
    }


@pytest.mark.parametrize("path", SCHEMAS, ids=_name)
def test_every_schema_says_what_the_message_means_and_where_it_is_published(path):
    schema = json.loads(path.read_text("utf-8"))
    assert schema["description"]
    assert schema["x-topic"].startswith(("survey.", "indicators.", "directory.", "tasks."))


def test_only_the_broker_adapter_imports_kafka():
    importing = {
        str(path.relative_to(ROOT))
        for folder in ("services", "cchc")
        for path in (ROOT / folder).rglob("*.py")
        if "node_modules" not in path.parts and any(name.split(".")[0] == "kafka" for name in _imports(path))
    }
    assert importing <= {"services/chassis/broker/kafka.py"}


def _imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""

"""What the product measures of its stores and leases is what has happened."""

import ast
from pathlib import Path

from services.chassis import metrics as declarations
from services.chassis.database import open_database
from services.chassis.event_store.group_commit import GroupCommit
from services.chassis.event_store.metering import StoreMetrics
from services.chassis.leases import Leases, create_leases
from services.chassis.metering import fill_leases
from services.chassis.metrics import METRICS, Metric, Metrics
from services.chassis.testing.in_memory import InMemoryEventStore
from services.chassis.testing.requests import a_fact, a_request, a_stream

ROOT = Path(__file__).parents[3]
SETTERS = ROOT / "services"


def test_every_declared_metric_is_set_somewhere():
    declared = {name for name, value in vars(declarations).items() if isinstance(value, Metric)}
    assert {getattr(declarations, name) for name in declared} == set(METRICS)
    assert declared - used_names() == set()


def used_names() -> set[str]:
    """Give the first arguments of `counter`, `gauge` and `histogram` everywhere in the product."""
    found = set()
    for path in SETTERS.rglob("*.py"):
        if "node_modules" in path.parts or not path.read_text("utf-8").count("metrics"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                kind, first = node.func.attr, node.args[0]
                if kind in {"counter", "gauge", "histogram"} and isinstance(first, ast.Name):
                    found.add(first.id)
    return found


def test_a_commit_counts_the_facts_that_it_created_and_its_time():
    metrics, commits = Metrics(), GroupCommit(InMemoryEventStore())
    commits.measure(StoreMetrics(metrics, "survey"))
    request = a_request(a_stream(), facts=(a_fact(), a_fact()))
    commits.append(request)
    commits.append(request)
    commits.append_many([a_request(a_stream()), a_request(a_stream(), 7)])
    commits.close()
    text = metrics.exposition().decode()
    assert 'cchc_store_facts_appended_total{store="survey"} 3.0' in text
    assert 'cchc_store_commit_seconds_count{store="survey"} 3.0' in text
    assert 'cchc_store_queue{store="survey"} 0.0' in text


def test_a_lease_shows_its_epoch_while_it_is_held(tmp_path):
    engine, metrics = open_database(f"sqlite:///{tmp_path}/leases.db"), Metrics()
    with engine.begin() as connection:
        create_leases(connection)
    owner, other = Leases(engine, owner="one"), Leases(engine, owner="another")

    def shown(leases: Leases) -> str:
        fill_leases(metrics, leases)
        return next(line for line in metrics.exposition().decode().splitlines() if line.startswith("cchc_lease_epoch{"))

    epoch = owner.acquire("folder")
    assert epoch == 1
    assert shown(owner) == 'cchc_lease_epoch{lease="folder"} 1.0'
    assert other.acquire("folder") is None
    assert shown(other) == 'cchc_lease_epoch{lease="folder"} 0.0'
    owner.renew("folder", epoch)
    assert shown(owner) == 'cchc_lease_epoch{lease="folder"} 1.0'
    owner.release("folder", epoch)
    assert shown(owner) == 'cchc_lease_epoch{lease="folder"} 0.0'
    engine.dispose()

"""The gateway's readers read every example that other services publish for it."""

import json
from pathlib import Path

import pytest

from services.chassis.database import open_database
from services.chassis.leases import Leases
from services.chassis.projector import Projector
from services.chassis.testing.in_memory import InMemoryBroker
from services.chassis.testing.projection_suite import drain
from services.gateway.reporting.projections import counter_results, fleet, questionnaires
from tests.support.gateway import COUNTERS, DEVICES, FIGURES, OtherServices

READ = [
    (counter_results.COUNTER_RESULTS, FIGURES, "indicators", "block_released"),
    (counter_results.COUNTER_RESULTS, FIGURES, "indicators", "served_released"),
    (fleet.FLEET, DEVICES, "survey", "device_paired"),
    (fleet.FLEET, DEVICES, "survey", "device_bound"),
    (fleet.FLEET, DEVICES, "survey", "device_reported"),
    (fleet.FLEET, DEVICES, "survey", "device_revoked"),
    (fleet.FLEET, COUNTERS, "survey", "counter_opened"),
    (fleet.FLEET, COUNTERS, "survey", "counter_renamed"),
    (questionnaires.QUESTIONNAIRES, "survey.questionnaire.state.v1", "survey", "questionnaire_put_into_force"),
]


@pytest.mark.parametrize(
    ("projection", "topic", "service", "name"), READ, ids=lambda it: it if isinstance(it, str) else ""
)
def test_an_example_of_another_service_is_applied_and_not_parked(tmp_path, projection, topic, service, name):
    example = json.loads(Path(f"services/{service}/contract/{name}.v1.example.json").read_text())
    others = OtherServices()
    others.publish(topic, f"cchc.{service}.{name}.v1", "key", example)
    engine = open_database(f"sqlite:///{tmp_path / 'read.db'}")
    projector = Projector(engine, InMemoryBroker(others.log, waits=False), projection, Leases(engine, owner="tests"))
    drain(projector)
    assert projector.status().parked == 0
    projector.close()
    engine.dispose()

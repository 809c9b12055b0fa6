"""A worker and a relay of the distributed profile tell their health and what they measure on a port of their own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from cchc.catalog import SERVICES
from cchc.data_folder import DEFAULT_PACK
from cchc.processes import command_of
from services.chassis.identity.keys import load_or_create_signing_key
from services.chassis.settings import Environment
from tests.chaos.processes import Process
from tests.support.servers.kafka import KafkaServer
from tests.support.servers.ports import eventually


@pytest.fixture
def variables(tmp_path: Path, postgres_url: str, kafka: KafkaServer) -> dict[str, str]:
    load_or_create_signing_key(tmp_path / "keys" / "access-signing.jwk")
    return {
        "CCHC_SURVEY_DATABASE": postgres_url,
        "CCHC_PROFILE": "distributed",
        "CCHC_DATA": str(tmp_path),
        "CCHC_TENANT": "thang-binh",
        "CCHC_PACK": str(DEFAULT_PACK),
        "CCHC_KAFKA": kafka.bootstrap,
        "CCHC_LOG_LEVEL": "info",
    }


@contextmanager
def running(kind: str, variables: dict[str, str], log: Path) -> Iterator[httpx.Client]:
    """Run a process of survey's; its internal port is what it logs when it starts."""
    process = Process(kind, command_of(f"survey-{kind}", variables), variables, log)
    process.start()
    try:
        eventually(lambda: port_in(log, f"{kind}_started"), seconds=60)
        with httpx.Client(base_url=f"http://127.0.0.1:{port_in(log, f'{kind}_started')}", timeout=10) as client:
            yield client
    finally:
        process.stop()


def port_in(log: Path, event: str) -> int | None:
    lines = [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{") and line.endswith("}")]
    return next((int(line["port"]) for line in lines if line["event"] == event), None)


def test_a_worker_answers_on_its_internal_port(variables: dict[str, str], tmp_path: Path) -> None:
    with running("worker", variables, tmp_path / "worker.log") as client:
        assert client.get("/livez").json() == {"status": "live"}
        eventually(lambda: client.get("/readyz").status_code == 200)
        eventually(lambda: 'cchc_lease_epoch{lease="projection-' in client.get("/metrics").text)
        assert client.get("/control/projections").status_code == 401


def test_a_relay_answers_on_its_internal_port(variables: dict[str, str], tmp_path: Path) -> None:
    survey = SERVICES["survey"]
    survey.migrate(survey.settings(Environment(variables)))
    with running("relay", variables, tmp_path / "relay.log") as client:
        assert client.get("/livez").json() == {"status": "live"}
        eventually(lambda: client.get("/readyz").json()["checks"] == {"outbox": "ok", "log": "ok"})
        eventually(lambda: 'cchc_lease_epoch{lease="relay:survey"} 1.0' in client.get("/metrics").text)
        assert 'cchc_relay_lag{store="survey"} 0.0' in client.get("/metrics").text

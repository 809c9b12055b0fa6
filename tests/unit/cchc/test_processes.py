"""What runs in the distributed profile, and that the containers, the door and the databases are the same."""

from pathlib import Path

import httpx
import pytest
import yaml

from cchc.front import KIOSK_POLICY
from cchc.processes import DOOR, STREAMS, command_of, places, plans, url_variable
from cchc.servers import STREAM_LOG, database_variable, database_variables

ROOT = Path(__file__).parents[3]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
NOT_OURS = {"postgres", "kafka", "prepare", "backup"}


def test_every_process_has_a_container_and_no_container_is_without_one():
    assert set(COMPOSE["services"]) - NOT_OURS == {plan.name for plan in plans()}


@pytest.mark.parametrize("plan", [plan.name for plan in plans() if plan.name != DOOR])
def test_a_container_runs_the_process_of_its_name_under_limits_and_is_looked_after(plan):
    container = COMPOSE["services"][plan]
    assert container["command"] == ["run", plan]
    assert container["restart"] == "unless-stopped"
    assert container["deploy"]["resources"]["limits"]["memory"]
    assert container["healthcheck"]["test"]


def test_a_lost_store_can_be_put_back_though_nothing_is_prepared_without_it():
    assert set(COMPOSE["services"]["backup"]["depends_on"]) == {"postgres", "kafka"}


def test_every_store_and_every_place_is_named_to_the_containers():
    told = COMPOSE["x-app"]["environment"]
    assert set(database_variables().values()) | {database_variable(STREAM_LOG)} <= set(told)
    assert {url_variable(place) for place in places()} <= set(told)
    databases = (ROOT / "infra" / "postgres" / "databases.sh").read_text()
    secrets = (ROOT / "infra" / "secrets.sh").read_text()
    for store in (*database_variables(), STREAM_LOG):
        assert f" {store}" in databases
        assert f" {store.upper()}" in secrets


def test_nginx_knows_every_service_and_serves_the_kiosk_as_the_front_does():
    door = (ROOT / "infra" / "proxy" / "nginx.conf").read_text()
    named = door.split("?<service>")[1].split(")")[0].split("|")
    assert set(named) == {place for place in places() if place not in {"gateway", "streams"}}
    assert KIOSK_POLICY in (ROOT / "infra" / "proxy" / "kiosk-headers.conf").read_text()


def test_a_process_is_told_where_to_listen():
    web = command_of("survey-web", {"CCHC_HOST": "0.0.0.0", "PORT": "8000"})  # noqa: S104 - only compared
    assert "0.0.0.0:8000" in web
    assert "services.survey.app:create_app()" in web
    assert command_of("folder-relay", {})[-2:] == ["cchc.relay", "folder"]
    with pytest.raises(KeyError):
        command_of("survey-dance", {})


@pytest.mark.parametrize(("process", "option"), [("survey-web", "--keep-alive"), (STREAMS, "--timeout-keep-alive")])
def test_an_idle_connection_is_given_up_by_whoever_asks_and_never_under_a_request(process, option):
    command = command_of(process, {})
    kept_by_clients = httpx.Limits().keepalive_expiry
    assert kept_by_clients is not None
    assert float(command[command.index(option) + 1]) > 2 * kept_by_clients

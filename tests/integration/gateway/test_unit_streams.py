"""People read the channels of their units by the tokens that the gateway gives them, and no others."""

import httpx
import pytest

from services.chassis.testing.in_memory import InMemoryBroker
from services.gateway.directory.domain.people_commands import Wanted
from services.gateway.directory.people import NewPerson, register_person
from tests.integration.gateway.conftest import PASSWORD
from tests.support.stream_doors import served
from tests.support.stream_log import TASKS, a_stream_log


@pytest.fixture
def log(under_test, tmp_path):
    for unit_id in ("xa-binh-an", "xa-binh-tu"):
        task = {"task_id": f"viec-{unit_id}", "unit_id": unit_id, "title": "Rà soát", "at": "2021-06-18T08:00:00+07:00"}
        under_test.others.publish(TASKS, "cchc.tasks.task_assigned.v1", f"task-viec-{unit_id}", task)
    made = a_stream_log(tmp_path / "streams.db", InMemoryBroker(under_test.others.log, waits=False))
    made.catch_up()
    yield made
    made.close()


def token_of(under_test, role):
    """Give the token of somebody who holds a role in a commune and signed in."""
    people, site = under_test.gateway.access.people, under_test.gateway.site
    held = Wanted(role=role, unit_id="xa-binh-an", from_on=site.clock.business_now().date())
    _, link = register_person(people, NewPerson(user_name="can.bo", display_name="Cán bộ", appointments=(held,)))
    return site.tokens.token_for(site.sessions.find(people.invitations.accept(link, PASSWORD)))


@pytest.mark.parametrize("role", ["unit_clerk", "unit_head", "chairman", "inspector"])
def test_who_is_appointed_in_a_unit_reads_its_channel_and_no_others(under_test, log, role):
    bearer = {"Authorization": f"Bearer {token_of(under_test, role)}"}
    with served(under_test.gateway.streams) as url:
        own = httpx.get(f"{url}/streams/v1/tasks.xa-binh-an", headers=bearer)
        assert (own.status_code, [it["data"]["task_id"] for it in own.json()]) == (200, ["viec-xa-binh-an"])
        for channel in ("tasks.xa-binh-tu", "tasks", "figures"):
            refused = httpx.get(f"{url}/streams/v1/{channel}", headers=bearer)
            assert (refused.status_code, refused.json()["code"]) == (403, "unit_not_yours")


def test_who_keeps_a_counter_reads_no_channel(under_test, log):
    bearer = {"Authorization": f"Bearer {token_of(under_test, 'counter_officer')}"}
    with served(under_test.gateway.streams) as url:
        refused = httpx.get(f"{url}/streams/v1/tasks.xa-binh-an", headers=bearer)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")

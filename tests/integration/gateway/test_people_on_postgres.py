"""People and programs on PostgreSQL: the same rules, the same tables, and races that are decided again."""

import threading
from dataclasses import replace

import pytest

from services.chassis.identity import Appointment
from services.gateway.directory.clients import register_client, revoke_client
from services.gateway.directory.domain.client import RegisterClient
from services.gateway.directory.domain.people_commands import Wanted
from services.gateway.directory.people import NewPerson, appoint, erase_person, names_of, register_person
from services.gateway.identity.errors import UserNameTaken
from services.gateway.identity.set_up import CompleteSetUp
from tests.integration.gateway.conftest import PASSWORD, USER_NAME
from tests.support.gateway import a_gateway, settings_in

AN = NewPerson(user_name="nguyen.van.an", display_name="Nguyễn Văn An")


@pytest.fixture
def under_test(postgres_url, tmp_path):
    made = a_gateway(tmp_path, settings=settings_in(tmp_path, database=postgres_url, read_database=postgres_url))
    set_up = made.gateway.site.set_up
    set_up.complete(
        CompleteSetUp(token=set_up.issue_link(), user_name=USER_NAME, display_name="Phòng Nội vụ", password=PASSWORD)
    )
    yield made
    made.close()


@pytest.fixture
def access(under_test):
    return under_test.gateway.access


def a_role(access, role="unit_head", unit_id="xa-binh-an"):
    return Wanted(role=role, unit_id=unit_id, from_on=access.people.clock.business_now().date())


def test_a_person_comes_holds_a_role_and_is_erased(access):
    people = access.people
    person_id, token = register_person(people, replace(AN, appointments=(a_role(access),)))
    assert people.invitations.accept(token, PASSWORD)
    assert access.standing(person_id) == {Appointment("unit_head", "xa-binh-an")}
    assert names_of(people, people.register.person(person_id))[person_id].display_name == AN.display_name
    erase_person(people, person_id)
    assert (access.standing(person_id), set(people.keys.find(person_id))) == (frozenset(), set())


def test_a_user_name_that_is_taken_leaves_nothing_behind(access):
    register_person(access.people, AN)
    before = access.people.streams.store.last_position(), len(access.people.keys.find())
    with pytest.raises(UserNameTaken):
        register_person(access.people, AN)
    assert (access.people.streams.store.last_position(), len(access.people.keys.find())) == before


def test_three_who_appoint_at_once_all_succeed(access):
    people = access.people
    person_id, _ = register_person(people, AN)
    roles = ["unit_head", "unit_clerk", "inspector"]
    start, failed = threading.Barrier(len(roles)), []

    def give(role):
        start.wait()
        try:
            appoint(people, person_id, a_role(access, role))
        except Exception as error:  # noqa: BLE001 - the test tells of it
            failed.append(error)

    threads = [threading.Thread(target=give, args=(role,)) for role in roles]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    held = people.register.person(person_id).appointments
    assert ([*failed], sorted(term.n for term in held), {term.role for term in held}) == ([], [1, 2, 3], set(roles))


def test_a_program_comes_and_goes(access):
    clients = access.clients
    command = RegisterClient(
        client_id="so-noi-vu",
        name="Sở Nội vụ",
        public_jwk=None,
        scopes=("streams:read",),
        appointments=(a_role(access, "provincial_reader", "*"),),
        at=clients.clock.business_now(),
    )
    _, secret = register_client(clients, command)
    assert access.secret_belongs("so-noi-vu", secret)
    assert access.granted("so-noi-vu").roles == {"provincial_reader"}
    revoke_client(clients, "so-noi-vu")
    assert not access.secret_belongs("so-noi-vu", secret)
    assert access.granted("so-noi-vu") is None


def test_an_id_that_no_database_keeps_is_no_programs(client):
    told = {"grant_type": "client_credentials", "client_id": "so\0", "client_secret": "x"}
    assert client.post("/api/directory/v1/token", data=told).json["code"] == "client_secret_invalid"

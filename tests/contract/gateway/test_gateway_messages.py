"""What the gateway publishes keeps its schemas; each schema's example is what a reader meets."""

import json
from datetime import date, timedelta
from pathlib import Path

import jsonschema
import msgspec
import pytest

from services.chassis.envelope import decode
from services.gateway.directory.clients import register_client, revoke_client
from services.gateway.directory.domain.client import RegisterClient
from services.gateway.directory.domain.people_commands import DelegateRole, EndAppointment, EndDelegation, Wanted
from services.gateway.directory.domain.person import end_appointment, end_delegation
from services.gateway.directory.pack import read_record
from services.gateway.directory.people import NewPerson, change_person, delegate, erase_person, register_person
from services.gateway.identity.set_up import CompleteSetUp
from services.gateway.identity.sign_in import AttemptSignIn, SignInRefused
from tests.support.gateway import a_gateway

DAY = timedelta(days=1)
UNTIL = date(2021, 6, 28)
CONTRACT = Path("services/gateway/contract")
NAMES = sorted(path.name.removesuffix(".v1.schema.json") for path in CONTRACT.glob("*.schema.json"))


def schema_of(name):
    return json.loads((CONTRACT / f"{name}.v1.schema.json").read_text())


def refuse_wrong(name, data):
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(schema_of(name), format_checker=checker).validate(data)


@pytest.mark.parametrize("name", NAMES)
def test_each_example_keeps_its_schema(name):
    refuse_wrong(name, json.loads((CONTRACT / f"{name}.v1.example.json").read_text()))


def test_the_example_of_a_unit_is_read_by_the_reporting_side():
    example = json.loads((CONTRACT / "unit_recorded.v1.example.json").read_text())
    assert read_record(example).succeeded_by[0].unit_id == "xa-binh-phu"


def set_up_everything_else(access, password):
    """Let people and a program come and go, so that every message about them is sent."""
    people, clients, day, at = access.people, access.clients, date(2021, 6, 18), people_at(access)
    head = Wanted(role="unit_head", unit_id="xa-binh-an", from_on=day)
    (first, token), (second, _) = (
        register_person(people, NewPerson(user_name=f"can.bo.{n}", display_name=f"Cán bộ {n}", appointments=(head,)))
        for n in (1, 2)
    )
    session = people.invitations.accept(token, password)
    lent = DelegateRole(role="unit_head", unit_id="xa-binh-an", to_person_id=second, from_on=day, to_on=UNTIL, at=at)
    delegate(people, first, lent)
    change_person(people, first, lambda state: end_delegation(state, EndDelegation(n=1, on=UNTIL - DAY, at=at)))
    change_person(people, first, lambda state: end_appointment(state, EndAppointment(n=1, on=UNTIL, at=at)))
    erase_person(people, second)
    reader = Wanted(role="provincial_reader", unit_id="*", from_on=day)
    wanted = RegisterClient(
        client_id="so-noi-vu",
        name="Sở Nội vụ",
        public_jwk=None,
        scopes=("streams:read",),
        appointments=(reader,),
        at=at,
    )
    register_client(clients, wanted)
    revoke_client(clients, "so-noi-vu")
    return session


def people_at(access):
    return access.people.clock.business_now()


def test_everything_published_keeps_its_schema(tmp_path):
    made = a_gateway(tmp_path)
    set_up = made.gateway.site.set_up
    password = "một câu dài dễ nhớ 53"
    set_up.complete(
        CompleteSetUp(token=set_up.issue_link(), user_name="nguyen.an", display_name="An", password=password)
    )
    sign_in = made.gateway.site.sign_in
    sign_in.attempt(AttemptSignIn(user_name="nguyen.an", password=password, address="::1"))
    head = set_up_everything_else(made.gateway.access, password)
    client = made.gateway.app.test_client()
    client.set_cookie("session", head)
    assert client.get("/people/clients").status_code == 403
    for user_name in ("nguyen.an", "khong.co.ai"):
        with pytest.raises(SignInRefused):
            sign_in.attempt(AttemptSignIn(user_name=user_name, password="sai", address="::1"))
    published = [decode(row.value) for row in made.gateway.store.read_outbox(0, 1000)]
    made.close()
    assert {event.type for event in published} == {f"cchc.directory.{name}.v1" for name in NAMES}
    for event in published:
        refuse_wrong(event.type.split(".")[2], msgspec.json.decode(event.data))

"""What the gateway publishes keeps its schemas; each schema's example is what a reader meets."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from services.chassis.envelope import decode
from services.gateway.directory.pack import read_record
from services.gateway.identity.set_up import CompleteSetUp
from services.gateway.identity.sign_in import AttemptSignIn, SignInRefused
from tests.support.gateway import a_gateway

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


def test_everything_published_keeps_its_schema(tmp_path):
    made = a_gateway(tmp_path)
    set_up = made.gateway.site.set_up
    password = "một câu dài dễ nhớ 53"
    set_up.complete(
        CompleteSetUp(token=set_up.issue_link(), user_name="nguyen.an", display_name="An", password=password)
    )
    sign_in = made.gateway.site.sign_in
    sign_in.attempt(AttemptSignIn(user_name="nguyen.an", password=password, address="::1"))
    for user_name in ("nguyen.an", "khong.co.ai"):
        with pytest.raises(SignInRefused):
            sign_in.attempt(AttemptSignIn(user_name=user_name, password="sai", address="::1"))
    published = [decode(row.value) for row in made.gateway.store.read_outbox(0, 1000)]
    made.close()
    assert {event.type for event in published} == {f"cchc.directory.{name}.v1" for name in NAMES}
    for event in published:
        refuse_wrong(event.type.split(".")[2], msgspec.json.decode(event.data))

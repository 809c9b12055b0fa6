"""The published documents of the streams are valid, whole, and true."""

import json
import re
from pathlib import Path

import jsonschema
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic_asyncapi.v3 import AsyncAPI

from cchc.docs.__main__ import PAGES
from services.gateway.streams.asyncapi import asyncapi_document
from services.gateway.streams.channels import STREAM_OF_TOPIC, STREAMS
from services.gateway.streams.contracts import stream_contracts
from services.gateway.streams.openapi import openapi_document

ASYNCAPI = asyncapi_document()
MESSAGES = ASYNCAPI["components"]["messages"]
CONTRACTS = Path(__file__).parents[3] / "services"


def test_the_asyncapi_document_is_valid():
    read = AsyncAPI.model_validate(ASYNCAPI)
    assert set(read.channels) == {f"{stream}{kind}" for stream in STREAMS for kind in ("Topic", "Door")}


def test_every_reference_of_the_asyncapi_document_leads_somewhere():
    for reference in re.findall(r'"\$ref": "(#/[^"]+)"', json.dumps(ASYNCAPI)):
        found = ASYNCAPI
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        assert found


def test_every_contract_of_a_streams_topic_is_a_message_of_the_document():
    written = {
        path.name.removesuffix(".schema.json")
        for path in CONTRACTS.glob("*/contract/*.schema.json")
        if json.loads(path.read_text("utf-8"))["x-topic"] in STREAM_OF_TOPIC
    }
    assert {name.split(".", 1)[1] for name in MESSAGES} == written
    assert {"block_released.v1", "served_released.v1"} <= written


@pytest.mark.parametrize("name", MESSAGES)
def test_the_example_of_a_message_fits_its_schema(name):
    schema = MESSAGES[name]["payload"]["schema"]
    jsonschema.Draft202012Validator.check_schema(schema)
    for example in MESSAGES[name]["examples"]:
        jsonschema.Draft202012Validator(schema).validate(example["payload"])


@pytest.mark.parametrize("name", MESSAGES)
def test_a_reader_has_to_take_fields_that_are_new(name):
    schema, (example,) = MESSAGES[name]["payload"]["schema"], MESSAGES[name]["examples"]
    newer = {**example["payload"], "data": {**example["payload"]["data"], "not_yet_known": 1}}
    jsonschema.Draft202012Validator(schema).validate(newer)


def test_the_openapi_document_is_valid():
    OpenAPIV31SpecValidator(openapi_document()).validate()


def test_every_operation_is_described_and_names_its_problems():
    for address, operations in openapi_document()["paths"].items():
        operation = operations["get"]
        assert operation["summary"], address
        assert {"400", "413", "500", "503"} <= operation["responses"].keys(), address


def test_the_example_of_the_feed_fits_its_schema():
    document = openapi_document()
    content = document["paths"]["/streams/v1/{channel}"]["get"]["responses"]["200"]["content"]
    for event in content["application/cloudevents-batch+json"]["example"]:
        jsonschema.Draft202012Validator(document["components"]["schemas"]["Event"]).validate(event)


def test_every_stream_has_a_contract_of_its_own():
    assert {STREAM_OF_TOPIC[it.topic] for it in stream_contracts()} == set(STREAMS)


def test_the_asyncapi_document_is_among_the_pages_that_are_kept_fresh():
    assert json.loads(PAGES["asyncapi.json"]()) == ASYNCAPI

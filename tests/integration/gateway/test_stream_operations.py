"""Every published operation of the streams is answered as its document says, and no input brings a 5xx."""

import warnings

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode

from services.chassis.testing.in_memory import InMemoryBroker
from services.gateway.streams import reading
from services.gateway.streams.channel_routes import channel_routes
from services.gateway.streams.openapi import openapi_document
from tests.support.published import CHECKS
from tests.support.stream_doors import stream_doors
from tests.support.stream_log import a_stream_log, described_services

EXAMPLES = 12
VALID = {
    "GET /streams/v1": {},
    "GET /streams/v1/openapi.json": {},
    "GET /streams/v1/asyncapi.json": {},
    "GET /streams/v1/chain.json": {},
    "GET /streams/v1/{channel}": {"path_parameters": {"channel": "figures"}, "query": {"limit": 2}},
    "GET /streams/v1/{channel}/snapshot": {"path_parameters": {"channel": "figures.xa-an"}},
    "GET /streams/v1/{channel}/completeness": {
        "path_parameters": {"channel": "tasks"},
        "query": {"period": "2021-06"},
    },
}
"""One valid request each; the line that stays open is read in the tests of the doors."""

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    OPERATIONS = {
        found.ok().label: found.ok()
        for found in schemathesis.openapi.from_dict(openapi_document()).get_all_operations()
    }


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    services = described_services()
    for nth in range(4):
        services.release("xa-an")
        services.assign(f"t{nth}", "xa-binh")
    log = a_stream_log(tmp_path_factory.mktemp("log") / "streams.db", InMemoryBroker(services.log, waits=False))
    log.catch_up()
    with stream_doors(log.engine) as doors:
        yield doors
    log.close()


def base_of(opened):
    return opened.url.removesuffix("/streams/v1")


def test_there_is_a_valid_request_for_every_operation_that_answers_and_closes():
    assert set(VALID) == set(OPERATIONS) - {"GET /streams/v1/{channel}/sse"}


def test_every_address_that_is_served_is_published(opened):
    served = {f"GET {route.path}" for route in channel_routes(opened.doors)}
    assert served == set(OPERATIONS)


@pytest.mark.parametrize("label", VALID)
def test_every_operation_reaches_a_200_that_fits_its_schema(opened, label):
    case = OPERATIONS[label].Case(**VALID[label], headers=opened.headers())
    answer = case.call(base_url=base_of(opened))
    assert answer.status_code == 200, answer.text
    case.validate_response(answer, checks=CHECKS)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
@pytest.mark.parametrize("label", [label for label in VALID if "{" in label])
def test_no_input_brings_the_streams_to_a_5xx_or_an_undocumented_status(opened, label, mode):
    callers = st.sampled_from([{}, opened.headers(), opened.headers("unit_clerk@xa-an"), {"Authorization": "Bearer x"}])

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode), caller=callers)
    def run(case, caller):
        case.query = {name: value for name, value in (case.query or {}).items() if name != "wait"}
        answer = case.call(base_url=base_of(opened), headers=caller)
        case.validate_response(answer, checks=CHECKS)

    run()


def test_a_failure_says_only_that_it_failed_and_its_name_in_the_log(opened, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("a mistake with secrets")

    monkeypatch.setattr(reading, "_head", fail)
    answer = opened.get("/figures")
    assert answer.status_code == 500
    assert set(answer.json()) == {"type", "title", "status", "code", "request_id"}
    assert answer.json()["code"] == "internal_failure"

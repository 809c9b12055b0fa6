"""The rolling hash is made as published, and the vectors were made by another program in another language."""

import json
from datetime import date
from pathlib import Path

import msgspec
import pytest

from services.chassis.envelope import CloudEvent
from services.chassis.http.refusals import FieldsInvalid
from services.gateway.streams.chain import beginning_of, canonical, digest_of, linked
from services.gateway.streams.channels import Channel, channel_of
from services.gateway.streams.contracts import chain_vectors
from services.gateway.streams.errors import ChannelUnknown
from services.gateway.streams.tokens import Token, read_token
from services.gateway.streams.unit_tree import Parent, UnitTree
from tests.support.stream_log import Subscriber

VECTORS = chain_vectors()["vectors"]
MESSAGES = [message for vector in VECTORS for message in vector["messages"]]


def an_event(message):
    event = message["event"]
    told = {name: event[name] for name in ("id", "source", "type", "subject", "time")}
    return CloudEvent(number="1", incarnation="x", data=msgspec.Raw(json.dumps(event["data"]).encode()), **told)


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: message["event"]["id"])
def test_a_messages_digest_is_that_of_the_vectors(message):
    assert digest_of(an_event(message)).hex() == message["digest"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["channel"])
def test_the_chain_is_that_of_the_vectors(vector):
    reached = beginning_of(vector["channel"])
    assert reached.hex() == vector["hash_before"]
    for message in vector["messages"]:
        reached = linked(reached, bytes.fromhex(message["digest"]))
        assert reached.hex() == message["hash_after"]


def test_the_tests_own_subscriber_comes_to_the_same_hash():
    subscriber = Subscriber(VECTORS[0]["channel"])
    for message in (MESSAGES[0], MESSAGES[2]):
        before = subscriber.hash
        subscriber.take(message["event"])
        assert subscriber.hash == linked(bytes.fromhex(before), bytes.fromhex(message["digest"])).hex()


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1"), (-0.0, "0"), (1e-5, "0.00001"), (1.5e-6, "0.0000015"), (1e-7, "1e-7"), (1e21, "1e+21"), (0.1, "0.1")],
)
def test_numbers_are_written_as_javascript_does(value, text):
    assert canonical(value) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_know_is_refused(value):
    with pytest.raises(ValueError, match="no such number"):
        canonical(value)


def test_the_vectors_are_published_in_the_contract_folder():
    assert (Path(__file__).parents[3] / "services/gateway/contract/stream-chain.v1.vectors.json").exists()


@pytest.mark.parametrize("written", ["figures", "tasks.xa-binh-an", "reports.tt-ha-lam"])
def test_a_channels_id_reads_back(written):
    assert channel_of(written).id == written


@pytest.mark.parametrize("written", ["", "scores", "figures.", "figures.XA", "figures.a.b", "figures/..", "figures.\n"])
def test_an_id_of_no_channel_is_refused(written):
    with pytest.raises(ChannelUnknown):
        channel_of(written)


def test_a_token_reads_back_and_fits_its_own_hash_alone():
    token = read_token(str(Token.at(2, 17, b"\x01" * 32)))
    assert token == Token(2, 17, "01" * 8)
    assert token.fits(b"\x01" * 32)
    assert not token.fits(b"\x02" * 32)


@pytest.mark.parametrize(
    "written", ["x", "1.2", "0.1.0123456789abcdef", "1.1.0123", "1.-1.0123456789abcdef", "1.१.0123456789abcdef"]
)
def test_what_is_no_token_is_refused(written):
    with pytest.raises(FieldsInvalid):
        read_token(written)


def test_a_dissolved_unit_is_still_read_by_those_above_where_it_stood_last():
    tree = UnitTree(
        {
            "tinh": (),
            "huyen": (Parent("tinh", None, date(2025, 7, 1)),),
            "xa": (Parent("huyen", None, date(2025, 1, 1)),),
        }
    )
    assert tree.last_chain("xa", date(2026, 1, 1)) == ["xa", "huyen", "tinh"]
    assert tree.chain("xa", date(2026, 1, 1)) == (["xa"], None)
    assert tree.tops(date(2021, 1, 1)) == {"tinh"}


def test_a_loop_of_units_ends():
    tree = UnitTree({"a": (Parent("b"),), "b": (Parent("a"),)})
    assert tree.chain("a", date(2021, 1, 1)) == (["a", "b"], None)
    assert tree.last_chain("a", date(2021, 1, 1)) == ["a", "b"]
    assert Channel("figures", "a").id == "figures.a"

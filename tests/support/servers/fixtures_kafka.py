"""Fixtures of the broker: one for all tests that are kind to it, and one for a module that is not."""

from collections.abc import Iterator

import pytest

from tests.support.servers.kafka import KafkaServer, LocalKafka, kafka_server, local_kafka


@pytest.fixture(scope="session", name="kafka")
def one_kafka() -> Iterator[KafkaServer]:
    with kafka_server() as server:
        yield server


@pytest.fixture(scope="module", name="unlucky_kafka")
def kafka_to_be_killed() -> Iterator[LocalKafka]:
    with local_kafka() as server:
        yield server

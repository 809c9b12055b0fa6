"""What is known to be wrong with Kafka's client, and kept from doing harm."""

import gc

from kafka.protocol.api_header import ResponseClassRegistry
from kafka.protocol.consumer import FetchResponse

from services.chassis.broker.kafka import KafkaBroker


def test_the_classes_of_answers_are_made_before_two_threads_can_make_the_same_one():
    kept = dict(FetchResponse._VERSIONS)
    FetchResponse._VERSIONS.clear()
    KafkaBroker("localhost:9")
    del kept
    made = dict(FetchResponse._VERSIONS)
    gc.collect()
    assert set(made) == set(range(len(FetchResponse)))
    for registered in ResponseClassRegistry._response_class_registry.values():
        assert len(registered[None]) > 0
    assert all(FetchResponse[version] is known for version, known in made.items())
    assert FetchResponse._struct._data_class is FetchResponse

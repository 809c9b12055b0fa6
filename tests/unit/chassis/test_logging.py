import errno
import io
import json
import logging

import pytest
import structlog

from services.chassis.logging import LibraryLines, configure_logging, get_logger


@pytest.fixture
def lines():
    return lambda log_level="info": _set_up(io.BytesIO(), log_level)


@pytest.fixture(autouse=True)
def _as_before():
    before, handlers, level = structlog.get_config(), logging.root.handlers[:], logging.root.level
    yield
    structlog.configure(**before)
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)


def _set_up(stream, level):
    configure_logging("survey", level=level, stream=stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_is_json_with_time_level_service_and_event_first(lines):
    read = lines()
    get_logger().info("batch_recorded", device_id="dev_1", ballots=3)
    (line,) = read()
    assert list(line) == ["at", "level", "service", "event", "device_id", "ballots"]
    assert (line["level"], line["service"], line["event"]) == ("info", "survey", "batch_recorded")


def test_a_line_below_the_level_is_not_written(lines):
    read = lines("warning")
    get_logger().info("batch_recorded")
    assert read() == []


def test_what_libraries_say_comes_as_json_too(lines):
    read = lines()
    logging.getLogger("kafka.client").warning("node %s is away", 1)
    (line,) = read()
    assert (line["event"], line["logger"], line["message"]) == ("library_said", "kafka.client", "node 1 is away")


def test_what_a_library_says_again_and_again_comes_once_a_minute(lines):
    read, now = lines(), [0.0]
    logging.root.handlers[:] = [LibraryLines(lambda: now[0])]
    library = logging.getLogger("kafka.client")
    for minute in (0, 60):
        now[0] = minute
        for node in (1, 2, 3):
            library.warning("node %s is away", node)
    library.warning("no node is left")
    said = [(line["message"], line.get("left_out")) for line in read()]
    assert said == [("node 1 is away", None), ("node 1 is away", 2), ("no node is left", None)]


def test_every_exception_of_a_library_comes(lines):
    read = lines()
    for what in ("first", "second"):
        logging.getLogger("gunicorn.error").error("it failed", exc_info=ValueError(what))
    assert ["first" in read()[0]["exception"], "second" in read()[1]["exception"]] == [True, True]


def test_an_exception_brings_its_trace(lines):
    read = lines()
    get_logger().error("relay_failed", exc_info=ValueError("what"))
    assert "ValueError: what" in read()[0]["exception"]


def test_values_that_json_does_not_know_are_written_as_text(lines):
    read = lines()
    get_logger().info("store_opened", path=io.BytesIO)
    assert "BytesIO" in read()[0]["path"]


class FullDisk(io.BytesIO):
    """Takes nothing while it is full."""

    full = True

    def write(self, line):
        if self.full:
            raise OSError(errno.ENOSPC, "no space left on device")
        return super().write(line)


def test_a_line_that_finds_no_room_is_lost_and_stops_nothing():
    stream = FullDisk()
    read = _set_up(stream, "info")
    get_logger().info("batch_recorded", ballots=1)
    stream.full = False
    get_logger().info("batch_recorded", ballots=2)
    assert [line["ballots"] for line in read()] == [2]

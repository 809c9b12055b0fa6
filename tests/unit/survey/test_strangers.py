"""Somebody hears of tablets that are not paired, and nobody can fill the log with them."""

import pytest
from structlog.testing import capture_logs

from services.chassis.metrics import UNKNOWN_DEVICES, Metrics
from services.survey.adapters.strangers import MOST_NAMED, SILENCE, Strangers
from tests.support.fixed_clock import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def metrics() -> Metrics:
    return Metrics()


@pytest.fixture
def strangers(clock: FixedClock, metrics: Metrics) -> Strangers:
    return Strangers(clock, metrics)


def test_a_tablet_is_named_once_in_ten_minutes_and_every_request_is_counted(
    strangers: Strangers, clock: FixedClock, metrics: Metrics
) -> None:
    with capture_logs() as lines:
        for _ in range(3):
            strangers.note("dev_ABCD2345")
        clock.move(SILENCE.total_seconds())
        strangers.note("dev_ABCD2345")
    said = {"event": "device_unknown", "device_id": "dev_ABCD2345", "log_level": "warning"}
    assert lines == [said, said]
    assert metrics.registry.get_sample_value(f"{UNKNOWN_DEVICES.name}_total") == 4


def test_made_up_ids_do_not_fill_the_log(strangers: Strangers) -> None:
    with capture_logs() as lines:
        for number in range(3 * MOST_NAMED):
            strangers.note(f"dev_{number:08}")
    assert len(lines) == MOST_NAMED


@pytest.mark.parametrize("device_id", ["", "dev_1", "dev_ABCD2345\n", "Nguyễn Văn A", "x" * 10_000])
def test_what_is_no_tablets_name_is_counted_and_not_written_down(
    strangers: Strangers, metrics: Metrics, device_id: str
) -> None:
    with capture_logs() as lines:
        strangers.note(device_id)
    assert lines == []
    assert metrics.registry.get_sample_value(f"{UNKNOWN_DEVICES.name}_total") == 1

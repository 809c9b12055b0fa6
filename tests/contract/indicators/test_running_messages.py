"""What leaves about running figures and dossiers keeps its own contract."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from services.chassis.envelope import decode
from services.chassis.ids import new_id
from services.chassis.testing.in_memory import InMemoryEventStore
from services.indicators.domain.intake import INITIAL, TakeDossierBatch, take
from services.indicators.domain.intake_events import ControlTotals
from services.indicators.domain.running.shares import Sums
from services.indicators.projections.running_announcing import MovedFigure
from services.indicators.published_events import FigureMessages, Publisher
from tests.support.fixed_clock import FixedClock

CONTRACT = Path(__file__).parents[3] / "services/indicators/contract"
CLOCK = FixedClock(datetime(2026, 3, 2, 1, 23, 45, tzinfo=UTC), shift=timedelta(days=-1718))


def valid(value: bytes | None) -> dict:
    """Hold a message against its schema, and give what it says."""
    assert value is not None
    event = decode(value)
    schema = json.loads((CONTRACT / f"{event.type.removeprefix('cchc.indicators.')}.schema.json").read_text())
    data = json.loads(bytes(event.data))
    Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER).validate(data)
    return data


@pytest.mark.parametrize(
    ("indicator", "sums", "value"),
    [
        ("TASKS_ON_TIME", Sums(1, 4), 25.0),
        ("TASKS_ON_TIME", Sums(0, 0), None),
        ("TASKS_OVERDUE", Sums(0, 0), 0.0),
        ("HANDLING_TIME_MEAN", Sums(9, 2), 4.5),
        ("A_REGISTERS_COUNT", Sums(7, 0), 7.0),
    ],
)
def test_a_moved_figure_is_told_with_its_sums_and_its_value(indicator, sums, value):
    messages = FigureMessages(tenant="test", store=InMemoryEventStore(), clock=CLOCK, new_id=new_id)
    figure = MovedFigure(indicator=indicator, unit_id="xa-a", month="2021-06", sums=sums, as_of=date(2021, 6, 18))
    message = messages.moved(figure)
    said = valid(message.value)
    assert (said["value"], said["numerator"], said["denominator"]) == (value, *sums)
    assert said["at"].startswith("2021-06-18T")
    assert message.key == f"figure-{indicator}-xa-a"


@pytest.mark.parametrize("more", [{}, {"solved_on": "2021-06-09", "apology_sent_on": "2021-06-08", "new_due_dates": 1}])
def test_a_dossier_is_told_in_the_order_of_its_one_stop(more):
    row = {"dossier_id": "h-1", "received_on": "2021-06-01", "due_on": "2021-06-10", **more}
    command = TakeDossierBatch(
        batch_id="b",
        one_stop_id="xa-a",
        totals=ControlTotals(count=1, solved=int("solved_on" in more)),
        rows=(row,),
        today=date(2021, 6, 18),
        at=CLOCK.business_now(),
    )
    publish = Publisher("test", UUID(int=1), CLOCK, new_id)
    messages = publish("dossierbatch-xa-a.b", take(INITIAL, command), first_version=0, after=None)
    assert [message.key for message in messages] == ["dossiers-xa-a"]
    assert valid(messages[0].value)["dossier_id"] == "h-1"

"""Which private facts become public messages, one by one. What is not listed here stays inside.

Nobody but this service and the figure folder may read ballot messages; the fleet sees sequence and contact, no score.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from services.chassis.broker.port import Topic
from services.chassis.clock import Clock
from services.chassis.domain import Event
from services.chassis.envelope import partition_of
from services.chassis.event_store.port import NewMessage
from services.chassis.ids import NewId
from services.chassis.publishing import Message, MessageWriter, Said, plain
from services.survey.domain import ballot_events as ballots
from services.survey.domain import events

BALLOTS = "survey.ballot.events.v1"
DEVICES = "survey.device.events.v1"
COUNTERS = "survey.counter.events.v1"
QUESTIONNAIRES = "survey.questionnaire.state.v1"
SURVEYS = "survey.survey.events.v1"
QUARANTINE = "survey.quarantine.events.v1"

TOPICS = (
    Topic(name=BALLOTS),
    Topic(name=DEVICES),
    Topic(name=COUNTERS),
    Topic(name=QUESTIONNAIRES, compacted=True),
    Topic(name=SURVEYS),
    Topic(name=QUARANTINE),
)
"""Every topic that this service writes."""


def _cast(event: ballots.BallotCast, _said: Said) -> Mapping[str, object]:
    return {
        "ballot_id": event.ballot_id,
        "one_stop_id": event.one_stop_id,
        "counter_id": event.counter_id,
        "field": event.field,
        "family": event.family,
        "questionnaire": event.questionnaire,
        "score": event.score,
        "reasons": event.reasons,
        "day": event.day,
        "counted": event.counted,
        "not_counted_because": event.not_counted_because,
    }


def _enveloped(event: ballots.EnvelopeQuarantined, said: Said) -> Mapping[str, object]:
    return {
        "device_id": said.name,
        "version": said.version,
        "entry_id": event.receipt.entry_id,
        "seq": event.receipt.seq,
        "because": event.because,
        "at": event.receipt.received_at,
    }


def _bound(event: events.DevicePaired | events.DeviceBound, said: Said) -> Mapping[str, object]:
    return {
        "device_id": said.name,
        "counter_id": event.counter_id,
        "one_stop_id": event.one_stop_id,
        "counter_name": event.counter_name,
        "at": event.at,
    }


def _opened(event: events.CounterOpened, _said: Said) -> Mapping[str, object]:
    return {
        "counter_id": event.counter_id,
        "unit_id": event.unit_id,
        "one_stop_id": event.one_stop_id,
        "name": event.name,
        "name_en": event.name_en,
        "fields": event.fields,
        "on": event.on,
    }


def _served(event: events.ServedCounted, _said: Said) -> Mapping[str, object]:
    return {
        "one_stop_id": event.one_stop_id,
        "counter_id": event.counter_id,
        "day": event.day,
        "field": event.field,
        "served": event.served,
        "session_id": event.session_id,
    }


def _in_force(event: events.QuestionnairePutIntoForce, said: Said) -> Mapping[str, object]:
    state = said.after
    return {
        "code": state.code,
        "version": state.version,
        "hash": state.hash,
        "family": state.family,
        "content": state.content,
        "in_force_from": event.in_force_from,
    }


def _survey(event: events.SurveyOpened, _said: Said) -> Mapping[str, object]:
    return {
        "survey_id": event.survey_id,
        "family": event.family,
        "opens_on": event.opens_on,
        "closes_on": event.closes_on,
    }


_HASH_KEY: Callable[[Any, Said], str] = lambda _event, said: said.after.hash  # noqa: E731 - a table's cell
_COUNTER_KEY: Callable[[Any, Said], str] = lambda event, _said: f"counter-{event.counter_id}"  # noqa: E731

MESSAGES: Mapping[type[Event], Message] = {
    ballots.BallotCast: Message(topic=BALLOTS, fact="ballot_cast", data=_cast),
    ballots.BallotChanged: Message(topic=BALLOTS, fact="ballot_changed", data=plain("ballot_id", "score", "day")),
    ballots.BallotFollowedUp: Message(topic=BALLOTS, fact="ballot_followed_up", data=plain("ballot_id", "reasons")),
    ballots.BallotQuarantined: Message(topic=BALLOTS, fact="ballot_quarantined", data=plain("ballot_id", "because")),
    ballots.BallotReleased: Message(topic=BALLOTS, fact="ballot_released", data=plain("ballot_id")),
    ballots.BallotAttributed: Message(topic=BALLOTS, fact="ballot_attributed", data=plain("ballot_id", "field")),
    ballots.EnvelopeQuarantined: Message(topic=QUARANTINE, fact="envelope_quarantined", data=_enveloped),
    events.DevicePaired: Message(topic=DEVICES, fact="device_paired", data=_bound),
    events.DeviceBound: Message(topic=DEVICES, fact="device_bound", data=_bound),
    events.DeviceRevoked: Message(topic=DEVICES, fact="device_revoked", data=plain("at", device_id="")),
    events.CounterOpened: Message(topic=COUNTERS, fact="counter_opened", data=_opened),
    events.CounterMoved: Message(
        topic=COUNTERS, fact="counter_moved", data=plain("unit_id", "one_stop_id", "on", counter_id="")
    ),
    events.CounterRenamed: Message(
        topic=COUNTERS, fact="counter_renamed", data=plain("name", "name_en", "on", counter_id="")
    ),
    events.CounterClosed: Message(topic=COUNTERS, fact="counter_closed", data=plain("on", counter_id="")),
    events.ServedCounted: Message(topic=COUNTERS, fact="served_counted", data=_served, key=_COUNTER_KEY),
    events.QuestionnairePutIntoForce: Message(
        topic=QUESTIONNAIRES, fact="questionnaire_put_into_force", data=_in_force, key=_HASH_KEY
    ),
    events.SurveyOpened: Message(topic=SURVEYS, fact="survey_opened", data=_survey),
    events.SurveyClosed: Message(topic=SURVEYS, fact="survey_closed", data=plain("closed_on", survey_id="")),
}


_as_json = msgspec.json.Encoder()


class Publisher(MessageWriter):
    """Writes the service's public messages of one tenant, in one life of the store."""

    def __init__(self, tenant: str, incarnation: UUID, clock: Clock, new_id: NewId) -> None:
        """Name the tenant and the life of the store."""
        super().__init__(MESSAGES, tenant=tenant, service="survey", incarnation=incarnation, clock=clock, new_id=new_id)

    def device_reported(self, report: events.DeviceReported) -> NewMessage:
        """Write how a tablet stands. It is a message without a fact: only the newest one matters."""
        key = f"device-{report.device_id}"
        value = self.write("device_reported", key, key, msgspec.Raw(_as_json.encode(report)), version=None)
        return NewMessage(topic=DEVICES, partition=partition_of(key), key=key, value=value)

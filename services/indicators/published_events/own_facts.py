"""What leaves the service's own store: which fact says what, on which topic."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.chassis.clock import Clock
from services.chassis.domain import Event
from services.chassis.ids import NewId
from services.chassis.publishing import Message, MessageWriter, Said, Saying, plain
from services.indicators.domain.catalogue_events import (
    IndicatorDefined,
    IndicatorRetired,
    TargetAmended,
    TargetSet,
    TargetWithdrawn,
)
from services.indicators.domain.intake_events import DossierRecorded
from services.indicators.domain.measurement_events import (
    MeasurementApproved,
    MeasurementCorrected,
    MeasurementPublished,
    MeasurementReturned,
    MeasurementSubmitted,
    PeriodReopened,
)
from services.indicators.domain.register_events import (
    RegisterDefined,
    RegisterEntryAmended,
    RegisterEntryClosed,
    RegisterEntryRecorded,
)

DEFINITION_STATE = "indicators.definition.state.v1"
MEASUREMENT_EVENTS = "indicators.measurement.events.v1"
REGISTER_EVENTS = "indicators.register.events.v1"
INTAKE_EVENTS = "indicators.intake.events.v1"
"""Dossiers one by one: read by the figure folder alone."""


def _of_state(*names: str) -> Saying:
    return lambda _event, said: {name: getattr(said.after, name) for name in names}


def _in_cell(event: Any, said: Said) -> Mapping[str, object]:
    cell = said.after
    return {
        "measurement_id": f"{said.name}.{event.n}",
        "indicator": cell.indicator,
        "unit_id": cell.unit_id,
        "period": cell.period,
        "on": event.on,
        "at": event.at,
    }


def _measurement(event: Any, said: Said) -> Mapping[str, object]:
    found = said.after.nth(event.n)
    return {
        **_in_cell(event, said),
        "value": found.value,
        "numerator": found.measured.numerator,
        "denominator": found.measured.denominator,
        "document": found.measured.document,
        "replaces": f"{said.name}.{found.replaces}" if found.replaces else None,
        "reason": found.reason,
    }


def _reopened(event: PeriodReopened, said: Said) -> Mapping[str, object]:
    return {**_in_cell(event, said), "reason": event.reason, "document": event.document}


def _register_key(event: Any, _said: Said) -> str:
    return f"register-{event.register}"


def _one_stop_key(event: DossierRecorded, _said: Said) -> str:
    # All that a one-stop says goes one way, so a newer statement about a dossier cannot overtake an older one.
    return f"dossiers-{event.one_stop_id}"


_DOSSIER = plain(
    "one_stop_id",
    "dossier_id",
    "field",
    "procedure",
    "received_on",
    "due_on",
    "solved_on",
    "online",
    "in_software",
    "returned",
    "apology_sent_on",
    "new_due_dates",
    "at",
)
_ENTRY = plain("register", "entry_id", "unit_id", "values", "counts", "expires_on", "on", "at")
_INDICATOR = Message(
    topic=DEFINITION_STATE, fact="indicator_recorded", data=_of_state("code", "versions", "retired_on", "retired_at")
)
_TARGET = Message(topic=DEFINITION_STATE, fact="target_recorded", data=_of_state("code", "versions", "withdrawn"))

MESSAGES: Mapping[type[Event], Message] = {
    IndicatorDefined: _INDICATOR,
    IndicatorRetired: _INDICATOR,
    TargetSet: _TARGET,
    TargetAmended: _TARGET,
    TargetWithdrawn: _TARGET,
    MeasurementSubmitted: Message(topic=MEASUREMENT_EVENTS, fact="measurement_submitted", data=_measurement),
    MeasurementApproved: Message(topic=MEASUREMENT_EVENTS, fact="measurement_approved", data=_measurement),
    MeasurementReturned: Message(topic=MEASUREMENT_EVENTS, fact="measurement_returned", data=_measurement),
    MeasurementPublished: Message(topic=MEASUREMENT_EVENTS, fact="measurement_published", data=_measurement),
    MeasurementCorrected: Message(topic=MEASUREMENT_EVENTS, fact="measurement_corrected", data=_measurement),
    PeriodReopened: Message(topic=MEASUREMENT_EVENTS, fact="period_reopened", data=_reopened),
    RegisterDefined: Message(topic=DEFINITION_STATE, fact="register_recorded", data=plain("code", "form", "at")),
    RegisterEntryRecorded: Message(
        topic=REGISTER_EVENTS, fact="register_entry_recorded", data=_ENTRY, key=_register_key
    ),
    RegisterEntryAmended: Message(topic=REGISTER_EVENTS, fact="register_entry_amended", data=_ENTRY, key=_register_key),
    RegisterEntryClosed: Message(
        topic=REGISTER_EVENTS,
        fact="register_entry_closed",
        data=plain("register", "entry_id", "unit_id", "on", "at"),
        key=_register_key,
    ),
    DossierRecorded: Message(topic=INTAKE_EVENTS, fact="dossier_recorded", data=_DOSSIER, key=_one_stop_key),
}
"""Which facts of the service's own store become public messages; what is not listed stays inside.

Neither notes nor the people who submitted and approved are told.
"""


class Publisher(MessageWriter):
    """Writes the public messages of the service's own store, of one tenant, in one life of it."""

    def __init__(self, tenant: str, incarnation: UUID, clock: Clock, new_id: NewId) -> None:
        """Name the tenant and the life of the store."""
        super().__init__(
            MESSAGES, tenant=tenant, service="indicators", incarnation=incarnation, clock=clock, new_id=new_id
        )

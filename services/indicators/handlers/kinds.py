"""The kinds of streams of the indicators service's own store, and every fact that can stand in them."""

from services.chassis.event_registry import EventRegistry
from services.chassis.streams import Kind
from services.indicators.domain import (
    catalogue_events,
    cell,
    definition,
    intake_events,
    measurement_events,
    register,
    register_events,
    target,
)

INDICATOR = Kind("indicator", definition.INITIAL, definition.evolve)
TARGET = Kind("target", target.INITIAL, target.evolve)
MEASUREMENT = Kind("measurement", cell.INITIAL, cell.evolve)
REGISTER = Kind("register", register.NO_REGISTER, register.evolve)
ENTRY = Kind("entry", register.NO_ENTRY, register.evolve_entry)

REGISTRY = EventRegistry(
    (
        catalogue_events.IndicatorDefined,
        catalogue_events.IndicatorRetired,
        catalogue_events.TargetSet,
        catalogue_events.TargetAmended,
        catalogue_events.TargetWithdrawn,
        measurement_events.MeasurementSubmitted,
        measurement_events.MeasurementApproved,
        measurement_events.MeasurementReturned,
        measurement_events.MeasurementPublished,
        measurement_events.MeasurementCorrected,
        measurement_events.PeriodReopened,
        register_events.RegisterDefined,
        register_events.RegisterEntryRecorded,
        register_events.RegisterEntryAmended,
        register_events.RegisterEntryClosed,
        intake_events.DossierBatchTaken,
        intake_events.DossierRecorded,
    )
)

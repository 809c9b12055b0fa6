"""The tenant: what it is called, which fields its counters serve, and how its counter figure is made. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from services.chassis.domain import Command, Event


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceField:
    """A field of service, such as land or civil status."""

    code: str
    name_vi: str
    name_en: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenant:
    """What is known of the tenant. `led_by` is the unit that leads the reform, where the pack says so."""

    name_vi: str = ""
    name_en: str = ""
    short_name: str = ""
    demonstration: bool = False
    service_fields: tuple[ServiceField, ...] = ()
    satisfied_scores: tuple[int, ...] = ()
    least_ballots: int = 0
    led_by: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DescribeTenant(Command):
    """Make the directory say about the tenant what its pack says."""

    tenant: Tenant


@dataclass(frozen=True, kw_only=True, slots=True)
class TenantNamed(Event):
    """The tenant bears these names; a demonstration says so on every page."""

    wire_name: ClassVar[str] = "directory.tenant_named.v1"
    name_vi: str
    name_en: str
    short_name: str
    demonstration: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class ServiceFieldsListed(Event):
    """These are the fields of service from now on."""

    wire_name: ClassVar[str] = "directory.service_fields_listed.v1"
    service_fields: tuple[ServiceField, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CounterMeasureChosen(Event):
    """These scores count as satisfied, and fewer ballots than this say nothing."""

    wire_name: ClassVar[str] = "directory.counter_measure_chosen.v1"
    satisfied_scores: tuple[int, ...]
    least_ballots: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ReformLedBy(Event):
    """This unit leads the reform: its people are the reform desk."""

    wire_name: ClassVar[str] = "directory.reform_led_by.v1"
    unit_id: str


EVENTS: tuple[type[Event], ...] = (TenantNamed, ServiceFieldsListed, CounterMeasureChosen, ReformLedBy)
"""Every fact about the tenant, for the event registry."""

initial = Tenant()


def evolve(state: Tenant, event: Event) -> Tenant:
    """Give what is known after a fact."""
    match event:
        case TenantNamed():
            names = {name: getattr(event, name) for name in ("name_vi", "name_en", "short_name", "demonstration")}
            return replace(state, **names)
        case ServiceFieldsListed(service_fields=service_fields):
            return replace(state, service_fields=service_fields)
        case CounterMeasureChosen(satisfied_scores=scores, least_ballots=least):
            return replace(state, satisfied_scores=scores, least_ballots=least)
        case ReformLedBy(unit_id=unit_id):
            return replace(state, led_by=unit_id)
        case _:
            raise ValueError(f"not a fact about the tenant: {event.wire_name}")


def describe_tenant(state: Tenant, command: DescribeTenant) -> Sequence[Event]:
    """Decide which facts lead from what is known to what the pack says."""
    wanted = command.tenant
    named = TenantNamed(
        name_vi=wanted.name_vi,
        name_en=wanted.name_en,
        short_name=wanted.short_name,
        demonstration=wanted.demonstration,
    )
    listed = ServiceFieldsListed(service_fields=wanted.service_fields)
    chosen = CounterMeasureChosen(satisfied_scores=wanted.satisfied_scores, least_ballots=wanted.least_ballots)
    led = ReformLedBy(unit_id=wanted.led_by)
    return tuple(event for event in (named, listed, chosen, led) if evolve(state, event) != state)

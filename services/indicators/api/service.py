"""What routes call: the service of the app that answers, what figures are read from, and for which day they are asked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from flask import Flask, current_app
from marshmallow import Schema, ValidationError, fields, validate

from services.chassis.clock import CIVIL_ZONE
from services.chassis.http.guards import current_caller
from services.indicators.domain.errors import UnknownUnit
from services.indicators.domain.units import Borders
from services.indicators.handlers.service import Indicators
from services.indicators.projections.reading_sources import Asked, Sources

_KEY = "cchc.indicators.service"

CODE = validate.Regexp(r"^[A-Z][A-Z0-9_]{1,63}\Z")
"""How an indicator's code is written."""
TARGET_CODE = validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9-]{0,63}\Z")
SLUG = validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,63}\Z")
PERIOD = validate.Regexp(r"^\d{4}(-(Q[1-4]|H[12]|9M|(0[1-9]|1[0-2])))?\Z")
LONGEST_TEXT = 4000
ANSWERABLE = ("unit_head", "unit_clerk")
"""Roles that answer for a unit's figures."""
LEADING = "indicators:define"
"""Who leads the reform plan brings figures of any unit: ranks, decisions, results of surveys."""

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


def in_our_time(told: date | datetime) -> None:
    """Let a day pass that a plan can be about.

    Raises:
        ValidationError: It is far from ours.
    """
    day = told.date() if isinstance(told, datetime) else told
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(f"Between {FIRST_DAY} and {LAST_DAY}.")


@dataclass(frozen=True, slots=True)
class _Attached:
    service: Indicators
    sources: Sources


class AskedQuery(Schema):
    """For which day figures are told."""

    as_of = fields.Date(
        load_default=None, validate=in_our_time, metadata={"description": "The day; today where it is left out."}
    )
    known_at = fields.AwareDateTime(
        load_default=None,
        validate=in_our_time,
        default_timezone=CIVIL_ZONE,
        metadata={"description": "Only what was recorded by then; of running figures, by the end of that day."},
    )
    borders = fields.String(load_default=Borders.THEN.value, validate=validate.OneOf([it.value for it in Borders]))


class DocumentSchema(Schema):
    """A document that proves or decides something."""

    number = fields.String(required=True, validate=validate.Length(min=1, max=200))
    dated = fields.Date(required=True, validate=in_our_time)
    title = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=LONGEST_TEXT))
    signer = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=200))


def attach(app: Flask, service: Indicators, sources: Sources) -> None:
    """Give an app its service and its read models."""
    app.extensions[_KEY] = _Attached(service, sources)


def indicators() -> Indicators:
    """Give the service of the app that answers now."""
    return _attached().service


def sources() -> Sources:
    """Give what figures are read from."""
    return _attached().sources


def now() -> datetime:
    """Give the business time."""
    return indicators().clock.business_now()


def today() -> date:
    """Give the business day."""
    return now().date()


def asked(query: Mapping[str, Any]) -> Asked:
    """Read for which day figures are asked."""
    at = now()
    return Asked(
        as_of=query["as_of"] or at.date(),
        known_at=query["known_at"] or at,
        borders=Borders(query["borders"]),
        today=at.date(),
    )


def require_known_unit(unit_id: str) -> None:
    """Let a unit pass that the directory has told of; before it has told of any, all pass.

    Raises:
        UnknownUnit: No unit has that id.
    """
    names = sources().unit_names(today())
    if names and unit_id not in names:
        raise UnknownUnit(f"The directory knows no unit {unit_id}.", unit_id=unit_id)


def require_answerable(unit_id: str) -> None:
    """Let the caller pass who answers for a unit's figures, or leads the plan.

    Raises:
        UnitNotYours: The caller is not appointed there.
    """
    caller = current_caller()
    if LEADING not in caller.scopes:
        caller.require_unit(unit_id, *ANSWERABLE)


def _attached() -> _Attached:
    return cast("_Attached", current_app.extensions[_KEY])

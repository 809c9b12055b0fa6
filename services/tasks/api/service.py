"""What routes share: the service of the app that answers, who acts, fields with bounds, and the version that is optional."""

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any, TypeVar, cast

from flask import Flask, current_app
from marshmallow import Schema, ValidationError, fields, validate

from services.chassis.clock import CIVIL_ZONE
from services.chassis.http.guards import current_caller
from services.chassis.identity.refusals import UnitNotYours
from services.chassis.units import refuse_unknown_units
from services.tasks.domain.errors import UnknownDuty
from services.tasks.handlers.kinds import PLAN
from services.tasks.handlers.service import Tasks
from services.tasks.projections.units import UNITS

_KEY = "cchc.tasks"
View = TypeVar("View", bound=Callable[..., Any])

UNIT_ROLES = ("unit_head", "unit_clerk")
"""Who acts for a unit."""

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 31)
IS_ID = validate.Regexp(r"^[a-z0-9][a-z0-9-]{0,63}\Z")
IS_NAME = validate.Regexp(r"^[a-z0-9][a-z0-9._-]{0,254}\Z")
IS_CODE = validate.Regexp(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}\Z")
_PLAIN = validate.Regexp(r"^[^\x00]*\Z")


def attach(app: Flask, service: Tasks) -> None:
    """Give an app its service."""
    app.extensions[_KEY] = service


def tasks() -> Tasks:
    """Give the service of the app that answers now."""
    return cast("Tasks", current_app.extensions[_KEY])


def acting(sent: dict[str, Any]) -> dict[str, Any]:
    """Say who acts now and for which unit.

    Raises:
        UnitNotYours: They are not appointed there.
    """
    caller = current_caller()
    caller.require_unit(sent["unit_id"], *UNIT_ROLES)
    return {"by": caller.subject, "at": tasks().clock.business_now(), **sent}


def leading(sent: dict[str, Any]) -> dict[str, Any]:
    """Say who leads now."""
    return {"by": current_caller().subject, "at": tasks().clock.business_now(), **sent}


def known_units(unit_ids: Collection[str]) -> None:
    """Let units pass that the directory has told of."""
    refuse_unknown_units(tasks().read_model, UNITS, set(unit_ids))


def known_duty(plan_id: str | None, duty_code: str | None) -> None:
    """Let pass what names no plan, or a plan that was taken in and, if it names one, a duty of that.

    Raises:
        UnknownDuty: Nothing states it.
    """
    if plan_id is None and duty_code is None:
        return
    plan = tasks().streams.load(PLAN, plan_id or "").state
    if not plan.exists or (duty_code is not None and plan.duty(duty_code) is None):
        raise UnknownDuty(plan_id=plan_id, duty_code=duty_code)


def a_day(*, required: bool = True, **more: Any) -> fields.Date:
    """Make a field for a civil day."""
    return fields.Date(required=required, validate=validate.Range(min=EARLIEST, max=LATEST), **more)


def an_optional_day(**more: Any) -> fields.Date:
    """Make a field for a civil day that need not be said."""
    return a_day(required=False, load_default=None, allow_none=True, **more)


def a_text(longest: int = 2000, *, least: int = 1) -> fields.String:
    """Make a field for words that have to be there."""
    return fields.String(required=True, validate=[validate.Length(min=least, max=longest), _PLAIN])


def an_optional_text(longest: int = 2000) -> fields.String:
    """Make a field for words that need not be there."""
    return fields.String(load_default="", validate=[validate.Length(max=longest), _PLAIN])


def a_time(**more: Any) -> fields.AwareDateTime:
    """Make a field for an instant; it is read in the civil zone."""
    return fields.AwareDateTime(validate=_is_near, **more)


def civil(at: datetime) -> datetime:
    """Give an instant in the civil zone."""
    return at.astimezone(CIVIL_ZONE)


def _is_near(at: datetime) -> bool:
    if not EARLIEST.year <= at.year <= LATEST.year:
        raise ValidationError(f"Must lie between {EARLIEST.year} and {LATEST.year}.")
    return True


class ForUnit(Schema):
    """Who acts: a unit in which the caller is appointed."""

    unit_id = fields.String(required=True, validate=IS_ID)


ACTING = (UnitNotYours,)
"""What acting for a unit may be refused by."""

"""What the routes of people and API clients take and give."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from marshmallow import Schema, fields, validate

from services.chassis.identity.callers import Appointment
from services.gateway.directory.domain.client import Client
from services.gateway.directory.domain.people_commands import Wanted
from services.gateway.directory.domain.person import Person
from services.gateway.directory.domain.terms import Term
from services.gateway.directory.people import Names
from services.gateway.identity.accounts import ALL_SCOPES, SCOPES_OF_ROLES

ROLES = tuple(SCOPES_OF_ROLES)
UNIT_ID = validate.Regexp(r"^([a-z0-9-]{1,64}|\*)\Z")
_CLIENT_ID = validate.Regexp(r"^[a-z0-9][a-z0-9.-]{1,63}\Z")
_NAME = validate.Length(min=1, max=160)
_ROLE = validate.OneOf(ROLES)
_MOST = validate.Length(max=50)


class AppointmentWanted(Schema):
    """A role in a unit. `from` is the first day, today when it is not said; `to` the first day without the role."""

    role = fields.String(required=True, validate=_ROLE)
    unit_id = fields.String(required=True, validate=UNIT_ID)
    from_ = fields.Date(load_default=None, data_key="from")
    to = fields.Date(load_default=None, allow_none=True)


class PersonWanted(Schema):
    """Somebody to be registered."""

    user_name = fields.String(required=True, validate=_NAME)
    display_name = fields.String(required=True, validate=_NAME)
    appointments = fields.List(fields.Nested(AppointmentWanted), load_default=list, validate=_MOST)


class Ending(Schema):
    """The first day on which something no longer holds."""

    on = fields.Date(required=True)


class DelegationWanted(Schema):
    """Whom to let hold a role as well, and when: `to` is the first day on which they no longer do."""

    role = fields.String(required=True, validate=_ROLE)
    unit_id = fields.String(required=True, validate=UNIT_ID)
    to_person_id = fields.UUID(required=True)
    from_ = fields.Date(required=True, data_key="from")
    to = fields.Date(required=True)


class ClientWanted(Schema):
    """A program to be registered; without `public_jwk` it is given a secret."""

    client_id = fields.String(required=True, validate=_CLIENT_ID)
    name = fields.String(required=True, validate=_NAME)
    public_jwk = fields.Dict(keys=fields.String(), load_default=None, allow_none=True)
    scopes = fields.List(
        fields.String(validate=validate.OneOf(sorted(ALL_SCOPES))), required=True, validate=validate.Length(min=1)
    )
    appointments = fields.List(fields.Nested(AppointmentWanted), load_default=list, validate=_MOST)


class TermHeld(Schema):
    """A role in a unit, and whether it is held today."""

    n = fields.Integer(required=True)
    role = fields.String(required=True)
    unit_id = fields.String(required=True)
    from_ = fields.Date(required=True, data_key="from")
    to = fields.Date(required=True, allow_none=True)
    in_force = fields.Boolean(required=True)


class DelegationHeld(TermHeld):
    """A role that another was let hold."""

    to_person_id = fields.String(required=True)


class RoleHeld(Schema):
    """A role in a unit."""

    role = fields.String(required=True)
    unit_id = fields.String(required=True)


class PersonAnswer(Schema):
    """Somebody, as they stand today. Who was erased has no names; `acting` are roles that others let them hold."""

    person_id = fields.String(required=True)
    user_name = fields.String(required=True)
    display_name = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["invited", "active", "erased"]))
    appointments = fields.List(fields.Nested(TermHeld), required=True)
    delegations = fields.List(fields.Nested(DelegationHeld), required=True)
    acting = fields.List(fields.Nested(RoleHeld), required=True)


class PeoplePage(Schema):
    """One page of people."""

    items = fields.List(fields.Nested(PersonAnswer), required=True)
    next = fields.String(required=True, allow_none=True)


class PersonMade(Schema):
    """Who was registered, and where they choose their password; the path is shown once."""

    person_id = fields.String(required=True)
    set_up_path = fields.String(required=True)


class ClientAnswer(Schema):
    """A program, as it stands today."""

    client_id = fields.String(required=True)
    name = fields.String(required=True)
    public_jwk = fields.Dict(required=True, allow_none=True)
    scopes = fields.List(fields.String(), required=True)
    appointments = fields.List(fields.Nested(TermHeld), required=True)
    revoked = fields.Boolean(required=True)


class ClientMade(ClientAnswer):
    """A program that was registered; `client_secret` is shown once, `null` where it proves itself by its key."""

    client_secret = fields.String(required=True, allow_none=True)


class ClientsPage(Schema):
    """Every program."""

    items = fields.List(fields.Nested(ClientAnswer), required=True)


def wanted_of(sent: dict[str, Any], today: date) -> Wanted:
    """Read a loaded `AppointmentWanted`."""
    return Wanted(role=sent["role"], unit_id=sent["unit_id"], from_on=sent["from_"] or today, to_on=sent["to"])


def told_person(
    who: Person, names: Names, today: date, *, active: bool, acting: Iterable[Appointment]
) -> dict[str, Any]:
    """Tell of somebody as `PersonAnswer` says."""
    state = "erased" if who.erased else "active" if active else "invited"
    delegations = [
        {**told_term(it.term, today), "to_person_id": it.to_person_id, "in_force": _delegated(who, it.term, today)}
        for it in who.delegations
    ]
    return {
        "person_id": who.person_id,
        "user_name": names.user_name,
        "display_name": names.display_name,
        "state": state,
        "appointments": [told_term(term, today) for term in who.appointments],
        "delegations": delegations,
        "acting": [{"role": held.role, "unit_id": held.unit_id} for held in sorted(acting)],
    }


def told_client(program: Client, today: date) -> dict[str, Any]:
    """Tell of a program as `ClientAnswer` says."""
    return {
        "client_id": program.client_id,
        "name": program.name,
        "public_jwk": program.public_jwk,
        "scopes": list(program.scopes),
        "appointments": [told_term(term, today) for term in program.appointments],
        "revoked": not program.in_use,
    }


def told_term(term: Term, today: date) -> dict[str, Any]:
    """Tell of a term as `TermHeld` says."""
    return {
        "n": term.n,
        "role": term.role,
        "unit_id": term.unit_id,
        "from": term.from_on,
        "to": term.to_on,
        "in_force": term.holds_on(today),
    }


def _delegated(giver: Person, term: Term, today: date) -> bool:
    return term.holds_on(today) and giver.holds(term.role, term.unit_id, today)

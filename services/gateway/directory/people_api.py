"""People and what they hold: `/api/directory/v1/people`."""

from collections.abc import Iterator
from typing import Any

from flask import Response

from services.chassis.http.blueprints import GuardedBlueprint, refuses
from services.chassis.http.bodies import json_answer
from services.chassis.http.guards import Bearer, current_caller, guard, guarded_blueprint
from services.chassis.http.paging import PageQuery, after_cursor, page_of
from services.gateway.directory import people as handlers
from services.gateway.directory.access_forms import (
    AppointmentWanted,
    DelegationWanted,
    Ending,
    PeoplePage,
    PersonAnswer,
    PersonMade,
    PersonWanted,
    told_person,
    wanted_of,
)
from services.gateway.directory.domain import person
from services.gateway.directory.domain.errors import (
    AlreadyAppointed,
    AppointmentNotFound,
    NotYoursToDelegate,
    NotYoursToGive,
    PersonIsErased,
    PersonNotFound,
    RoleNeedsUnit,
    RoleNotHeld,
    TermInvalid,
    UnitNotFound,
    UnitNotThereThen,
)
from services.gateway.directory.domain.people_commands import (
    DelegateRole,
    EndAppointment,
    EndDelegation,
)
from services.gateway.directory.domain.person import Person
from services.gateway.directory.giving import refuse_others, refuse_ungiven_roles
from services.gateway.directory.people import NewPerson, People, names_of
from services.gateway.identity.accounts import able_to_sign_in
from services.gateway.identity.errors import UserNameInvalid, UserNameTaken
from services.gateway.identity.invitations import invitation_path

_UNITS = (UnitNotFound, UnitNotThereThen, RoleNeedsUnit)


def people_api(people: People) -> GuardedBlueprint:
    """The routes of people."""
    blueprint = guarded_blueprint(
        "people",
        __name__,
        url_prefix="/api/directory/v1/people",
        guard=Bearer("directory:admin"),
        description="People, their dated roles in units, and whom they let act for them.",
    )
    _add_reading(blueprint, people)
    _add_registering(blueprint, people)
    _add_appointing(blueprint, people)
    _add_delegating(blueprint, people)
    return blueprint


def _add_reading(blueprint: Any, people: People) -> None:
    @blueprint.route("")
    @guard(Bearer("directory:read"))
    @blueprint.arguments(PageQuery, location="query")
    @blueprint.response(200, PeoplePage)
    def list_people(query: dict[str, Any]) -> Response:
        """List people in order of their ids, who was erased included."""
        after = after_cursor(query["cursor"], str)
        rows = [who for name, who in people.register.people().items() if not after or name > after[0]]
        items, following = page_of(rows[: query["limit"] + 1], query["limit"], key=lambda who: [who.person_id])
        return json_answer({"items": tell_people(people, *items), "next": following})

    @blueprint.route("/<string:person_id>")
    @guard(Bearer("directory:read"))
    @refuses(PersonNotFound)
    @blueprint.response(200, PersonAnswer)
    def read_person(person_id: str) -> Response:
        """Give somebody, with every role they ever held."""
        return json_answer(tell_people(people, people.register.person(person_id))[0])


def _add_registering(blueprint: Any, people: People) -> None:
    @blueprint.route("", methods=["POST"])
    @refuses(UserNameInvalid, UserNameTaken, TermInvalid, AlreadyAppointed, NotYoursToGive, *_UNITS)
    @blueprint.arguments(PersonWanted)
    @blueprint.response(201, PersonMade)
    def register(sent: dict[str, Any]) -> Response:
        """Register somebody; the answer's path is where they choose their password, once."""
        today = people.clock.business_now().date()
        wanted = tuple(wanted_of(it, today) for it in sent["appointments"])
        refuse_ungiven_roles(current_caller(), (it.role for it in wanted))
        new = NewPerson(user_name=sent["user_name"], display_name=sent["display_name"], appointments=wanted)
        person_id, token = handlers.register_person(people, new)
        return json_answer({"person_id": person_id, "set_up_path": invitation_path(token)}, 201)

    @blueprint.route("/<string:person_id>/set-up-links", methods=["POST"])
    @refuses(PersonNotFound, PersonIsErased, NotYoursToGive)
    @blueprint.response(201, PersonMade)
    def make_link(person_id: str) -> Response:
        """Make a new one-time link, for a first password or a forgotten one; links made before end."""
        refuse_ungiven_roles(current_caller(), handlers.roles_of(people, person_id))
        token = handlers.issue_link(people, person_id)
        return json_answer({"person_id": person_id, "set_up_path": invitation_path(token)}, 201)

    @blueprint.route("/<string:person_id>/erasure", methods=["POST"])
    @refuses(PersonNotFound, NotYoursToGive)
    @blueprint.response(200, PersonAnswer)
    def erase(person_id: str) -> Response:
        """Forget who somebody was, for good: their names can be read nowhere any more, and their account is closed."""
        refuse_ungiven_roles(current_caller(), handlers.roles_of(people, person_id))
        return _told(people, handlers.erase_person(people, person_id).state)


def _add_appointing(blueprint: Any, people: People) -> None:
    @blueprint.route("/<string:person_id>/appointments", methods=["POST"])
    @refuses(PersonNotFound, PersonIsErased, TermInvalid, AlreadyAppointed, NotYoursToGive, *_UNITS)
    @blueprint.arguments(AppointmentWanted)
    @blueprint.response(200, PersonAnswer)
    def appoint(sent: dict[str, Any], person_id: str) -> Response:
        """Give somebody a role in a unit."""
        wanted = wanted_of(sent, people.clock.business_now().date())
        refuse_ungiven_roles(current_caller(), (wanted.role,))
        return _told(people, handlers.appoint(people, person_id, wanted))

    @blueprint.route("/<string:person_id>/appointments/<int:n>/ending", methods=["POST"])
    @refuses(PersonNotFound, PersonIsErased, AppointmentNotFound, NotYoursToGive)
    @blueprint.arguments(Ending)
    @blueprint.response(200, PersonAnswer)
    def end(sent: dict[str, Any], person_id: str, n: int) -> Response:
        """Let an appointment end. A token made before is good for ten minutes more at most."""
        held = people.register.person(person_id).appointments
        refuse_ungiven_roles(current_caller(), (term.role for term in held if term.n == n))
        command = EndAppointment(n=n, on=sent["on"], at=people.clock.business_now())
        return _told(
            people, handlers.change_person(people, person_id, lambda state: person.end_appointment(state, command))
        )


def _add_delegating(blueprint: Any, people: People) -> None:
    @blueprint.route("/<string:person_id>/delegations", methods=["POST"])
    @guard(Bearer("directory:self"))
    @refuses(PersonNotFound, PersonIsErased, TermInvalid, RoleNotHeld, NotYoursToDelegate, NotYoursToGive)
    @blueprint.arguments(DelegationWanted)
    @blueprint.response(200, PersonAnswer)
    def delegate(sent: dict[str, Any], person_id: str) -> Response:
        """Let another hold one's own role as well, from a day to a day."""
        refuse_others(current_caller(), person_id, (sent["role"],))
        command = DelegateRole(
            role=sent["role"],
            unit_id=sent["unit_id"],
            to_person_id=str(sent["to_person_id"]),
            from_on=sent["from_"],
            to_on=sent["to"],
            at=people.clock.business_now(),
        )
        return _told(people, handlers.delegate(people, person_id, command))

    @blueprint.route("/<string:person_id>/delegations/<int:n>/ending", methods=["POST"])
    @guard(Bearer("directory:self"))
    @refuses(PersonNotFound, PersonIsErased, AppointmentNotFound, NotYoursToDelegate, NotYoursToGive)
    @blueprint.arguments(Ending)
    @blueprint.response(200, PersonAnswer)
    def end_delegation(sent: dict[str, Any], person_id: str, n: int) -> Response:
        """Take a delegation back."""
        refuse_others(current_caller(), person_id, _lent(people, person_id, n))
        command = EndDelegation(n=n, on=sent["on"], at=people.clock.business_now())
        return _told(
            people, handlers.change_person(people, person_id, lambda state: person.end_delegation(state, command))
        )


def tell_people(people: People, *persons: Person) -> list[dict[str, Any]]:
    """Tell of some people, with their names and whether they can sign in."""
    today, names = people.clock.business_now().date(), names_of(people, *persons)
    acting = people.register.acting(names, today)
    with people.reader.connect() as connection:
        active = able_to_sign_in(connection, names)
    return [
        told_person(who, names[who.person_id], today, active=who.person_id in active, acting=acting[who.person_id])
        for who in persons
    ]


def _lent(people: People, person_id: str, n: int) -> Iterator[str]:
    yield from (it.term.role for it in people.register.person(person_id).delegations if it.term.n == n)


def _told(people: People, who: Person) -> Response:
    return json_answer(tell_people(people, who)[0])

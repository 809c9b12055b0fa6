"""Which facts about people and API clients leave the directory: ids, roles and days, never a name or a key."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.chassis.clock import Clock
from services.chassis.domain import Event
from services.chassis.ids import NewId
from services.chassis.publishing import Message, MessageWriter, Said, plain
from services.gateway.directory.domain import client
from services.gateway.directory.domain import people_events as people
from services.gateway.identity.published_events import ACCESS_TOPIC


def _registered(event: client.ClientRegistered, _said: Said) -> Mapping[str, Any]:
    terms = [
        {"role": term.role, "unit_id": term.unit_id, "from_on": term.from_on, "to_on": term.to_on}
        for term in event.appointments
    ]
    return {"client_id": event.client_id, "scopes": event.scopes, "appointments": terms, "at": event.at}


_TERM = ("n", "role", "unit_id", "from_on", "to_on", "at")

MESSAGES: Mapping[type[Event], Message] = {
    people.PersonAppointed: Message(topic=ACCESS_TOPIC, fact="person_appointed", data=plain(*_TERM, person_id="")),
    people.AppointmentEnded: Message(
        topic=ACCESS_TOPIC, fact="appointment_ended", data=plain("n", "on", "at", person_id="")
    ),
    people.RoleDelegated: Message(
        topic=ACCESS_TOPIC, fact="role_delegated", data=plain(*_TERM, "to_person_id", person_id="")
    ),
    people.DelegationEnded: Message(
        topic=ACCESS_TOPIC, fact="delegation_ended", data=plain("n", "on", "at", person_id="")
    ),
    people.PersonErased: Message(topic=ACCESS_TOPIC, fact="person_erased", data=plain("at", person_id="")),
    client.ClientRegistered: Message(topic=ACCESS_TOPIC, fact="client_registered", data=_registered),
    client.ClientRevoked: Message(topic=ACCESS_TOPIC, fact="client_revoked", data=plain("at", client_id="")),
}


class AccessPublisher(MessageWriter):
    """Writes these messages in one life of the store."""

    def __init__(self, source: str, incarnation: UUID, clock: Clock, new_id: NewId) -> None:
        """Say whose they are by the same source as the directory's other messages."""
        super().__init__(MESSAGES, tenant="", service="directory", incarnation=incarnation, clock=clock, new_id=new_id)
        self._source = source

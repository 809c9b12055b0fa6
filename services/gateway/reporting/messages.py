"""Reading the messages of other services into readers' own types; unknown fields are left aside."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from services.chassis.domain import InvalidMessage
from services.chassis.envelope import CloudEvent
from services.chassis.projection import Delivery

Message = TypeVar("Message", bound=msgspec.Struct)


def read(event: CloudEvent, kind: type[Message]) -> Message:
    """Read the data of one message.

    Raises:
        InvalidMessage: The data breaks the contract.
    """
    try:
        return msgspec.json.decode(event.data, type=kind)
    except msgspec.DecodeError as error:
        raise InvalidMessage(f"{event.type}: {error}") from error


def read_all(batch: Iterable[Delivery], wire_type: str, kind: type[Message]) -> list[Message]:
    """Read the messages of one type out of a batch, in order.

    Raises:
        InvalidMessage: The data of one breaks the contract.
    """
    events = (delivery.event for delivery in batch)
    return [read(event, kind) for event in events if event is not None and event.type == wire_type]

"""Reading the messages of one type out of a batch; unknown fields are left aside."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from services.chassis.projection import Delivery
from services.chassis.projection_rows import read

Message = TypeVar("Message", bound=msgspec.Struct)


def read_all(batch: Iterable[Delivery], wire_type: str, kind: type[Message]) -> list[Message]:
    """Read the messages of one type out of a batch, in order.

    Raises:
        InvalidMessage: The data of one breaks the contract.
    """
    events = (delivery.event for delivery in batch)
    return [read(event, kind) for event in events if event is not None and event.type == wire_type]

"""Channels: a stream, whole or as it concerns one unit and what stands under it. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services.gateway.streams.errors import ChannelUnknown

STREAM_OF_TOPIC: Mapping[str, str] = {
    "indicators.figure.events.v1": "figures",
    "indicators.measurement.events.v1": "measurements",
    "tasks.task.events.v1": "tasks",
    "tasks.report.events.v1": "reports",
}
"""Which public messages are copied, and the stream that they are in. A topic is copied whole."""

STREAMS = tuple(sorted(STREAM_OF_TOPIC.values()))

_CHANNEL = re.compile(r"(?P<stream>[a-z]+)(\.(?P<unit_id>[a-z0-9][a-z0-9_-]{0,99}))?")


@dataclass(frozen=True, slots=True)
class Channel:
    """One channel. Without a unit it is the tenant's whole stream."""

    stream: str
    unit_id: str | None = None

    @property
    def id(self) -> str:
        """Give the id as addresses and hashes have it: `figures`, `figures.xa-binh-an`."""
        return self.stream if self.unit_id is None else f"{self.stream}.{self.unit_id}"


def channel_of(written: str) -> Channel:
    """Read a channel's id.

    Raises:
        ChannelUnknown: There is no such stream.
    """
    read = _CHANNEL.fullmatch(written)
    if read is None or read["stream"] not in STREAMS:
        raise ChannelUnknown("There is no such channel.", channel=written[:120])
    return Channel(read["stream"], read["unit_id"])

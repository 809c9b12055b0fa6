"""Snapshots: what a channel's messages come to up to one place, kept in memory and taken further when asked again."""

import csv
import io
import threading
from collections import OrderedDict
from dataclasses import dataclass, field

import msgspec

from services.chassis.envelope import decode
from services.gateway.reporting.spreadsheets import harmless
from services.gateway.streams.channels import Channel
from services.gateway.streams.errors import TokenStale
from services.gateway.streams.reading import Place, StreamReader
from services.gateway.streams.states import Row, State, fold

_AT_ONCE = 5000
_MOST_KEPT = 64


@dataclass(slots=True)
class _Folded:
    place: Place
    state: State = field(default_factory=dict)


class Snapshots:
    """The channels' states. Any thread may ask; one folds at a time, so that a long history does not fill the machine."""

    def __init__(self, reader: StreamReader) -> None:
        """Read through `reader`."""
        self._reader = reader
        self._folded: OrderedDict[str, _Folded] = OrderedDict()
        self._folding = threading.Lock()

    def rows(self, channel: Channel) -> tuple[Place, list[Row]]:
        """Give the place up to which everything is in it, and the rows, in a stable order."""
        with self._folding:
            folded = self._folded.pop(channel.id, None) or self._nothing(channel)
            try:
                self._go_on(channel, folded)
            except TokenStale:
                folded = self._nothing(channel)
                self._go_on(channel, folded)
            self._folded[channel.id] = folded
            if len(self._folded) > _MOST_KEPT:
                self._folded.popitem(last=False)
            return folded.place, [dict(folded.state[key]) for key in sorted(folded.state)]

    def _nothing(self, channel: Channel) -> _Folded:
        return _Folded(self._reader.after(channel, None, 0)[0])

    def _go_on(self, channel: Channel, folded: _Folded) -> None:
        while True:
            _, messages = self._reader.after(channel, folded.place.token, _AT_ONCE)
            if not messages:
                return
            for message in messages:
                fold(folded.state, decode(message.body))
            folded.place = messages[-1].place


def as_json(channel: Channel, place: Place, rows: list[Row]) -> bytes:
    """Write a snapshot as JSON."""
    said = {
        "channel": channel.id,
        "token": str(place.token),
        "sequence": place.sequence,
        "hash": place.hash.hex(),
        "feed": f"/streams/v1/{channel.id}?after={place.token}",
        "items": rows,
    }
    return msgspec.json.encode(said)


def as_csv(rows: list[Row]) -> bytes:
    """Write a snapshot as CSV; what a spreadsheet would take for a formula is written as text."""
    columns = sorted({name for row in rows for name in row}, key=lambda name: (name != "kind", name))
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(columns or ["kind"])
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return ("\ufeff" + written.getvalue()).encode()


def _cell(value: object) -> object:
    if isinstance(value, dict | list):
        value = msgspec.json.encode(value).decode()
    if isinstance(value, bool):
        return "true" if value else "false"
    return harmless(value)

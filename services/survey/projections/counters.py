"""Counters as staff list them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Column, MetaData, String, Table

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import known_rows, told, write_rows


class _Opened(msgspec.Struct, frozen=True):
    counter_id: str
    unit_id: str
    one_stop_id: str
    name: str
    name_en: str


class _Moved(msgspec.Struct, frozen=True):
    counter_id: str
    unit_id: str
    one_stop_id: str


class _Renamed(msgspec.Struct, frozen=True):
    counter_id: str
    name: str
    name_en: str


class _Closed(msgspec.Struct, frozen=True):
    counter_id: str
    on: str

    @property
    def closed_on(self) -> str:
        """The day, under the column's name."""
        return self.on


_KINDS: dict[str, type[msgspec.Struct]] = {
    "cchc.survey.counter_opened.v1": _Opened,
    "cchc.survey.counter_moved.v1": _Moved,
    "cchc.survey.counter_renamed.v1": _Renamed,
    "cchc.survey.counter_closed.v1": _Closed,
}
_COLUMNS = ("unit_id", "one_stop_id", "name", "name_en", "closed_on")


class Counters:
    """One row per counter."""

    name = "survey_counters"
    version = 1
    topics: tuple[str, ...] = ("survey.counter.events.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table."""
        columns = (Column(column, String) for column in _COLUMNS)
        Table(name("counters"), metadata, Column("counter_id", String, primary_key=True), *columns)

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch: each row it touches is read once and written once."""
        messages = [message for _, message in told(batch, _KINDS)]
        table = view.table("counters")
        rows = known_rows(view, table, (message.counter_id for message in messages))
        for message in messages:
            row = rows.setdefault(message.counter_id, {"counter_id": message.counter_id})
            row |= {column: getattr(message, column) for column in _COLUMNS if hasattr(message, column)}
        write_rows(view, table, rows.values())


COUNTERS = Counters()
"""The one instance: builds are cached by it."""

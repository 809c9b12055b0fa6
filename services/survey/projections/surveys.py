"""Surveys and their field periods, as staff list them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Column, MetaData, String, Table

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import known_rows, told, write_rows


class _Opened(msgspec.Struct, frozen=True):
    survey_id: str
    family: str
    opens_on: str
    closes_on: str | None


class _Closed(msgspec.Struct, frozen=True):
    survey_id: str
    closed_on: str


_KINDS: dict[str, type[msgspec.Struct]] = {
    "cchc.survey.survey_opened.v1": _Opened,
    "cchc.survey.survey_closed.v1": _Closed,
}


class Surveys:
    """One row per survey."""

    name = "survey_surveys"
    version = 1
    topics: tuple[str, ...] = ("survey.survey.events.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table."""
        columns = (Column(column, String) for column in ("family", "opens_on", "closes_on", "closed_on"))
        Table(name("surveys"), metadata, Column("survey_id", String, primary_key=True), *columns)

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Fold a batch: each row it touches is read once and written once."""
        messages = [message for _, message in told(batch, _KINDS)]
        table = view.table("surveys")
        rows = known_rows(view, table, (message.survey_id for message in messages))
        for message in messages:
            rows.setdefault(message.survey_id, {}).update(msgspec.structs.asdict(message))
        write_rows(view, table, rows.values())


SURVEYS = Surveys()
"""The one instance: builds are cached by it."""

"""Questionnaires in force, now or once, as staff list them."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Column, Integer, MetaData, String, Table

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import told, write_rows


class _InForce(msgspec.Struct, frozen=True):
    code: str
    version: int
    hash: str
    family: str
    in_force_from: str


_KINDS = {"cchc.survey.questionnaire_put_into_force.v1": _InForce}


class Questionnaires:
    """One row per version that ever came into force."""

    name = "survey_questionnaires"
    version = 1
    topics: tuple[str, ...] = ("survey.questionnaire.state.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table."""
        Table(
            name("questionnaires"),
            metadata,
            Column("hash", String, primary_key=True),
            Column("code", String, nullable=False),
            Column("version", Integer, nullable=False),
            Column("family", String, nullable=False),
            Column("in_force_from", String, nullable=False),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Keep the newest word on each version."""
        rows = {message.hash: msgspec.structs.asdict(message) for _, message in told(batch, _KINDS)}
        write_rows(view, view.table("questionnaires"), rows.values())


QUESTIONNAIRES = Questionnaires()
"""The one instance: builds are cached by it."""

"""Questionnaires by hash: the words that stand beside scores and reasons."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, MetaData, String, Table, Text, select

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import read
from services.gateway.reporting.upserts import write

Labels = Mapping[str, Mapping[str, str]]
"""Code -> language -> words."""


class QuestionnairePublished(msgspec.Struct, frozen=True, kw_only=True):
    """The reader's own view of a published questionnaire."""

    code: str
    version: int
    hash: str
    content: dict[str, Any]


class Questionnaires:
    """Every questionnaire version published so far."""

    name = "reporting_questionnaires"
    version = 1
    topics: tuple[str, ...] = ("survey.questionnaire.state.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare one row per questionnaire version."""
        Table(
            name("questionnaires"),
            metadata,
            Column("hash", String, primary_key=True),
            Column("code", String, nullable=False),
            Column("content", Text, nullable=False),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Keep each version's content; versions are never taken back."""
        told = [read(delivery.event, QuestionnairePublished) for delivery in batch if delivery.event is not None]
        rows = {it.hash: {"hash": it.hash, "code": it.code, "content": _text(it.content)} for it in told}
        write(view, "questionnaires", rows.values())


def _text(content: Mapping[str, Any]) -> str:
    return msgspec.json.encode(content, order="sorted").decode()


OTHER = {"vi": "Lý do khác", "en": "Another reason"}
"""Survey folds codes that no questionnaire offers into `other`."""


def labels_of(view: View) -> Labels:
    """Give the words of answers (`score.5`) and reasons (`improve.attitude`; the plain code reads as what to improve)."""
    table = view.table("questionnaires")
    labels: dict[str, Mapping[str, str]] = {"other": OTHER}
    for row in view.connection.execute(select(table.c.content).order_by(table.c.hash)):
        for question in msgspec.json.decode(row.content).get("questions", []):
            labels |= _labels_of(question, labels)
    return labels


def _labels_of(question: Mapping[str, Any], known: Labels) -> Labels:
    options = question.get("options", [])
    reason_set = question.get("reason_set")
    if reason_set is None:
        return {f"score.{option['value']}": option["label"] for option in options if "value" in option}
    labels = {option["code"]: option["label"] for option in options}
    plain = {code: label for code, label in labels.items() if reason_set == "improve" or code not in known}
    return plain | {f"{reason_set}.{code}": label for code, label in labels.items()}


QUESTIONNAIRES = Questionnaires()
"""The one instance: builds are cached by it."""

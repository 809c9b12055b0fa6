"""Plans as they are listed."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import Column, Integer, MetaData, String, Table

from services.chassis.projection import Delivery, TableName, View
from services.chassis.projection_rows import told, write_rows


class _Registered(msgspec.Struct, frozen=True):
    plan_id: str
    number: str
    title_vi: str
    title_en: str
    issued_on: str
    issuer_unit_id: str
    year: int


class Plans:
    """One row per plan."""

    name = "tasks_plans"
    version = 1
    topics: tuple[str, ...] = ("tasks.plan.state.v1",)

    def define(self, metadata: MetaData, name: TableName) -> None:
        """Declare the table."""
        columns = ("number", "title_vi", "title_en", "issued_on", "issuer_unit_id")
        Table(
            name("plans"),
            metadata,
            Column("plan_id", String, primary_key=True),
            *(Column(column, String, nullable=False) for column in columns),
            Column("year", Integer, nullable=False),
        )

    def apply(self, view: View, batch: Sequence[Delivery]) -> None:
        """Keep the newest word on each plan."""
        messages = told(batch, {"cchc.tasks.plan_registered.v1": _Registered})
        rows = {message.plan_id: msgspec.structs.asdict(message) for _, message in messages}
        write_rows(view, view.table("plans"), rows.values())


PLANS = Plans()
"""The one instance: builds are cached by it."""

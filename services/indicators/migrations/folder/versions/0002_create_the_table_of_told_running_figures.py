"""Create the tables of which running figures were told."""

from alembic import op

from services.indicators.projections.running_told import RUNNING_LOOK, RUNNING_TOLD

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    for table in (RUNNING_TOLD, RUNNING_LOOK):
        table.create(op.get_bind())

"""Create the tables of which running figures were told."""

from alembic import op

from services.indicators.projections.running_announcing import RUNNING_TOLD

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    RUNNING_TOLD.metadata.create_all(op.get_bind())

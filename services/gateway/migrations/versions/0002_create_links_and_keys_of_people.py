"""Create the one-time links of people, the secrets of programs, and the data keys of subjects."""

from alembic import op

from services.chassis.privacy import create_subject_keys
from services.gateway.identity.tables import create_access_tables

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    connection = op.get_bind()
    create_access_tables(connection)
    create_subject_keys(connection)

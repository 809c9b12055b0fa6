"""Create the event store, its first life, and the table of files beside it."""

from alembic import op

from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.leases import create_leases
from services.chassis.relay_cursor import create_relay_cursor
from services.tasks.adapters.file_table import create_file_table

revision = "0001"
down_revision = None


def upgrade() -> None:
    connection = op.get_bind()
    create_event_store(connection, incarnation=new_id())
    create_leases(connection)
    create_relay_cursor(connection)
    create_file_table(connection)

"""Create the service's event store with its first life, and the tables beside it."""

from alembic import op

from services.chassis.event_store.schema import create_event_store
from services.chassis.ids import new_id
from services.chassis.leases import create_leases
from services.chassis.projector import create_projection_tables
from services.chassis.relay_cursor import create_relay_cursor

revision = "0001"
down_revision = None


def upgrade() -> None:
    connection = op.get_bind()
    create_event_store(connection, incarnation=new_id())
    create_leases(connection)
    create_relay_cursor(connection)
    create_projection_tables(connection)

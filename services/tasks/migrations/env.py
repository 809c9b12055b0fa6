"""Runs migrations on the connection that `services.chassis.migrations` gives."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], version_table="tasks_schema_version")
with context.begin_transaction():
    context.run_migrations()

"""`cchc migrate`: brings every database to this release's schema."""

import click

from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.options import data_option
from cchc.servers import (
    check_settings,
    database_urls,
    make_seals,
    make_stream_log,
    migrate_databases,
)
from cchc.topics import make_topics
from services.chassis.settings import Environment


@click.command()
@data_option
def migrate(folder: DataFolder) -> None:
    """Run the migrations that have not run yet. `cchc up` does this by itself."""
    env = environment_of(folder)
    if folder.tenant().is_distributed:
        _migrate_servers(env)
        return
    with folder.locked():
        migrate_databases(env)
    click.echo("every database is at this release's schema")


def _migrate_servers(env: Environment) -> None:
    check_settings(env)
    migrate_databases(env)
    make_seals(*database_urls(env).values())
    make_stream_log(env)
    click.echo(f"every database is at this release's schema; {len(make_topics(env))} topics are there")

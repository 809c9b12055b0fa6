"""`cchc migrate`: brings every database to this release's schema."""

import click

from cchc.copies import EVENT_STORES
from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.noted_stores import note_new_lives, note_stores, require_noted_stores
from cchc.options import data_option
from cchc.reaching import require_databases, why_log_is_away
from cchc.servers import (
    check_settings,
    database_urls,
    make_seals,
    make_stream_log,
    migrate_databases,
)
from cchc.supervisor import LOG_IS_AWAY
from cchc.topics import make_topics
from services.chassis.settings import Environment

DONE = "every database is at this release's schema"


@click.command()
@data_option
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    type=click.Choice(EVENT_STORES),
    help="Take the database that is there for that of a store which this folder knew in another life.",
)
def migrate(folder: DataFolder, accepted: tuple[str, ...]) -> None:
    """Run the migrations that have not run yet. `cchc up` does this by itself.

    Ends with 75 when every database is migrated and the event log is away.
    """
    env = environment_of(folder)
    if accepted:
        note_new_lives(folder, accepted)
    if folder.tenant().is_distributed:
        _migrate_servers(folder, env)
        return
    with folder.locked():
        require_noted_stores(folder)
        migrate_databases(env)
        note_stores(folder)
    click.echo(DONE)


def _migrate_servers(folder: DataFolder, env: Environment) -> None:
    check_settings(env)
    require_databases(env)
    require_noted_stores(folder)
    migrate_databases(env)
    make_seals(*database_urls(env).values())
    make_stream_log(env)
    note_stores(folder)
    click.echo(DONE)
    if away := why_log_is_away(env):
        click.echo(f"{away}; no topics were made", err=True)
        raise SystemExit(LOG_IS_AWAY)
    click.echo(f"{len(make_topics(env))} topics are there")

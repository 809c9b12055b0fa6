"""`cchc migrate`: brings every database to this release's schema."""

import click

from cchc.data_folder import DataFolder
from cchc.embedded import migrate_web
from cchc.environment import environment_of
from cchc.options import data_option
from cchc.servers import check_settings, make_topics, migrate_databases
from services.chassis.settings import Environment, SettingError
from services.indicators import bootstrap as indicators
from services.indicators.config import Settings as IndicatorsSettings


@click.command()
@data_option
def migrate(folder: DataFolder) -> None:
    """Run the migrations that have not run yet. `cchc up` does this by itself."""
    env = environment_of(folder)
    if folder.tenant().is_distributed:
        _migrate_servers(env)
        return
    with folder.locked():
        migrate_web(env)
        indicators.migrate_folder(IndicatorsSettings.from_env(env))
    click.echo("every database is at this release's schema")


def _migrate_servers(env: Environment) -> None:
    try:
        check_settings(env)
    except SettingError as refused:
        raise click.ClickException(str(refused)) from None
    migrate_databases(env)
    click.echo(f"every database is at this release's schema; {len(make_topics(env))} topics are there")

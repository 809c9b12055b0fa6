"""`cchc run`: becomes one process of the distributed profile, for a container or a unit of systemd."""

import os
import sys

import click

from cchc.data_folder import DataFolder
from cchc.environment import all_variables_of
from cchc.options import data_option
from cchc.processes import command_of, plans
from cchc.supervisor import REFUSED
from services.chassis.settings import SettingError


@click.command()
@click.argument("name")
@data_option
def run(folder: DataFolder, name: str) -> None:
    """Run the process NAME, such as survey-web, survey-worker, folder-relay, streams or door, and nothing else."""
    try:
        variables = all_variables_of(folder)
    except SettingError as refused:
        click.echo(refused, err=True)
        raise SystemExit(REFUSED) from None
    try:
        command = command_of(name, variables)
    except KeyError:
        raise click.ClickException(f"there is no process {name}: {', '.join(plan.name for plan in plans())}") from None
    os.execve(sys.executable, command, variables)  # noqa: S606 - our own programs

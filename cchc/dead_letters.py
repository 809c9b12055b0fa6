"""`cchc dead-letters`: messages that could not be applied."""

import json

import click

from cchc.data_folder import DataFolder
from cchc.internal_client import InternalClient
from cchc.options import data_option, json_option

PATH = "/control/dead-letters"


@click.group()
def dead_letters() -> None:
    """Messages that broke their contract and were parked, raw."""


@dead_letters.command("list")
@data_option
@json_option
def list_parked(folder: DataFolder, *, as_json: bool) -> None:
    """List what is parked."""
    parked = InternalClient(folder).workers(PATH)
    if as_json:
        click.echo(json.dumps(parked, ensure_ascii=False))
        return
    for letter in parked:
        place = f"{letter['topic']}/{letter['partition']} at {letter['resume']}"
        click.echo(f"{letter['projection']} {letter['id']} {letter['state']} {place}: {letter['reason']}")


@dead_letters.command()
@click.argument("projection")
@click.argument("number", type=int)
@data_option
def retry(folder: DataFolder, projection: str, number: int) -> None:
    """Apply a parked message now."""
    applied = InternalClient(folder).worker("POST", f"{PATH}/{projection}/{number}/retry")["applied"]
    click.echo("applied" if applied else "it still breaks its contract and stays parked")


@dead_letters.command()
@click.argument("projection")
@click.argument("number", type=int)
@data_option
def discard(folder: DataFolder, projection: str, number: int) -> None:
    """Give a parked message up; what it touched stays marked as incomplete."""
    InternalClient(folder).worker("POST", f"{PATH}/{projection}/{number}/discard")
    click.echo("discarded")

"""`cchc devices`: pairing codes and tablets."""

import json
from typing import Any

import click

from cchc.data_folder import DataFolder
from cchc.internal_client import InternalClient
from cchc.options import data_option, json_option
from cchc.survey_client import issue_code

DEVICES = "/api/survey/v1/devices/"


@click.group()
def devices() -> None:
    """Tablets and the codes that pair them."""


@devices.command()
@click.option("--counter", required=True, help="Id of the counter at which the tablet will stand.")
@data_option
@json_option
def code(folder: DataFolder, counter: str, *, as_json: bool) -> None:
    """Make a one-time pairing code."""
    issued = issue_code(folder, counter)
    click.echo(json.dumps(issued) if as_json else f"{issued['code']}  for {counter}, until {issued['expires_at']}")


@devices.command("list")
@data_option
@json_option
def list_devices(folder: DataFolder, *, as_json: bool) -> None:
    """List tablets."""
    found = list(InternalClient(folder).web_list(DEVICES))
    if as_json:
        click.echo(json.dumps({"items": found}, ensure_ascii=False))
        return
    for device in found:
        click.echo(f"{device['device_id']}  {device['counter_id']}  {_standing(device)}")
    if not found:
        click.echo("no tablet is paired; `cchc devices code --counter …` makes a code")


@devices.command()
@click.argument("device_id")
@click.option("--because", required=True, help="Why it is listened to no more.")
@data_option
def revoke(folder: DataFolder, device_id: str, because: str) -> None:
    """Listen to a tablet no more; what it has sent stays."""
    InternalClient(folder).web_if_unchanged("POST", f"{DEVICES}{device_id}", "/revocation", {"because": because})
    click.echo(f"{device_id} is revoked")


def _standing(device: dict[str, Any]) -> str:
    return f"revoked {device['revoked_at']}" if device["revoked_at"] else "paired"

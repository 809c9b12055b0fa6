"""`cchc projections`: read models, how far they are, and building them anew."""

import json
import time
from collections.abc import Mapping
from typing import Any

import click
from rich.console import Console
from rich.progress import Progress

from cchc.data_folder import DataFolder
from cchc.internal_client import InternalClient
from cchc.options import data_option, json_option

LOOK_EVERY_SECONDS = 0.2


@click.group()
def projections() -> None:
    """Read models: list, lag, rebuild."""


@projections.command("list")
@data_option
@json_option
def list_projections(folder: DataFolder, *, as_json: bool) -> None:
    """List read models with their state and lag.

    Ends with 1 when one is not ready, or when a worker is away: what it keeps is not listed.
    """
    statuses, away = InternalClient(folder).workers_there("/control/projections")
    click.echo(json.dumps(statuses, ensure_ascii=False) if as_json else "\n".join(map(_told, statuses)))
    if away:
        raise click.ClickException("; ".join(away))
    if not all(status["ready"] for status in statuses):
        raise SystemExit(1)


def _told(status: Mapping[str, Any]) -> str:
    mark = "ready    " if status["ready"] else "NOT READY"
    lag = f"{status['lag_messages'] or 0} behind, {status['parked']} parked"
    why = f"\n          {status['error'].splitlines()[0]}" if status.get("error") else ""
    return f"{mark} {status['projection']:<26} v{status['version']} {status['state']:<9} {lag}{why}"


@projections.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--all", "every", is_flag=True, help="Every read model, one after the other.")
@data_option
def rebuild(folder: DataFolder, names: tuple[str, ...], *, every: bool) -> None:
    """Build read models anew beside the live ones, then switch readers to them; reads go on meanwhile."""
    if bool(names) == every:
        raise click.UsageError("name the read models that are to be built anew, or say --all")
    client = InternalClient(folder)
    kept = names_there(client, required=names)
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        for name in names or kept:
            _rebuild(client, name, bar)


def names_there(client: InternalClient, *, required: tuple[str, ...]) -> list[str]:
    """Name the read models that the workers keep, before any of them is touched.

    Raises:
        click.ClickException: One that is required is not among them; or a worker is away, and all are meant.
    """
    statuses, away = client.workers_there("/control/projections")
    kept = [status["projection"] for status in statuses]
    unknown = ", ".join(name for name in required if name not in kept)
    if unknown or (away and not required):
        raise click.ClickException("; ".join([*([f"nobody keeps {unknown}"] if unknown else []), *away]))
    return kept


def _rebuild(client: InternalClient, name: str, bar: Progress) -> None:
    client.worker("POST", f"/control/projections/{name}/rebuild")
    task = bar.add_task(name)
    while (told := client.worker("GET", f"/control/projections/{name}/rebuild"))["running"]:
        bar.update(task, completed=told["done"], total=told["total"])
        time.sleep(LOOK_EVERY_SECONDS)
    if told["failed"]:
        raise click.ClickException(f"{name} was not rebuilt: {told['failed']}")
    click.echo(f"{name}: {told['done']} messages read, readers switched")

"""`cchc announce`: where everything is, with a fresh pairing code."""

import click

from cchc.data_folder import DataFolder
from cchc.internal_client import InternalClient
from cchc.options import data_option
from cchc.survey_client import issue_code
from services.chassis.tenant_pack import read_part

SET_UP_LINKS = "/api/directory/v1/set-up-links"


@click.command()
@click.option("--counter", help="The counter whose kiosk link to print; the pack's first one by default.")
@data_option
def announce(folder: DataFolder, counter: str | None) -> None:
    """Print the portal, a kiosk link that pairs by itself, the API documentation and the set-up link."""
    client = InternalClient(folder)
    at = client.public_url
    code = issue_code(folder, counter or first_counter(folder))["code"]
    click.echo()
    click.echo(f"  Portal             {at}/")
    click.echo(f"  Counter results    {at}/counter-results")
    click.echo(f"  Kiosk              {at}/kiosk/#code={code}")
    for service in ("survey", "tasks", "indicators", "directory", "reporting"):
        click.echo(f"  API {service:<14} {at}/api/{service}/v1/")
    if (path := _set_up_path(client)) is not None:
        click.echo(f"  Set-up (once)      {at}{path}")
    click.echo(f"  Data and logs      {folder.root}")
    click.echo("\n  Ready. Ctrl-C where it runs, or `cchc down`, stops it.\n")


def first_counter(folder: DataFolder) -> str:
    """Give the id of the first counter of the folder's pack."""
    counters = read_part(folder.pack, "counters")
    return str(counters["counters"][0]["id"])


def _set_up_path(client: InternalClient) -> str | None:
    try:
        return str(client.web("POST", SET_UP_LINKS)["path"])
    except click.ClickException as refused:
        if "set_up_done" in refused.message:
            return None
        raise

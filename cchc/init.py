"""`cchc init`: makes a tenant's folder from a pack."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cchc.data_folder import DEFAULT_PACK, DataFolder, tenant_of_pack
from cchc.environment import environment_of
from cchc.options import data_option
from services.chassis.clock import SystemClock
from services.chassis.ids import new_id
from services.gateway import bootstrap as gateway
from services.gateway.config import Settings as GatewaySettings
from services.indicators import bootstrap as indicators
from services.indicators.config import Settings as IndicatorsSettings
from services.survey import bootstrap as survey
from services.survey.config import Settings as SurveySettings
from services.survey.handlers.pack import load_pack


@click.command()
@click.option("--pack", type=click.Path(path_type=Path, exists=True), default=DEFAULT_PACK, help="The tenant pack.")
@data_option
def init(folder: DataFolder, pack: Path) -> None:
    """Check a tenant pack and load it. Loading it again adds only what is new in it."""
    parts = read_pack(pack.absolute())
    with folder.locked():
        if not folder.exists():
            folder.create(tenant_of_pack(pack.absolute(), now=SystemClock().now(), seed=new_id()))
        load(folder, parts)
    click.echo(f"{parts['name_vi']} is loaded into {folder.root}")


def read_pack(pack: Path) -> Mapping[str, Any]:
    """Read every file of a pack.

    Raises:
        click.ClickException: A file is missing or is not JSON; the message names it.
    """
    about = _read(pack / "pack.json")
    return {**about, **{name: _read(pack / file) for name, file in about["files"].items()}}


def load(folder: DataFolder, parts: Mapping[str, Any]) -> None:
    """Bring every database to this release's schema and load a pack into the services."""
    env = environment_of(folder)
    _load_gateway(GatewaySettings.from_env(env), parts)
    _load_survey(SurveySettings.from_env(env), parts)
    indicators.migrate(IndicatorsSettings.from_env(env))


def _load_gateway(settings: GatewaySettings, parts: Mapping[str, Any]) -> None:
    gateway.migrate(settings)
    service = gateway.build(settings)
    try:
        gateway.load_pack(service, parts)
    finally:
        service.close()


def _load_survey(settings: SurveySettings, parts: Mapping[str, Any]) -> None:
    survey.migrate(settings)
    service = survey.build(settings)
    try:
        load_pack(service, parts)
    finally:
        service.close()


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        raise click.ClickException(f"the pack lacks {file.name}") from None
    except ValueError as error:
        raise click.ClickException(f"{file} is not JSON: {error}") from None

"""`cchc init`: makes a tenant's folder from a pack."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cchc.data_folder import DEFAULT_PACK, DataFolder, tenant_of_pack
from cchc.environment import environment_of
from cchc.options import data_option
from services.chassis.clock import SystemClock
from services.chassis.database import open_database
from services.chassis.domain import Refusal
from services.chassis.ids import new_id
from services.chassis.seals import create_seals
from services.gateway import bootstrap as gateway
from services.gateway.config import Settings as GatewaySettings
from services.indicators import bootstrap as indicators
from services.indicators.config import Settings as IndicatorsSettings
from services.survey import bootstrap as survey
from services.survey.config import Settings as SurveySettings
from services.survey.handlers.pack import load_pack

NEEDED = ("tenant", "name_vi", "files")
UNFINISHED = "unfinished"
"""Where a new folder's files lie until all of them are there."""


@click.command()
@click.option("--pack", type=click.Path(path_type=Path, exists=True), default=DEFAULT_PACK, help="The tenant pack.")
@data_option
def init(folder: DataFolder, pack: Path) -> None:
    """Check a tenant pack and load it. Loading it again adds only what is new in it."""
    parts = read_pack(pack.absolute())
    with folder.locked():
        if folder.exists():
            load(folder, parts)
        else:
            make(folder, pack.absolute(), parts)
    click.echo(f"{parts['name_vi']} is loaded into {folder.root}")


def read_pack(pack: Path) -> Mapping[str, Any]:
    """Read every file of a pack.

    Raises:
        click.ClickException: A file is missing or is not JSON, or the pack does not say what it is; the message names it.
    """
    about = _read(pack / "pack.json")
    if lacking := [name for name in NEEDED if not (isinstance(about, dict) and about.get(name))]:
        raise click.ClickException(f"{pack / 'pack.json'} lacks {', '.join(lacking)}")
    return {**about, **{name: _read(pack / file) for name, file in about["files"].items()}}


def make(folder: DataFolder, pack: Path, parts: Mapping[str, Any]) -> None:
    """Make a new folder for a pack. It appears at once or not at all: what a failure leaves behind is no tenant.

    Raises:
        click.ClickException: The services refuse what stands in the pack.
    """
    unfinished = DataFolder(folder.root / UNFINISHED)
    shutil.rmtree(unfinished.root, ignore_errors=True)
    try:
        unfinished.create(tenant_of_pack(pack, now=SystemClock().now(), seed=new_id()))
        load(unfinished, parts)
    except (Refusal, AttributeError, LookupError, TypeError, ValueError) as error:
        shutil.rmtree(unfinished.root, ignore_errors=True)
        raise click.ClickException(f"{pack} cannot be loaded: {type(error).__name__}: {error}") from None
    folder.root.chmod(0o700)
    for file in sorted(unfinished.root.iterdir(), key=_tenant_last):
        file.rename(folder.root / file.name)
    unfinished.root.rmdir()


def _tenant_last(file: Path) -> tuple[bool, str]:
    # With this file a folder holds a tenant; everything else has to be there before it.
    return file.name == "tenant.json", file.name


def load(folder: DataFolder, parts: Mapping[str, Any]) -> None:
    """Bring every database to this release's schema and load a pack into the services."""
    env = environment_of(folder)
    _load_gateway(GatewaySettings.from_env(env), parts)
    _load_survey(SurveySettings.from_env(env), parts)
    indicators.migrate(IndicatorsSettings.from_env(env))
    make_seals(folder)


def make_seals(folder: DataFolder) -> None:
    """Make the database of seals where it is missing: from now on its absence is a finding."""
    engine = open_database(f"sqlite:///{folder.database('seals')}")
    with engine.begin() as connection:
        create_seals(connection)
    engine.dispose()


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

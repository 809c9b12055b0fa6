"""`cchc init`: makes a tenant's folder from a pack."""

import shutil
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from cchc.data_folder import DEFAULT_PACK, DataFolder, Tenant, begun_at, tenant_of_pack
from cchc.environment import environment_of
from cchc.noted_stores import note_stores, require_noted_stores
from cchc.options import data_option, profile_option
from cchc.pack_check import PackRefused, read_pack
from cchc.reaching import require_servers
from cchc.servers import check_settings, database_urls, make_seals, make_stream_log
from cchc.topics import make_topics
from services.chassis.clock import SystemClock
from services.chassis.domain import Refusal
from services.chassis.ids import new_id
from services.chassis.settings import Environment, SettingError
from services.gateway import bootstrap as gateway
from services.gateway.config import Settings as GatewaySettings
from services.indicators import bootstrap as indicators
from services.indicators.config import Settings as IndicatorsSettings
from services.survey import bootstrap as survey
from services.survey.config import Settings as SurveySettings
from services.survey.handlers.pack import load_pack
from services.tasks import bootstrap as tasks
from services.tasks.config import Settings as TasksSettings

NOT_LOADED_YET = ("scorecards",)
"""Parts that no service of this release takes in."""
UNFINISHED = "unfinished"
"""Where a new folder's files lie until all of them are there."""


@click.command()
@click.option("--pack", type=click.Path(path_type=Path, exists=True), default=DEFAULT_PACK, help="The tenant pack.")
@data_option
@profile_option
@click.option(
    "--begins-at", type=datetime.fromisoformat, help="When a new demonstration's business time begins, with offset."
)
def init(folder: DataFolder, pack: Path, profile: str | None, begins_at: datetime | None) -> None:
    """Check a tenant pack and load it. Loading it again adds only what is new in it."""
    try:
        parts = read_pack(pack.absolute())
    except PackRefused as refused:
        raise click.ClickException(str(refused)) from None
    with folder.locked():
        if folder.exists():
            load(folder, parts)
            keep(folder, pack.absolute(), parts)
        else:
            make(folder, pack.absolute(), parts, profile=profile or "embedded", begins_at=begins_at)
    click.echo(f"{parts['name_vi']} is loaded into {folder.root}")
    click.echo(f"checked and kept in {folder.pack}, not taken in yet: {', '.join(NOT_LOADED_YET)}")


def make(
    folder: DataFolder,
    pack: Path,
    parts: Mapping[str, Any],
    *,
    profile: str = "embedded",
    begins_at: datetime | None = None,
) -> None:
    """Make a new folder for a pack. It appears at once or not at all: what a failure leaves behind is no tenant.

    Raises:
        click.ClickException: The services refuse what stands in the pack.
    """
    unfinished = DataFolder(folder.root / UNFINISHED)
    shutil.rmtree(unfinished.root, ignore_errors=True)
    try:
        unfinished.create(_tenant(pack, profile, begins_at))
        if folder.settings_file.exists():
            shutil.copy2(folder.settings_file, unfinished.settings_file)
        load(unfinished, parts)
        make_stream_log(environment_of(unfinished))
        keep(unfinished, pack, parts)
    except (click.ClickException, SettingError):
        shutil.rmtree(unfinished.root, ignore_errors=True)
        raise
    except (Refusal, AttributeError, LookupError, TypeError, ValueError) as error:
        shutil.rmtree(unfinished.root, ignore_errors=True)
        raise click.ClickException(f"{pack} cannot be loaded: {type(error).__name__}: {error}") from None
    folder.root.chmod(0o700)
    shutil.rmtree(folder.kept_pack, ignore_errors=True)
    for file in sorted(unfinished.root.iterdir(), key=_tenant_last):
        file.rename(folder.root / file.name)
    unfinished.root.rmdir()


def _tenant(pack: Path, profile: str, begins_at: datetime | None) -> Tenant:
    now = SystemClock().now()
    tenant = tenant_of_pack(pack, now=now, seed=new_id(), profile=profile)
    if begins_at is None:
        return tenant
    if not tenant.demonstration:
        raise click.ClickException("a real tenant's time begins now: only a demonstration's can be chosen")
    return begun_at(tenant, begins_at, now=now)


def _tenant_last(file: Path) -> tuple[bool, str]:
    # With this file a folder holds a tenant; everything else has to be there before it.
    return file.name == "tenant.json", file.name


def load(folder: DataFolder, parts: Mapping[str, Any]) -> None:
    """Bring every database to this release's schema and load a pack into the services."""
    env = environment_of(folder)
    if folder.tenant().is_distributed:
        check_settings(env)
        require_servers(env)
        require_noted_stores(folder)
        make_topics(env)
        make_seals(*database_urls(env).values())
    else:
        require_noted_stores(folder)
        make_seals(f"sqlite:///{folder.database('seals')}")
    load_services(env, parts)
    note_stores(folder)


def load_services(env: Environment, parts: Mapping[str, Any]) -> None:
    """Bring every database that the settings name to this release's schema and load a pack into the services."""
    _load_gateway(GatewaySettings.from_env(env), parts)
    _load_survey(SurveySettings.from_env(env), parts)
    _load_tasks(TasksSettings.from_env(env), parts)
    _load_indicators(IndicatorsSettings.from_env(env), parts)


def keep(folder: DataFolder, pack: Path, parts: Mapping[str, Any]) -> None:
    """Keep a copy of the pack in the folder: what runs goes by it, whatever becomes of the original."""
    if pack.resolve() == folder.kept_pack.resolve():
        return
    copy = folder.kept_pack.with_name("pack.new")
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for file in ("pack.json", *parts["files"].values()):
        shutil.copyfile(pack / file, copy / file)
    shutil.rmtree(folder.kept_pack, ignore_errors=True)
    copy.rename(folder.kept_pack)


def _load_gateway(settings: GatewaySettings, parts: Mapping[str, Any]) -> None:
    gateway.migrate(settings)
    with closing(gateway.build(settings)) as service:
        gateway.load_pack(service, parts)


def _load_survey(settings: SurveySettings, parts: Mapping[str, Any]) -> None:
    survey.migrate(settings)
    with closing(survey.build(settings)) as service:
        load_pack(service, parts)


def _load_tasks(settings: TasksSettings, parts: Mapping[str, Any]) -> None:
    tasks.migrate(settings)
    with closing(tasks.build(settings)) as service:
        tasks.load_pack(service, parts)


def _load_indicators(settings: IndicatorsSettings, parts: Mapping[str, Any]) -> None:
    indicators.migrate(settings)
    indicators.migrate_folder(settings)
    with closing(indicators.build(settings)) as service:
        indicators.load_pack(service, parts)

"""`cchc doctor`: looks after what this machine and the servers have to be like, and says what to do."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click

from cchc.checks.databases import look_at_databases
from cchc.checks.event_log import look_at_event_log
from cchc.checks.finding import Finding, Word, look
from cchc.checks.machine import look_at_machine
from cchc.checks.processes import look_at_processes
from cchc.checks.readers import look_at_readers
from cchc.checks.tenant import look_at_tenant
from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.options import data_option, json_option
from cchc.servers import check_settings
from services.chassis.settings import Environment, SettingError, environment


@click.command()
@data_option
@click.option(
    "--backups", type=click.Path(path_type=Path), help="Where backups lie; `backups` in the folder by default."
)
@json_option
def doctor(folder: DataFolder, backups: Path | None, *, as_json: bool) -> None:
    """Look at ports, clock, disk, programs, keys, databases, log, read models and backups. Ends with 1 when one is ill."""
    findings = list(_look(folder, backups or folder.backups))
    click.echo(json.dumps([asdict(found) for found in findings], ensure_ascii=False) if as_json else _told(findings))
    if any(found.word is Word.ILL for found in findings):
        raise SystemExit(1)


def _look(folder: DataFolder, backups: Path) -> Iterator[Finding]:
    if not folder.exists():
        yield from look_at_machine(folder, Environment(environment()))
        yield look("folder", f"{folder.root} holds no tenant yet", "make one: `cchc init --pack …`")
        return
    is_distributed = folder.tenant().is_distributed
    env = environment_of(folder)
    yield from look_at_machine(folder, env)
    yield from look_at_tenant(folder, backups)
    yield from look_at_processes(folder)
    if is_distributed:
        try:
            check_settings(env)
        except SettingError as refused:
            yield Finding(
                name="settings", word=Word.ILL, reason=str(refused), to_do=f"write it into {folder.settings_file}"
            )
            return
        yield from look_at_event_log(env)
    yield from look_at_databases(folder)
    yield from look_at_readers(folder)


def _told(findings: list[Finding]) -> str:
    lines = []
    for found in findings:
        lines.append(f"{found.word:<5} {found.name}: {found.reason}")
        if found.to_do:
            lines.append(f"      -> {found.to_do}")
    return "\n".join(lines)

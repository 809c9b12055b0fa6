"""`cchc up` and `cchc down`: every process of a folder, supervised. Imports little: it stays in memory."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from cchc.data_folder import DataFolder
from cchc.environment import variables_of
from cchc.options import data_option, profile_option
from cchc.ports import free_ports
from cchc.supervisor import LOG_IS_AWAY, Child, Supervisor
from cchc.up_distributed import FOLLOWING_THE_LOG, supervise, wait_until_ready
from services.chassis.settings import environment

DOWN_WITHIN_SECONDS = 120.0
LOOK_SECONDS = 0.1
READY_WITHIN_SECONDS = 60.0
ALL_READY_WITHIN_SECONDS = 600.0
"""The distributed profile starts many processes, at times on a machine that has other work."""
NO_TENANT = "{folder} holds no tenant: is it the right folder? Make one by `cchc init --pack …`, or name the pack here"
"""A folder that is not mounted yet must not become an open demonstration."""


@click.command()
@data_option
@click.option("--pack", type=click.Path(path_type=Path), help="What to load into a new folder.")
@click.option("--host", envvar="CCHC_HOST", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", envvar="PORT", default=8080, show_default=True, type=int, help="Port to listen on.")
@profile_option
def up(folder: DataFolder, pack: Path | None, host: str, port: int, profile: str | None) -> None:
    """Start everything on this machine and keep it running until Ctrl-C."""
    log_is_away = False
    _free(host, port)  # before anything is made; it is looked for again once it is needed
    if not folder.exists():
        if pack is None:
            raise click.ClickException(NO_TENANT.format(folder=folder.root))
        _run_cchc("init", "--data", str(folder.root), "--pack", str(pack), "--profile", profile or "embedded")
    elif profile not in {None, folder.tenant().profile}:
        raise click.ClickException(f"{folder.root} is a folder of the {folder.tenant().profile} profile")
    elif folder.tenant().is_distributed:
        log_is_away = _migrate(folder)
    with folder.locked():
        if folder.tenant().is_distributed:
            _hold_all(folder, host, _free(host, port), but=FOLLOWING_THE_LOG if log_is_away else ())
        else:
            _hold(folder, host, _free(host, port))


@click.command()
@data_option
def down(folder: DataFolder) -> None:
    """Stop what `cchc up` started on this folder, and wait until all of it has ended."""
    if not folder.is_running():
        click.echo(f"nothing is running in {folder.root}")
        return
    os.kill(json.loads(folder.running.read_text())["pid"], signal.SIGTERM)
    ends_at = time.monotonic() + DOWN_WITHIN_SECONDS
    while folder.is_held():
        if time.monotonic() > ends_at:
            raise click.ClickException(
                f"{folder.root} goes on after {DOWN_WITHIN_SECONDS:.0f} s; see {folder.log('*')}"
            )
        time.sleep(LOOK_SECONDS)
    click.echo(f"stopped: {folder.root}")


def _hold(folder: DataFolder, host: str, port: int) -> None:
    internal_port, worker_port = free_ports(2)
    supervisor = Supervisor(_children(folder, host, port, (internal_port, worker_port)), said=_say)
    folder.running.write_text(
        json.dumps(
            {"pid": os.getpid(), "host": host, "port": port, "internal_port": internal_port, "worker_port": worker_port}
        )
    )
    _stay(folder, supervisor, lambda: _ready(internal_port, supervisor))


def _hold_all(folder: DataFolder, host: str, port: int, *, but: Sequence[str]) -> None:
    supervisor = supervise(folder, host, port, said=_say)
    ends_at = time.monotonic() + ALL_READY_WITHIN_SECONDS

    def all_ready() -> bool:
        waiting = wait_until_ready(folder, supervisor, but=but, deadline=lambda: time.monotonic() > ends_at)
        if waiting and not supervisor.stopping.is_set():
            _say("\n".join(["not ready:", *(f"  {name}: {why}" for name, why in waiting.items())]))
        return not waiting

    _stay(folder, supervisor, all_ready)


def _stay(folder: DataFolder, supervisor: Supervisor, become_ready: Callable[[], bool]) -> None:
    """Run every process until told to stop, and say where everything is once all are ready."""
    try:
        supervisor.start()
        if become_ready():
            _cchc("announce", "--data", str(folder.root))
        supervisor.hold()
    finally:
        supervisor.stop()
        folder.running.unlink(missing_ok=True)
    if supervisor.refused:
        raise SystemExit(1)


def _children(folder: DataFolder, host: str, port: int, internal_ports: tuple[int, int]) -> list[Child]:
    variables = {
        **environment(),
        **variables_of(folder),
        "CCHC_HOST": host,
        "PORT": str(port),
    }
    ports = dict(zip(("web", "worker"), internal_ports, strict=True))
    return [
        Child(
            name,
            [sys.executable, "-m", "cchc.embedded", name],
            {**variables, "CCHC_INTERNAL_PORT": str(own)},
            folder.log(name),
        )
        for name, own in ports.items()
    ]


def _ready(internal_port: int, supervisor: Supervisor) -> bool:
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while time.monotonic() < deadline and not supervisor.stopping.wait(supervisor.tick_seconds):
        supervisor.look()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{internal_port}/readyz", timeout=1):
                return True
        except (urllib.error.URLError, OSError):
            continue
    if not supervisor.stopping.is_set():
        _say(f"not ready after {READY_WITHIN_SECONDS:.0f} s; see the messages above")
    return False


def _free(host: str, port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            raise click.ClickException(
                f"port {port} is taken: choose another with --port or PORT, as in PORT=8081 make run"
            ) from None
        bound: int = probe.getsockname()[1]
        return bound


def _migrate(folder: DataFolder) -> bool:
    """Migrate, and say whether the event log is away."""
    code = _cchc("migrate", "--data", str(folder.root))
    if code == LOG_IS_AWAY:
        _say("starting all the same: ballots and reports are taken, figures wait for the event log")
    elif code:
        raise SystemExit(code)
    return code == LOG_IS_AWAY


def _run_cchc(*arguments: str) -> None:
    if code := _cchc(*arguments):
        raise SystemExit(code)


def _cchc(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "cchc.main", *arguments], check=False).returncode  # noqa: S603 - ourselves


def _say(text: str) -> None:
    click.echo(text, err=True)

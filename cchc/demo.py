"""`cchc demo`: plays the demonstration year on a folder of its own through the public API, then shows it."""

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from random import Random
from typing import Self

import click
import httpx
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from cchc.data_folder import DEFAULT_PACK, DataFolder
from cchc.demonstration.calendar import WorkingDays
from cchc.demonstration.staging import set_stage
from cchc.demonstration.year import Span, Year
from services.chassis.clock import SystemClock, monotonic
from services.chassis.working_calendar import read_working_calendar

FIRST, LAST = date(2021, 1, 14), date(2021, 12, 31)
BEGINS_AT = "2021-01-14T08:00:00+07:00"
PLAYED = "demonstration.json"
START_WITHIN_SECONDS = 120.0


@click.command()
@click.option(
    "--data", type=click.Path(path_type=Path), default=Path("var-demo"), show_default=True, help="Its own folder."
)
@click.option("--port", envvar="PORT", default=8080, show_default=True, type=int, help="Port of the one door.")
@click.option("--seed", default=53, show_default=True, help="From what everything is drawn.")
@click.option("--until", type=date.fromisoformat, default=LAST.isoformat(), show_default=True, help="The last day.")
@click.option("--counters-every", default=1, show_default=True, help="Let counters work each so many working days.")
@click.option("--stop", is_flag=True, help="Stop when the year is over, in place of showing it.")
def demo(data: Path, port: int, seed: int, until: date, counters_every: int, stop: bool) -> None:
    """Play a year of the district, by the public API only. A folder that was played before is shown as it is."""
    folder = DataFolder(data.absolute())
    played = folder.root / PLAYED
    if folder.exists() and not played.exists():
        raise click.ClickException(
            f"{folder.root} holds a tenant that is no finished demonstration: choose another --data"
        )
    if not folder.exists():
        _run("init", "--data", str(folder.root), "--pack", str(DEFAULT_PACK), "--begins-at", BEGINS_AT)
    with _running(folder, port) as product:
        if not played.exists():
            _play(folder, seed, Span(since=FIRST, until=until, counters_every=counters_every))
            played.write_text(json.dumps({"seed": seed, "until": until.isoformat()}) + "\n")
        if not stop:
            product.wait()


def _play(folder: DataFolder, seed: int, span: Span) -> None:
    clock, random = SystemClock(), Random(seed)  # noqa: S311 - repeatable on purpose
    days = read_working_calendar(folder.pack, WorkingDays)
    running = json.loads(folder.running.read_text())
    with (
        httpx.Client(base_url=f"http://127.0.0.1:{running['port']}", timeout=60) as http,
        _Bar(days, span.until) as bar,
    ):
        stage = set_stage(folder, http, random, clock)
        Year(stage, days, random, span).play(bar)


class _Bar:
    """Shows on the terminal how far the year has come."""

    def __init__(self, days: WorkingDays, until: date) -> None:
        self._count = sum(1 for _ in days.between(FIRST, until))
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"))
        self._shown = Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn())
        self._bar = self._shown.add_task("14/1/2021", total=self._count)

    def __enter__(self) -> Self:
        self._shown.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._shown.stop()

    def day(self, day: date, acts: int, ballots: int) -> None:
        """Show that a day is over."""
        said = f"{day.day}/{day.month}/{day.year}: {acts} việc, {ballots} phiếu"
        self._shown.update(self._bar, advance=1, description=said)


@contextmanager
def _running(folder: DataFolder, port: int) -> Iterator[subprocess.Popen[bytes]]:
    signal.signal(signal.SIGTERM, _leave)
    product = subprocess.Popen(_command("up", "--data", str(folder.root), "--port", str(port)))  # noqa: S603 - ourselves
    try:
        _wait_for(product, folder)
        yield product
    finally:
        product.terminate()
        product.wait()


def _wait_for(product: subprocess.Popen[bytes], folder: DataFolder) -> None:
    deadline, pause = monotonic() + START_WITHIN_SECONDS, threading.Event()
    while not _answers(folder):
        if product.poll() is not None or monotonic() > deadline:
            raise click.ClickException("the product did not start; see the messages above")
        pause.wait(0.2)


def _leave(_number: int, _frame: object) -> None:
    # Whoever ends us ends the product with us.
    raise SystemExit(0)


def _answers(folder: DataFolder) -> bool:
    if not folder.is_running():
        return False
    port = json.loads(folder.running.read_text())["internal_port"]
    try:
        return httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=2).is_success
    except httpx.HTTPError:
        return False


def _run(*arguments: str) -> None:
    if code := subprocess.run(_command(*arguments), check=False).returncode:  # noqa: S603 - ourselves
        raise SystemExit(code)


def _command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "cchc.main", *arguments]

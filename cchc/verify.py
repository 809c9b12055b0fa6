"""`cchc verify`: checks seals, numbers and bodies of every store."""

import json
from collections.abc import Callable
from dataclasses import asdict

import click
import psycopg
from sqlalchemy import Engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from cchc.catalog import STORES
from cchc.data_folder import DataFolder
from cchc.environment import environment_of
from cchc.noted_stores import why_strange
from cchc.options import data_option, json_option
from cchc.servers import STREAM_LOG, database_urls, stream_log_url
from services.chassis.database import open_database
from services.chassis.domain import Refusal
from services.chassis.event_store.opening import open_event_store
from services.chassis.seals import Ledger, Problem, Report, Seals
from services.chassis.seals import verify as verify_store
from services.gateway.streams.verification import check_log


@click.command()
@data_option
@json_option
def verify(folder: DataFolder, *, as_json: bool) -> None:
    """Say what was checked, what was found, and what no seal covers yet. Ends with 1 when something was found."""
    if folder.tenant().is_distributed:
        env = environment_of(folder)
        # Each database holds the seals of its own store.
        reports = [_of_databases(name, url, url) for name, url in database_urls(env).items()]
        reports.append(_read(STREAM_LOG, stream_log_url(env), _stream_log))
    else:
        reports = [check(folder, name) for name in (*STORES, STREAM_LOG)]
    reports = [_known(folder, report) for report in reports]
    click.echo(json.dumps({"stores": [asdict(report) for report in reports]}) if as_json else _told(reports))
    if any(report.found for report in reports):
        raise SystemExit(1)


def check(folder: DataFolder, name: str) -> Report:
    """Verify one store against its seals, or the stream log's chains. A file that is gone or unreadable is a finding."""
    for file in (folder.database(name), folder.database("seals")):
        if not file.exists():
            return _unchecked(name, f"{file} is not there")
    if name == STREAM_LOG:
        return _read(name, f"sqlite:///{folder.database(name)}", _stream_log)
    return _of_databases(name, f"sqlite:///{folder.database(name)}", f"sqlite:///{folder.database('seals')}")


def _of_databases(name: str, url: str, seals_url: str) -> Report:
    return _read(name, url, lambda opened: _compared(name, opened, seals_url))


def _read(name: str, url: str, look: Callable[[Engine], Report]) -> Report:
    opened = open_database(url, read_only=True)
    try:
        return look(opened)
    # A damaged file can hold values of any kind; the other stores' reports are not lost for that.
    except (SQLAlchemyError, psycopg.Error, Refusal, TypeError, ValueError, RecursionError) as error:
        place = make_url(url).render_as_string()
        return _unchecked(name, f"{place.removeprefix('sqlite:///')} or its seals cannot be read: {_first_line(error)}")
    finally:
        opened.dispose()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]


def _unchecked(name: str, what: str) -> Report:
    problem = Problem(ledger=Ledger.FACTS, position=0, last_position=0, what=what)
    return Report(store=name, checked=0, found=(problem,), not_sealed_yet=0)


def _known(folder: DataFolder, report: Report) -> Report:
    """Hold a store that is green against the one that this folder knew: an empty one in its place has no fault of its own."""
    why = "" if report.found or report.store == STREAM_LOG else why_strange(folder, report.store)
    return _unchecked(report.store, why) if why else report


def _compared(name: str, opened: Engine, seals_url: str) -> Report:
    sealed = open_database(seals_url, read_only=True)
    store = open_event_store(opened)
    try:
        return verify_store(store, Seals(sealed, store_name=name))
    finally:
        store.close()
        sealed.dispose()


def _stream_log(opened: Engine) -> Report:
    found: list[Problem] = []

    def find(where: str, place: int, what: str) -> None:
        found.append(Problem(ledger=where, position=place, last_position=place, what=what))

    # Its chains are its seals: subscribers hold them too.
    return Report(store=STREAM_LOG, checked=check_log(opened, find), found=tuple(found), not_sealed_yet=0)


def _told(reports: list[Report]) -> str:
    lines = []
    for report in reports:
        state = "red" if report.found else "green"
        lines.append(f"{report.store}: {state}, {report.checked} rows checked, {report.not_sealed_yet} not sealed yet")
        lines += [f"  {it.ledger} {it.position}-{it.last_position}: {it.what}" for it in report.found]
    return "\n".join(lines)

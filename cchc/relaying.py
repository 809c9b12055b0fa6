"""What reconciling needs where the log is Kafka: the relays have to carry the markers of new lives there first."""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import click
from sqlalchemy import Engine

from cchc.catalog import SERVICES, STORES
from cchc.distributed import projectors_of
from cchc.relay import settings_of
from services.chassis.clock import monotonic
from services.chassis.database import open_database
from services.chassis.projector import Projector
from services.chassis.relay import RelayMustExit
from services.chassis.relay_cursor import count_unsent
from services.chassis.relay_process import EXIT_AND_START_AGAIN, relay_until
from services.chassis.settings import Environment

WITHIN_SECONDS = 600.0
PATIENCE_SECONDS = 60.0
"""How long a row may go unacknowledged while nobody else waits for it."""
LOOK_EVERY_SECONDS = 0.2


def catch_up_relays(env: Environment, *, said: Callable[[str], object]) -> None:
    """Relay every store's outbox to its end, side by side.

    Raises:
        click.ClickException: The log did not take one in time.
    """
    with ThreadPoolExecutor(len(STORES)) as hands:
        for store, _ in zip(STORES, hands.map(lambda store: _catch_up(store, env), STORES), strict=True):
            said(f"  {store}: everything is in the log")


def projectors_of_services(env: Environment) -> list[Projector]:
    """Make every projector of every service."""
    return [projector for name in SERVICES for projector in projectors_of(name, env)]


def _catch_up(store: str, env: Environment) -> None:
    stop = threading.Event()
    relay = threading.Thread(target=_relay, args=(store, env, stop), name=f"relay-{store}", daemon=True)
    relay.start()
    ends_at = monotonic() + WITHIN_SECONDS
    outbox = open_database(settings_of(store, env).database_url, pool_size=1)
    while _left(outbox):
        if not relay.is_alive():
            raise click.ClickException(f"the relay of {store} has ended with what is said above")
        if monotonic() > ends_at:
            raise click.ClickException(f"the log did not take what {store} holds within {WITHIN_SECONDS:g} s")
        stop.wait(LOOK_EVERY_SECONDS)
    stop.set()
    relay.join()
    outbox.dispose()


def _relay(store: str, env: Environment, stop: threading.Event) -> None:
    patient = replace(settings_of(store, env), deadline_seconds=PATIENCE_SECONDS, ttl_seconds=PATIENCE_SECONDS)
    try:
        relay_until(stop, patient)
    except RelayMustExit as why:
        # What the log holds is unknown now; nothing may be closed. Running the command again goes on where this ends.
        sys.stderr.write(f"the log did not take what {store} holds ({why}): see that Kafka runs, and run this again\n")
        sys.stderr.flush()
        os._exit(EXIT_AND_START_AGAIN)


def _left(outbox: Engine) -> int:
    with outbox.connect() as connection:
        return count_unsent(connection)

"""A disk that is full: taps are refused by name until there is room again, and nothing acknowledged is lost.

The kernel refuses every byte that the product's processes would write to a file, their logs too; that needs no rights
and works in any container.
"""

import json
import resource
from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import httpx
import pytest

from cchc.demonstration.tablet import BATCH, NotSent, Tablet
from tests.chaos.crowd import Ledger
from tests.chaos.judge import judge
from tests.chaos.processes import command_of, descendants
from tests.support.embedded import Instance, an_instance
from tests.support.servers.ports import eventually

if TYPE_CHECKING:
    from tests.chaos.world import World

FULL = 0
"""Bytes of a file that can still be written."""

COUNT = 50


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance of its own: nobody else could work while its disk is full."""
    with an_instance(tmp_path_factory.mktemp("full")) as started:
        yield started


def processes(own: Instance, name: str = "") -> list[int]:
    """Give the two processes that serve and work, or one of them."""
    return [pid for pid in descendants(own.process.pid) if f"cchc.embedded {name}" in command_of(pid)]


def set_room(own: Instance, room: int, *, of: str = "") -> None:
    """Let no file of the product's processes, or of one of them, be written beyond `room`."""
    for pid in processes(own, of):
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (room, most))


def failing(own: Instance) -> list[str]:
    """Give the read models that cannot be written now."""
    return [status["projection"] for status in own.statuses() if status["error"]]


def cast_ballots(tablet: Tablet, ledger: Ledger) -> None:
    for nth in range(COUNT):
        ballot_id = tablet.tap(1 + nth % 5)
        ledger.casts[ballot_id] = str(json.loads(tablet.lines[max(tablet.lines)])["entry_id"])


def send_unsent(tablet: Tablet) -> httpx.Response:
    return tablet.post(BATCH, b"".join(tablet.lines[seq] + b"\n" for seq in tablet.unsent))


def test_a_full_disk_refuses_by_name_and_what_was_acknowledged_stays(own: Instance) -> None:
    tablet, ledger = own.pair("quay-1-tt-ha-lam", seed=5), Ledger()
    cast_ballots(tablet, ledger)
    ledger.heard(tablet.flush())
    own.wait_until_caught_up()
    cast_ballots(tablet, ledger)
    at_work = processes(own)

    set_room(own, FULL)
    refused = [send_unsent(tablet) for _ in range(3)]

    for answer in refused:
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable"), answer.text
        assert int(answer.headers["Retry-After"]) >= 1
    with pytest.raises(NotSent):
        tablet.flush()
    assert len(tablet.unsent) == COUNT
    assert httpx.get(f"{own.url}/", follow_redirects=True).status_code == 200

    set_room(own, resource.RLIM_INFINITY)
    ledger.heard(tablet.flush())

    assert tablet.unsent == tablet.missing == []
    eventually(lambda: not failing(own))
    own.wait_until_caught_up()
    assert judge(cast("World", own), ledger) == []
    assert processes(own) == at_work, own.log


def test_read_models_without_room_wait_and_go_on(own: Instance) -> None:
    tablet, ledger = own.pair("quay-2-tt-ha-lam", seed=6), Ledger()
    own.wait_until_caught_up()
    at_work = processes(own)

    set_room(own, FULL, of="worker")
    cast_ballots(tablet, ledger)
    ledger.heard(tablet.flush())
    eventually(lambda: failing(own))
    set_room(own, resource.RLIM_INFINITY, of="worker")

    eventually(lambda: not failing(own))
    own.wait_until_caught_up()
    assert processes(own) == at_work, own.log

"""A backup of a running folder, a power cut, the backup put back: tablets send the rest, nothing is lost or doubled."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from cchc.demonstration.tablet import Tablet
from tests.chaos.crowd import Ledger
from tests.chaos.judge import judge
from tests.support.embedded import Instance, an_instance
from tests.support.servers.ports import eventually

if TYPE_CHECKING:
    from tests.chaos.world import World


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An instance that nobody else needs: its plug will be pulled."""
    with an_instance(tmp_path_factory.mktemp("own")) as started:
        yield started


def tap(tablet: Tablet, ledger: Ledger, scores: tuple[int, ...]) -> None:
    """People answer; the ledger remembers what the server has acknowledged."""
    for score in scores:
        ballot_id = tablet.tap(score)
        ledger.casts[ballot_id] = str(json.loads(tablet.lines[max(tablet.lines)])["entry_id"])
    ledger.heard(tablet.flush())


def test_a_backup_that_is_put_back_loses_and_doubles_nothing(own: Instance, tmp_path: Path) -> None:
    tablet, ledger = own.pair("quay-1-tt-ha-lam", seed=3), Ledger()
    tap(tablet, ledger, (5, 4, 5, 4, 5, 1))
    assert tablet.backed_up_through == 0
    backup = own.told("backup", "--to", str(tmp_path))["folder"]
    tap(tablet, ledger, (2, 3, 4, 5))
    eventually(lambda: tablet.heartbeat()["backed_up_through"] == 6)
    own.wait_until_caught_up()

    refused = own.ask("restore", backup)
    assert refused.returncode == 1
    assert "is in use" in refused.stderr

    own.kill()
    restored = own.ask("restore", backup)
    assert restored.returncode == 0, restored.stderr
    assert own.survey_store().load(f"ballots-{tablet.device_id}")[-1].version == 5
    reconciled = own.ask("reconcile")
    assert reconciled.returncode == 0, reconciled.stderr
    own.start()

    tablet.http.base_url = own.url
    told = tablet.heartbeat()
    assert told["wishes"]["resend"] == [[7, 10]]
    # The mark was set after the copy was made; a store that does not know of its backup lets tablets keep more, not less.
    assert told["backed_up_through"] <= 6
    ledger.heard(tablet.resend(told["wishes"]["resend"]))
    assert tablet.missing == []
    assert tablet.heartbeat()["wishes"]["resend"] == []
    tap(tablet, ledger, (5,))
    assert tablet.backed_up_through <= 6
    own.told("backup", "--to", str(tmp_path))
    eventually(lambda: tablet.heartbeat()["backed_up_through"] == 11)

    own.wait_until_caught_up()
    assert judge(cast("World", own), ledger) == []
    assert ledger.refused == {}
    assert own.ask("verify").returncode == 0


def test_a_damaged_backup_is_refused_and_nothing_is_replaced(own: Instance, tmp_path: Path) -> None:
    assert own.ask("down").stdout == f"stopped: {own.data.root}\n"
    assert not own.data.is_held()
    own.stop()
    made = own.told("backup", "--to", str(tmp_path))
    copied = Path(made["folder"]) / "survey.db"
    body = bytearray(copied.read_bytes())
    body[len(body) // 2] ^= 1
    copied.write_bytes(body)
    before = own.data.database("survey").read_bytes()

    refused = own.ask("restore", made["folder"])

    assert refused.returncode == 1
    assert "survey.db" in refused.stderr
    assert "damaged" in refused.stderr
    assert own.data.database("survey").read_bytes() == before


def test_a_folder_that_is_no_backup_is_refused(own: Instance, tmp_path: Path) -> None:
    refused = own.ask("restore", str(tmp_path))
    assert refused.returncode == 1
    assert "no complete backup" in refused.stderr


def test_children_end_when_their_supervisor_is_killed_and_the_folder_is_free_again(own: Instance) -> None:
    own.start()
    orphans = own.kill_supervisor()
    assert len(orphans) >= 2
    eventually(lambda: not any(is_running(pid) for pid in orphans))
    own.start()


def is_running(pid: int) -> bool:
    """Say whether a process works; one that nobody has buried yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False

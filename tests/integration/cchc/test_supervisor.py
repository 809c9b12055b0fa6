"""The supervisor over real processes."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cchc.supervisor import FIRST_WAIT_SECONDS, LIFELINE, Child, Supervisor
from services.chassis.settings import environment
from tests.support.servers.ports import eventually

STAYS = "import signal; signal.pause()"
DIES = "raise SystemExit(3)"
IS_DEAF = (
    "import pathlib, signal, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "pathlib.Path(sys.argv[1]).touch(); signal.pause(); signal.pause()"
)
LISTENS_TO_THE_LIFELINE = f"import os; os.read(int(os.environ['{LIFELINE}']), 1)"


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """The supervisor takes signals for itself; the test run gets them back."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def a_child(program: str, *arguments: str) -> Child:
    return Child("child", [sys.executable, "-c", program, *arguments], dict(environment()), Path(os.devnull))


def held(supervisor: Supervisor) -> threading.Thread:
    supervisor.start()
    thread = threading.Thread(target=supervisor.hold)
    thread.start()
    return thread


def test_a_killed_child_is_started_again() -> None:
    child, said = a_child(STAYS), list[str]()
    supervisor = Supervisor([child], said=said.append, tick_seconds=0.01)
    thread = held(supervisor)
    first = child.process
    assert first is not None
    first.kill()
    eventually(lambda: child.alive() and child.process is not first)
    supervisor.stopping.set()
    thread.join()
    supervisor.stop()
    assert said == ["child ended (-9), see /dev/null; starting it again in 0.2 s"]
    assert not child.alive()


def test_a_child_that_keeps_dying_is_waited_for_longer_and_longer() -> None:
    child, said = a_child(DIES), list[str]()
    supervisor = Supervisor([child], said=said.append, tick_seconds=0.01)
    thread = held(supervisor)
    eventually(lambda: len(said) >= 3)
    supervisor.stopping.set()
    thread.join()
    supervisor.stop()
    waits = [float(line.rpartition(" in ")[2].removesuffix(" s")) for line in said[:3]]
    assert waits == [FIRST_WAIT_SECONDS, FIRST_WAIT_SECONDS * 2, FIRST_WAIT_SECONDS * 4]


def test_a_child_that_does_not_listen_is_ended_by_force(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("cchc.supervisor.STOP_WITHIN_SECONDS", 0.2)
    child = a_child(IS_DEAF, str(tmp_path / "deaf"))
    supervisor = Supervisor([child], said=print)
    supervisor.start()
    eventually((tmp_path / "deaf").exists)
    supervisor.stop()
    assert child.process is not None
    assert child.process.returncode == -signal.SIGKILL


def test_a_signal_is_the_wish_to_stop() -> None:
    supervisor = Supervisor([], said=print, tick_seconds=0.01)
    supervisor.start()
    signal.raise_signal(signal.SIGTERM)
    supervisor.hold()
    assert supervisor.stopping.is_set()


def test_a_child_notices_that_its_supervisor_is_gone() -> None:
    child = a_child(LISTENS_TO_THE_LIFELINE)
    supervisor = Supervisor([child], said=print)
    supervisor.start()
    assert child.process is not None
    assert child.alive()
    # The system closes this end when a supervisor dies, however it dies.
    os.close(supervisor.lifeline[1])
    assert child.process.wait(10) == 0

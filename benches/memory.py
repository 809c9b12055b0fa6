"""What the one-machine profile keeps in memory: supervisor, web and worker together, each shared page counted once."""

import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx

from benches.report import Goal, note, report
from cchc.demonstration.tablet import Tablet
from tests.chaos.pause import pause
from tests.chaos.processes import command_of, descendants
from tests.support.embedded import Instance, an_instance

TABLETS = 20
LINES_PER_BATCH = 5
PAUSE_SECONDS = 0.2
LOAD_SECONDS = 20
OPEN_PAGES = 20
READERS = 4
SETTLE_SECONDS = 5
COUNTER = "quay-1-mot-cua-huyen-thang-binh"
PAGE = "/counter-results?one_stop=mot-cua-huyen-thang-binh"
EVENTS = "/streams/v1/pages/counter-results/sse"
GOAL = Goal(at_most=300)


def main() -> None:
    """Measure, and print a JSON line per figure."""
    with tempfile.TemporaryDirectory(prefix="cchc-memory-") as name, an_instance(Path(name)) as instance:
        instance.wait_until_caught_up()
        pause(SETTLE_SECONDS)
        report("memory", "supervisor, web and worker, idle", megabytes(instance), "MB", goal=GOAL)
        report("memory", "supervisor, web and worker, greatest under load", under_load(instance), "MB", goal=GOAL)


def megabytes(instance: Instance) -> float:
    """Give the proportional set size of an instance's processes."""
    children = {command_of(pid).split()[-1]: pid for pid in descendants(instance.process.pid)}
    sizes = {name: proportional(pid) for name, pid in {"supervisor": instance.process.pid, **children}.items()}
    assert sizes.keys() == {"supervisor", "web", "worker"}, sizes
    note(f"memory: {', '.join(f'{name} {size:.0f}' for name, size in sizes.items())} MB")
    return sum(sizes.values())


def proportional(pid: int) -> float:
    """Read one process's share in megabytes."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


def under_load(instance: Instance) -> float:
    """Let tablets send, people read, and pages stay open; give the most that was seen."""
    crowd = [instance.pair(COUNTER, seed=nth) for nth in range(TABLETS)]
    over = threading.Event()
    with ThreadPoolExecutor(TABLETS + READERS) as hands, open_pages(instance.url):
        working = [hands.submit(send, tablet, over) for tablet in crowd]
        working += [hands.submit(read, instance.url, over) for _ in range(READERS)]
        most = 0.0
        for _ in range(LOAD_SECONDS):
            pause(1)
            most = max(most, megabytes(instance))
        over.set()
        done = [each.result() for each in working]
    note(f"memory: {sum(done[:TABLETS])} ballots and {sum(done[TABLETS:])} pages in {LOAD_SECONDS} s")
    return most


def send(tablet: Tablet, over: threading.Event) -> int:
    """Be a tablet that has something to send all the time; give how many ballots it sent."""
    while not over.wait(PAUSE_SECONDS):
        for _ in range(LINES_PER_BATCH):
            tablet.tap(4)
        tablet.flush()
    return len(tablet.acknowledged)


def read(url: str, over: threading.Event) -> int:
    """Be somebody who reads the open page again and again; give how often."""
    with httpx.Client(base_url=url, timeout=30) as client:
        times = 0
        while not over.wait(PAUSE_SECONDS):
            client.get(PAGE).raise_for_status()
            times += 1
    return times


@contextmanager
def open_pages(url: str) -> Iterator[None]:
    """Hold pages open that wait to be told of changes."""
    limits = httpx.Limits(max_connections=OPEN_PAGES)
    with httpx.Client(base_url=url, timeout=30, limits=limits) as client, ExitStack() as pages:
        for _ in range(OPEN_PAGES):
            pages.enter_context(client.stream("GET", EVENTS)).raise_for_status()
        yield


if __name__ == "__main__":
    main()

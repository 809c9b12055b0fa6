"""One seeded run: a crowd taps while the world is hurt; then everybody settles, and the judge looks."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from random import Random

import httpx

from cchc.data_folder import DEFAULT_PACK
from cchc.demonstration.tablet import NotSent, Tablet
from tests.chaos.crowd import Ledger, Visitor
from tests.chaos.judge import judge
from tests.chaos.judge_figures import FIGURE_EVENTS, untold
from tests.chaos.pause import pause, wait_for_nobody
from tests.chaos.plan import planned
from tests.chaos.reader import Reader, judge_reader
from tests.chaos.reading import blocks_of, events_of
from tests.chaos.world import World
from tests.support.servers.ports import eventually

COUNTERS = ("quay-1-xa-binh-minh", "quay-2-xa-binh-minh", "quay-1-tt-ha-lam", "quay-1-mot-cua-huyen-thang-binh")
REST_SECONDS = (0.4, 1.6)


@dataclass(frozen=True)
class Outcome:
    """What became of a run."""

    hurts: Counter[str]
    ballots: int
    blocks: int
    looks: Counter[str]
    """How often the portal answered, by what was asked, and how often it was away."""
    complaints: list[str]


def run(world: World, seed: int, *, hurts: int, said: Callable[[str], object]) -> Outcome:
    """Hurt a world `hurts` times while tablets tap and somebody reads, and judge it."""
    random = Random(seed)
    world.start()
    ledger, kinds = Ledger(), dict(world.hurts())
    done: list[str] = []
    with crowd(world, ledger, random) as visitors, a_reader(world) as reader:
        for name in planned(tuple(kinds), seed, hurts):
            pause(random.uniform(*REST_SECONDS))
            said(f"    {name}")
            kinds[name](random)
            done.append(name)
        for visitor in visitors:
            visitor.end()
        settle(visitors)
        world.wait_until_caught_up()
        eventually(reader.all_answer, seconds=60, every=0.2)
    complaints = [f"{visitor.name} failed: {visitor.failed!r}" for visitor in visitors if visitor.failed]
    complaints += judged(world, ledger, reader)
    acknowledged = sum(entry in ledger.acknowledged for entry in ledger.casts.values())
    blocks = len(blocks_of(world.stores()["folder"]))
    return Outcome(Counter(done), acknowledged, blocks, reader.answers, complaints)


@contextmanager
def crowd(world: World, ledger: Ledger, random: Random) -> Iterator[list[Visitor]]:
    """Let a tablet at each counter be tapped on."""
    listed = json.loads((DEFAULT_PACK / "counters.json").read_text())["counters"]
    one_stops = {counter["id"]: counter["one_stop_id"] for counter in listed}
    with ExitStack() as leaving:
        visitors = []
        for counter in COUNTERS:
            tablet = a_tablet(world, counter, random.getrandbits(32))
            leaving.callback(tablet.http.close)
            own = Random(random.getrandbits(32))
            visitors.append(Visitor(tablet, ledger, own, one_stop_id=one_stops[counter]))
        for visitor in visitors:
            leaving.callback(visitor.end)
            visitor.start()
        yield visitors


@contextmanager
def a_reader(world: World) -> Iterator[Reader]:
    """Let somebody read the portal all the time."""
    reader = Reader(world.portal_url, world.streams_url)
    reader.start()
    try:
        yield reader
    finally:
        reader.end()


def judged(world: World, ledger: Ledger, reader: Reader) -> list[str]:
    folder = world.stores()["folder"]
    wait_for_nobody(lambda: untold(folder), seconds=30)
    lives = [*world.lost_lanes, events_of(folder, FIGURE_EVENTS)]
    return [*judge(world, ledger), *judge_reader(reader, lives)]


def settle(visitors: list[Visitor]) -> None:
    """Let every tablet send what it has and what is asked of it."""
    for visitor in visitors:
        eventually(partial(settled, visitor), seconds=120, every=0.2)


def settled(visitor: Visitor) -> bool:
    try:
        return visitor.settle()
    except (NotSent, httpx.HTTPError):
        return False


def a_tablet(world: World, counter: str, seed: int) -> Tablet:
    http = httpx.Client(base_url=world.base_url, timeout=5)
    return Tablet.pair(world.base_url, world.pairing_code(counter), http=http, seed=seed)

"""One seeded run: a crowd taps while the world is hurt; then everybody settles, and the judge looks."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

import httpx

from tests.chaos.crowd import Ledger, Visitor
from tests.chaos.judge import judge
from tests.chaos.world import World
from tests.support.servers.ports import eventually
from tests.support.tablet import NotSent, Tablet

COUNTERS = ("quay-1-xa-binh-minh", "quay-2-xa-binh-minh", "quay-1-tt-ha-lam", "quay-1-mot-cua-huyen-thang-binh")
REST_SECONDS = (0.4, 1.6)


@dataclass(frozen=True)
class Outcome:
    """What became of a run."""

    seed: int
    ballots: int
    acknowledged: int
    done: list[str]
    complaints: list[str]


def run(world: World, seed: int, *, hurts: int, said: Callable[[str], object]) -> Outcome:
    """Hurt a world `hurts` times while tablets tap, and judge it."""
    random = Random(seed)
    world.start()
    ledger, stop = Ledger(), threading.Event()
    visitors = [
        Visitor(a_tablet(world, counter, random.getrandbits(32)), ledger, Random(random.getrandbits(32)), stop)
        for counter in COUNTERS
    ]
    for visitor in visitors:
        visitor.start()
    done = [hurt_once(world, random, said) for _ in range(hurts)]
    stop.set()
    for visitor in visitors:
        visitor.join()
    settle(visitors)
    world.wait_until_caught_up()
    complaints = [f"{visitor.name} failed: {visitor.failed!r}" for visitor in visitors if visitor.failed]
    complaints += judge(world, ledger)
    return Outcome(seed, len(ledger.casts), len(ledger.acknowledged), done, complaints)


def hurt_once(world: World, random: Random, said: Callable[[str], object]) -> str:
    threading.Event().wait(random.uniform(*REST_SECONDS))
    name, hurt = random.choice(world.hurts())
    said(f"    {name}")
    hurt(random)
    return name


def settle(visitors: list[Visitor]) -> None:
    """Let every tablet send what it has and what is asked of it."""
    for visitor in visitors:
        eventually(lambda visitor=visitor: settled(visitor), seconds=120, every=0.2)


def settled(visitor: Visitor) -> bool:
    try:
        return visitor.settle()
    except (NotSent, httpx.HTTPError):
        return False


def a_tablet(world: World, counter: str, seed: int) -> Tablet:
    http = httpx.Client(base_url=world.base_url, timeout=5)
    return Tablet.pair(world.base_url, world.pairing_code(counter), http=http, seed=seed)

"""How long from a touch to the published figure on the feed of the streams, through the whole product.

Ballots come at a steady rate, whoever waits; blocks are of three, the least that the product takes, and the time is that
of the touch that completes one. It begins when the touch is due, so that nobody's waiting is left out, and ends when
the figure's event reaches a subscriber. Peer: one message to Kafka and back, sent and read by kafka-python.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue

import httpx
from kafka import KafkaConsumer, KafkaProducer

from benches.report import Goal, note, report
from cchc.data_folder import DataFolder
from cchc.demonstration.tablet import NotSent, Tablet
from services.chassis.broker.kafka import KafkaBroker, producer_settings
from services.chassis.broker.port import Topic
from services.chassis.identity.callers import Appointment
from services.chassis.identity.keys import load_or_create_signing_key
from services.chassis.identity.tokens import TokenSigner
from services.chassis.logging import configure_logging
from tests.chaos.pause import pause
from tests.support.distributed import Fleet, a_fleet
from tests.support.embedded import Instance, an_instance
from tests.support.servers.kafka import local_kafka
from tests.support.servers.ports import eventually

BENCH = "journey"
BLOCK = 3
TABLETS = 20
SECONDS = 30
EMBEDDED_RATE = 50
DISTRIBUTED_RATES = (50, 200)
ROUND_TRIPS = 550
SETTLE_SECONDS = 3
PATIENCE_SECONDS = 60.0
SCORES = (5, 4, 5)
RELEASED = "cchc.indicators.block_released.v1"
PACK = Path(__file__).parents[1] / "packs" / "thang-binh-2021"
TOPIC = "bench.journey.events.v1"
WARM = 50


@dataclass(slots=True)
class Journey:
    """When each block's last touch was due at a one-stop, and when its figure came; both in the order of blocks."""

    due: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    came: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def seconds(self, since: float) -> list[float]:
        """Give how long each block took whose last touch was due after a moment."""
        pairs = [pair for place, due in self.due.items() for pair in zip(due, self.came[place], strict=False)]
        return [came - due for due, came in pairs if due >= since]

    def waited_for(self) -> int:
        """Give how many blocks have not come."""
        return sum(len(due) - len(self.came[place]) for place, due in self.due.items())


@dataclass(slots=True)
class Counter:
    """A tablet at a one-stop of its own, and the moments at which it is to be touched."""

    one_stop_id: str
    tablet: Tablet
    touches: "SimpleQueue[float | None]" = field(default_factory=SimpleQueue)

    def work(self, journey: Journey) -> None:
        """Be touched whenever it is due, and send each ballot by itself, until there is no more."""
        for nth in range(sys.maxsize):
            if (due := self.touches.get()) is None:
                return
            self.tablet.tap(SCORES[nth % BLOCK])
            if nth % BLOCK == BLOCK - 1:
                journey.due[self.one_stop_id].append(due)
            # What a server that is busy does not take goes with the next one, as tablets do it.
            with suppress(NotSent):
                self.tablet.flush()

    def is_empty(self) -> bool:
        """Send what is left; say whether nothing is."""
        with suppress(NotSent):
            self.tablet.flush()
        return not self.tablet.unsent


def main() -> None:
    """Measure both profiles, and print a JSON line per figure."""
    configure_logging("bench", level="error")
    with local_kafka(options=()) as kafka:
        trips = sorted(round_trips(kafka.bootstrap))
    with tempfile.TemporaryDirectory(prefix="cchc-journey-") as name, embedded(Path(name)) as instance:
        told("embedded", EMBEDDED_RATE, travelled(instance, EMBEDDED_RATE), trips, (60, 300))
    with (
        tempfile.TemporaryDirectory(prefix="cchc-journey-") as name,
        a_fleet(Path(name), lambda data: init(data, "distributed"), java=()) as fleet,
    ):
        for rate in DISTRIBUTED_RATES:
            told("PostgreSQL and Kafka", rate, travelled(fleet, rate), trips, (100, 500))


def told(profile: str, rate: int, seconds: list[float], trips: list[float], goals: tuple[float, float]) -> None:
    """Print the middle and the slow end of a profile."""
    for name, share, goal in (("p50", 0.5, goals[0]), ("p99", 0.99, goals[1])):
        report(
            BENCH,
            f"touch to figure on the feed, {profile}, {rate} ballots/s, {name}",
            at(sorted(seconds), share) * 1000,
            "ms",
            peer="one message to Kafka and back",
            peer_value=at(trips, share) * 1000,
            goal=Goal(at_most=goal),
        )


def at(ordered: list[float], share: float) -> float:
    """Give the value below which a share of them lies."""
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def init(data: DataFolder, profile: str) -> None:
    """Make a data folder whose tenant publishes blocks of three."""
    pack = data.root.parent / "pack"
    shutil.copytree(PACK, pack)
    rules = json.loads((pack / "release.json").read_text("utf-8"))
    (pack / "release.json").write_text(json.dumps(rules | {"k": BLOCK}), "utf-8")
    command = [sys.executable, "-m", "cchc.main", "init", "--data", data.root, "--pack", pack, "--profile", profile]
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def embedded(place: Path) -> Iterator[Instance]:
    """Start the one-machine profile with that pack."""
    init(DataFolder(place / "var"), "embedded")
    with an_instance(place) as instance:
        yield instance


def travelled(product: Instance | Fleet, rate: int) -> list[float]:
    """Let ballots come at a rate; give how many seconds each block took."""
    journey = Journey()
    counters = [Counter(place, product.pair(counter)) for place, counter in places()]
    listener = threading.Thread(target=listen, args=(product, journey), daemon=True)
    listener.start()
    with ThreadPoolExecutor(len(counters)) as hands:
        working = [hands.submit(counter.work, journey) for counter in counters]
        touch(counters, rate, SETTLE_SECONDS)
        since = time.monotonic()
        touch(counters, rate, SECONDS)
        for counter in counters:
            counter.touches.put(None)
        for done in working:
            done.result()
    for counter in counters:
        eventually(counter.is_empty, seconds=PATIENCE_SECONDS, every=0.2)
    ends = time.monotonic() + PATIENCE_SECONDS
    while journey.waited_for() and time.monotonic() < ends:
        pause(0.1)
    seconds = journey.seconds(since)
    note(f"journey: {len(seconds)} blocks, {journey.waited_for()} did not come")
    return seconds


def touch(counters: list[Counter], rate: int, seconds: float) -> None:
    """Touch one tablet after the other at a steady rate, however long they take; each has whole blocks in the end."""
    began, whole = time.monotonic(), len(counters) * BLOCK
    for nth in range(int(rate * seconds) // whole * whole):
        due = began + nth / rate
        pause(max(0.0, due - time.monotonic()))
        counters[nth % len(counters)].touches.put(due)


def places() -> Iterator[tuple[str, str]]:
    """Give a counter of each of so many one-stops."""
    told = json.loads((PACK / "counters.json").read_text("utf-8"))["counters"]
    first = {it["one_stop_id"]: it["id"] for it in reversed(told)}
    yield from list(first.items())[:TABLETS]


def listen(product: Instance | Fleet, journey: Journey) -> None:
    """Hear every figure as it is published."""
    signer = TokenSigner(load_or_create_signing_key(product.data.keys / "access-signing.jwk"))
    token = signer.sign("bench", scopes=["streams:read"], appointments=[Appointment("provincial_reader", "*")])
    headers = {"Authorization": f"Bearer {token}"}
    # The product ends before whoever listens to it.
    with (
        suppress(httpx.TransportError),
        httpx.Client(base_url=product.url, headers=headers, timeout=None) as client,  # noqa: S113 - it waits as long as it takes
        # What was published before is nobody's touch.
        client.stream("GET", "/streams/v1/figures/sse", params={"after": newest(client)}) as answer,
    ):
        answer.raise_for_status()
        for line in answer.iter_lines():
            if line.startswith("data: ") and RELEASED in line:
                event = json.loads(line.removeprefix("data: "))
                journey.came[event["data"]["one_stop_id"]].append(time.monotonic())


def newest(client: httpx.Client) -> str:
    """Give the token of the end of the figures' channel."""
    answer = client.get("/streams/v1/figures/snapshot")
    answer.raise_for_status()
    return answer.headers["Stream-Token"]


def round_trips(bootstrap: str) -> list[float]:
    """Send messages to Kafka one at a time and read each before the next; give seconds."""
    broker = KafkaBroker(bootstrap)
    broker.ensure_topics([Topic(name=TOPIC)])
    producer = KafkaProducer(bootstrap_servers=bootstrap, **producer_settings(30))
    consumer = KafkaConsumer(TOPIC, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=50)
    taken = [_round_trip(producer, consumer) for _ in range(ROUND_TRIPS)]
    producer.close()
    consumer.close()
    return taken[WARM:]


def _round_trip(producer: KafkaProducer, consumer: KafkaConsumer) -> float:
    began = time.monotonic()
    producer.send(TOPIC, b"x" * 500)
    producer.flush()
    next(consumer)
    return time.monotonic() - began


if __name__ == "__main__":
    main()

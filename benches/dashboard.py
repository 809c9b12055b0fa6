"""How long the counter page takes over a million and ten million ballots: its time must not grow with history.

The read model is filled by its own projection from released blocks of five, spread over ten years; every request asks
another question (one-stop, day, period), so that no answer made before is given again.
"""

import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta
from pathlib import Path
from random import Random

import msgspec
from flask.testing import FlaskClient

from benches.report import Goal, note, report
from services.chassis.database import open_database
from services.chassis.envelope import CloudEvent
from services.chassis.logging import configure_logging
from services.chassis.projection import Delivery
from services.chassis.projector import active_view
from services.gateway.reporting.projections.counter_results import BLOCK_RELEASED, COUNTER_RESULTS
from tests.support.gateway import COUNTER_V1, a_gateway, settings_in, the_pack

BENCH = "dashboard"
PATH = "/counter-results"
SIZES = (1_000_000, 10_000_000)
BLOCK = 5
YEARS = 10
LAST_DAY = date(2021, 6, 18)
REQUESTS = 150
GOAL = Goal(at_most=150)
BATCH = 2_000
FIELDS = ("dat-dai", "tu-phap-ho-tich", "chung-thuc", "lao-dong-xa-hoi")

_encode = msgspec.json.Encoder().encode


def main() -> None:
    """Fill, ask, and print."""
    configure_logging("bench", level="warning")
    taken = {size: asked(size) for size in SIZES}
    for size, seconds in taken.items():
        others = taken[SIZES[0]] if size != SIZES[0] else None
        report(
            BENCH,
            f"counter page over {size:,} ballots, p95",
            p95(seconds),
            "ms",
            peer=None if others is None else f"the same over {SIZES[0]:,}",
            peer_value=None if others is None else p95(others),
            goal=GOAL,
        )
        note(f"{BENCH}: {size:,} ballots: p50 {statistics.median(seconds):.0f} ms")


def asked(ballots: int) -> list[float]:
    """Fill a gateway with so many ballots and ask it; give milliseconds per request."""
    with tempfile.TemporaryDirectory(prefix="cchc-dashboard-") as name, filled(Path(name), ballots) as client:
        questions = questions_of(Random(ballots))  # noqa: S311 - a workload
        next_one(client, next(questions))
        return [next_one(client, next(questions)) for _ in range(REQUESTS)]


@contextmanager
def filled(folder: Path, ballots: int) -> Iterator[FlaskClient]:
    """Put a gateway together whose read model has heard of so many ballots."""
    with closing(a_gateway(folder)) as under_test:
        under_test.catch_up()
        started = time.perf_counter()
        fill(settings_in(folder).read_database, ballots // BLOCK)
        note(f"{BENCH}: {ballots:,} ballots told in {time.perf_counter() - started:.0f} s")
        yield under_test.gateway.app.test_client()


def fill(database: str, blocks: int) -> None:
    """Let the projection apply so many blocks, as its projector would."""
    engine, random = open_database(database), Random(blocks)  # noqa: S311 - a workload
    one_stops = one_stops_of_the_pack()
    for first in range(0, blocks, BATCH):
        batch = [block(nth, one_stops, random) for nth in range(first, min(blocks, first + BATCH))]
        with engine.begin() as connection:
            COUNTER_RESULTS.apply(active_view(connection, COUNTER_RESULTS), batch)
    engine.dispose()


def block(nth: int, one_stops: list[str], random: Random) -> Delivery:
    """Make a block of five satisfied and less satisfied people."""
    one_stop_id = random.choice(one_stops)
    data = {
        "block_id": f"block-{nth}",
        "one_stop_id": one_stop_id,
        "field": random.choice(FIELDS),
        "level": "cell",
        "family": "counter",
        "questionnaire": COUNTER_V1,
        "counted": True,
        "kind": "ballots",
        "size": BLOCK,
        "scores": {"5": 3, "4": 1, "2": 1},
        "reasons": {"waiting_time": 1},
        "closed_on": LAST_DAY - timedelta(days=random.randrange(365 * YEARS)),
    }
    event = CloudEvent(
        number=f"{nth:020}",
        incarnation="bench",
        id=str(nth),
        source="bench",
        type=BLOCK_RELEASED,
        subject=one_stop_id,
        time="2021-06-18T00:00:00Z",
        data=msgspec.Raw(_encode(data)),
    )
    return Delivery("indicators.figure.events.v1", 0, nth, f"cell-{one_stop_id}", event)


def one_stops_of_the_pack() -> list[str]:
    """Give the one-stops at which the pack has counters."""
    return sorted({counter["one_stop_id"] for counter in the_pack()["counters"]["counters"]})


def questions_of(random: Random) -> Iterator[dict[str, str]]:
    """Ask for ever new one-stops, days and periods; every third question is about the whole district."""
    one_stops = one_stops_of_the_pack()
    while True:
        day = LAST_DAY - timedelta(days=random.randrange(300))
        question = {"as_of": day.isoformat(), "period": random.choice(("year", "quarter", "30"))}
        yield question if random.random() < 1 / 3 else {**question, "one_stop": random.choice(one_stops)}


def next_one(client: FlaskClient, question: dict[str, str]) -> float:
    """Ask once; give milliseconds."""
    started = time.perf_counter()
    answer = client.get(PATH, query_string=question)
    seconds = time.perf_counter() - started
    assert answer.status_code == 200, answer.status
    return seconds * 1000


def p95(milliseconds: list[float]) -> float:
    """Give the time within which 95 of 100 were answered."""
    return statistics.quantiles(milliseconds, n=100)[94]


if __name__ == "__main__":
    main()

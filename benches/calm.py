"""How long a ballot waits for its acknowledgement while the figure folder is built anew, beside a time without a rebuild.

The one-machine profile as it is started by hand, with a folder that has 200,000 ballots behind it. Signed requests
arrive on a schedule, whatever happens, and their times count from when they were due.
"""

import socket
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median

from benches.folding import TOPIC
from benches.report import PAIRS, Goal, note, report
from benches.sender import Heard, send_all
from cchc.demonstration.tablet import BATCH, Tablet
from cchc.environment import environment_of
from services.chassis.envelope import encode, partition_of
from services.chassis.event_store.port import NO_STREAM, AppendRequest, EventStore, NewFact, NewMessage
from services.chassis.ids import new_id
from services.survey.bootstrap import build
from services.survey.config import Settings
from tests.chaos.pause import wait_for_nobody
from tests.support.embedded import Instance, an_instance

BALLOTS = 200_000
PER_REQUEST = 100
PER_SECOND = 50
TABLETS = 10
IDLE_SECONDS = 12
COUNTER = "quay-1-mot-cua-huyen-thang-binh"
ONE_STOPS = ("mot-cua-huyen-thang-binh", "tt-ha-lam")
MOMENT = datetime(2021, 6, 18, 1, tzinfo=UTC)


def main() -> None:
    """Measure, and print a JSON line per figure."""
    with tempfile.TemporaryDirectory(prefix="cchc-calm-") as name:
        place = Path(name)
        fill(Instance(place))
        with an_instance(place) as instance:
            wait_for_nobody(instance.behind, seconds=240)
            crowd = [instance.pair(COUNTER, seed=nth) for nth in range(TABLETS)]
            pairs = [(idle(instance, crowd), rebuilding(instance, crowd)) for _ in range(PAIRS + 1)][1:]
    for share in (0.5, 0.99):
        told(share, [(calm.percentile(share), busy.percentile(share)) for calm, busy in pairs])


def told(share: float, pairs: list[tuple[float, float]]) -> None:
    """Print one percentile, idle and while building."""
    ratios = [busy / calm for calm, busy in pairs]
    figure = f"ballot to acknowledgement at {PER_SECOND}/s during a full rebuild of the folder, p{share * 100:.0f}"
    report(
        "calm",
        figure,
        median(busy for _, busy in pairs) * 1000,
        "ms",
        peer="the same, idle",
        peer_value=median(calm for calm, _ in pairs) * 1000,
        ratio=median(ratios),
        goal=Goal(ratio_at_most=2) if share > 0.9 else None,
    )
    note(f"calm: p{share * 100:.0f}: ratio of {len(pairs)} pairs from {min(ratios):.2f} to {max(ratios):.2f}")


def fill(instance: Instance) -> None:
    """Load a tenant, and the ballots of some weeks straight into the store."""
    loaded = instance.ask("init")
    assert loaded.returncode == 0, loaded.stderr
    service = build(Settings.from_env(environment_of(instance.data)))
    store = service.streams.store
    requests = (a_request(store, nth) for nth in range(BALLOTS // PER_REQUEST))
    while page := list(islice(requests, 20)):
        store.append_many(page)
    service.close()
    note(f"calm: {BALLOTS} ballots are in the store")


def a_request(store: EventStore, nth: int) -> AppendRequest:
    """Make one tablet's hundred ballots, as the survey publishes them."""
    stream = f"ballots-{nth:08d}-0000-4000-8000-000000000000"
    messages = tuple(a_message(store, stream, nth * PER_REQUEST + more) for more in range(PER_REQUEST))
    facts = (NewFact(type="survey.ballot_cast.v1", data=b"{}"),) * PER_REQUEST
    return AppendRequest(stream=stream, expected_version=NO_STREAM, facts=facts, messages=messages)


def a_message(store: EventStore, stream: str, nth: int) -> NewMessage:
    """Make one ballot's message."""
    said = {
        "ballot_id": f"{nth:08d}-0000-4000-8000-000000000000",
        "one_stop_id": ONE_STOPS[nth // PER_REQUEST % len(ONE_STOPS)],
        "counter_id": COUNTER,
        "field": "unknown",
        "family": "counter",
        "questionnaire": "sha256:" + "0" * 64,
        "score": nth % 5 + 1,
        "reasons": ["waiting_time"] if nth % 5 < 2 else [],
        "day": f"2021-06-{nth // 9973 % 17 + 1:02d}",
        "counted": True,
        "not_counted_because": None,
    }
    value = encode(
        incarnation=store.incarnation(),
        event_id=new_id(),
        source="/cchc/bench/survey",
        type="cchc.survey.ballot_cast.v1",
        subject=stream,
        time=MOMENT,
        data=said,
        key=stream,
    )
    return NewMessage(topic=TOPIC, partition=partition_of(stream), key=stream, value=value)


def idle(instance: Instance, crowd: list[Tablet]) -> Heard:
    """Send while nothing else is going on."""
    heard = Heard()
    for tablet in crowd:
        # Its answer brings a nonce that lasts for the runs of a pair.
        tablet.fetch_configuration()
    for _ in range(IDLE_SECONDS):
        send_a_second(instance, crowd, heard)
    return heard


def rebuilding(instance: Instance, crowd: list[Tablet]) -> Heard:
    """Send for as long as the folder is being built anew."""
    heard = Heard()
    command = [sys.executable, "-m", "cchc.main", "projections", "rebuild", "folder", "--data", str(instance.data.root)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as rebuild:
        while rebuild.poll() is None:
            send_a_second(instance, crowd, heard)
    assert rebuild.returncode == 0, "the folder was not rebuilt"
    note(f"calm: rebuilt in {len(heard.latencies) // PER_SECOND} s")
    return heard


def send_a_second(instance: Instance, crowd: list[Tablet], heard: Heard) -> None:
    """Send one second's ballots, each in a batch of its own, over connections that stay open."""
    each = PER_SECOND // len(crowd)
    port = int(instance.url.rpartition(":")[2])
    requests = [[a_ballot(tablet) for _ in range(each)] for tablet in crowd]
    got = send_all([a_connection(port) for _ in crowd], requests, per_second=PER_SECOND)
    assert set(got.statuses) == {200}, got.statuses
    heard.latencies += got.latencies


def a_connection(port: int) -> socket.socket:
    """Open a connection that sends at once."""
    opened = socket.create_connection(("127.0.0.1", port))
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def a_ballot(tablet: Tablet) -> bytes:
    """Make a signed request with the tablet's next ballot."""
    tablet.tap(5)
    body = tablet.lines[max(tablet.lines)] + b"\n"
    signed = tablet.sign("POST", BATCH, body)
    head = {"Host": "localhost", "Content-Type": "application/x-ndjson", "Content-Length": str(len(body)), **signed}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {BATCH} HTTP/1.1\r\n{lines}\r\n".encode() + body


if __name__ == "__main__":
    main()

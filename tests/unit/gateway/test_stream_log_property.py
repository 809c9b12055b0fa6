"""However the log's lanes come interleaved, and however often the worker starts over: no gap, and one hash for everybody."""

from collections import defaultdict

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.chassis.testing.in_memory import InMemoryBroker
from services.gateway.streams.channels import channel_of
from tests.support.stream_log import PARENTS, Services, Subscriber, a_stream_log

UNITS = [unit_id for unit_id in PARENTS if unit_id != "tinh"]

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("release"), st.sampled_from(UNITS)),
        st.tuples(st.just("assign"), st.sampled_from(UNITS)),
        st.tuples(st.just("cancel"), st.integers(0, 9)),
        st.tuples(st.just("describe"), st.sampled_from(UNITS)),
        st.tuples(st.sampled_from(["catch_up", "restart", "read"]), st.none()),
        st.just(("rebuild", None)),
    ),
    min_size=5,
    max_size=40,
)


def above(unit_id):
    chain = []
    while unit_id is not None:
        chain.append(unit_id)
        unit_id = PARENTS[unit_id]
    return chain


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, seed=st.integers(0, 2**16))
def test_any_interleaving_and_any_restart_gives_sequences_without_gaps_and_equal_hashes(tmp_path_factory, steps, seed):
    services = Services()
    log = a_stream_log(tmp_path_factory.mktemp("log") / "streams.db", InMemoryBroker(services.log, seed=seed))
    early = defaultdict(lambda: None)
    try:
        for nth, (step, about) in enumerate(steps):
            play(log, services, nth, step, about)
            if step == "read":
                read_on(log, early)
        services.describe_all()
        log.catch_up()
        read_on(log, early)
        judge(log, services, early)
    finally:
        log.close()


def play(log, services, nth, step, about):
    if step == "release":
        services.release(about)
    elif step == "assign":
        services.assign(f"t{nth % 10}", about)
    elif step == "cancel":
        services.tell_of(f"t{about}", "task_cancelled")
    elif step == "describe":
        services.describe(about, PARENTS[about])
    elif step == "catch_up":
        log.catch_up()
    elif step == "restart":
        log.projector.run_once()
        log.restart()
    elif step == "rebuild":
        log.catch_up()
        log.projector.rebuild()


def read_on(log, subscribers):
    """Let those who read early go on, and whoever comes new begin."""
    for channel in log.reader.heads():
        subscribers[channel] = subscribers[channel] or Subscriber(channel)
        subscribers[channel].follow(log.reader)


def judge(log, services, early):
    heads = log.reader.heads()
    assert set(early) == set(heads)
    for channel, head in heads.items():
        late = Subscriber(channel)
        late.follow(log.reader, limit=7)
        assert [
            int(message.place.sequence) for message in log.reader.after(channel_of(channel), None, 1000)[1]
        ] == list(range(1, head.sequence + 1))
        assert late.events == early[channel].events
        assert late.hash == early[channel].hash == head.hash.hex()
        assert head.epoch == 1
    everything = [message for stream in ("figures", "tasks") if stream in early for message in early[stream].events]
    assert len({message["id"] for message in everything}) == len(everything)
    for message in everything:
        unit_id = message["data"].get("one_stop_id") or message["data"].get("unit_id")
        stream = "figures" if "one_stop_id" in message["data"] else "tasks"
        for unit in above(unit_id) if unit_id else ():
            assert message["id"] in early[f"{stream}.{unit}"].ids

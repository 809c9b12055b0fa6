"""The stream log: each message once in every channel that it concerns, numbered for good."""

from collections import Counter
from datetime import date

import pytest

from services.chassis.testing.in_memory import InMemoryBroker
from services.gateway.streams.channels import channel_of
from services.gateway.streams.errors import TokenStale
from services.gateway.streams.log_tables import MEMBERS
from services.gateway.streams.tokens import read_token
from tests.support.stream_log import Subscriber, a_stream_log, described_services, hash_after


@pytest.fixture
def services():
    return described_services()


@pytest.fixture
def log(tmp_path, services):
    made = a_stream_log(tmp_path / "streams.db", InMemoryBroker(services.log, seed=3))
    yield made
    made.close()


def subscribed(log, channel):
    subscriber = Subscriber(channel)
    subscriber.follow(log.reader)
    return subscriber


def test_a_message_is_in_the_tenants_channel_and_in_that_of_each_unit_above(log, services):
    services.release("mot-cua-an")
    log.catch_up()
    assert set(log.reader.heads()) == {
        "figures",
        "figures.mot-cua-an",
        "figures.xa-an",
        "figures.huyen",
        "figures.tinh",
    }


def test_each_channel_counts_for_itself_without_gaps(log, services):
    for nth in range(20):
        services.release("xa-an" if nth % 3 else "xa-binh")
        services.assign(f"t{nth}", "xa-an")
    log.catch_up()
    for channel, count in {"figures": 20, "figures.xa-binh": 7, "figures.xa-an": 13, "tasks": 20}.items():
        messages = log.reader.after(channel_of(channel), None, 100)[1]
        assert [it.place.sequence for it in messages] == list(range(1, count + 1))


def test_a_subscriber_comes_to_the_channels_hash_by_the_published_algorithm(log, services):
    for nth in range(9):
        services.release("xa-an", share=0.1 * nth)
    log.catch_up()
    subscriber = subscribed(log, "figures.huyen")
    assert len(subscriber.events) == 9
    assert subscriber.hash == log.reader.head(channel_of("figures.huyen")).hash.hex()


def test_a_message_that_names_no_unit_concerns_the_one_that_its_subject_concerned_before(log, services):
    services.assign("t1", "xa-an")
    services.tell_of("t1", "task_cancelled")
    services.tell_of("t2", "task_cancelled")
    log.catch_up()
    assert [it["type"] for it in subscribed(log, "tasks.xa-an").events] == [
        "cchc.tasks.task_assigned.v1",
        "cchc.tasks.task_cancelled.v1",
    ]
    assert len(subscribed(log, "tasks").events) == 3


def test_the_tree_is_that_of_the_messages_day(log, services):
    services.describe("xa-an", "tinh", valid_from="2021-07-01", valid_to=None)
    services.release("xa-an", day="2021-07-02")
    services.release("xa-an", day="2021-06-18")
    log.catch_up()
    assert len(subscribed(log, "figures.xa-an").events) == 2
    assert len(subscribed(log, "figures.tinh").events) == 1
    assert "figures.huyen" not in log.reader.heads()


def test_a_unit_described_late_is_given_what_waited_for_it(log, services):
    services.release("xa-moi")
    log.catch_up()
    assert set(log.reader.heads()) == {"figures"}
    services.describe("xa-moi", "huyen-moi")
    log.catch_up()
    assert set(log.reader.heads()) == {"figures", "figures.xa-moi"}
    services.describe("huyen-moi", "tinh")
    log.catch_up()
    assert set(log.reader.heads()) == {"figures", "figures.xa-moi", "figures.huyen-moi", "figures.tinh"}
    assert all(place.sequence == 1 for place in log.reader.heads().values())


def test_a_rebuild_renumbers_nothing(log, services):
    for nth in range(30):
        services.release("xa-an" if nth % 2 else "xa-binh")
        services.assign(f"t{nth}", "xa-binh")
    log.catch_up()
    before = members(log)
    assert log.projector.rebuild() == 2
    log.restart()
    services.release("xa-an")
    log.catch_up()
    after = members(log)
    assert set(before) <= set(after)
    assert log.reader.head(channel_of("figures")).sequence == 31


def members(log):
    with log.engine.connect() as connection:
        return sorted(tuple(row) for row in connection.execute(MEMBERS.select()))


def test_days_hold_runs_of_places_and_what_comes_late_counts_under_the_present_day(log, services):
    services.release("xa-an", day="2021-06-18")
    log.catch_up()
    services.release("xa-an", day="2021-06-20")
    log.catch_up()
    services.release("xa-an", day="2021-06-19")
    log.catch_up()
    channel = channel_of("figures")
    first = log.reader.completeness(channel, date(2021, 6, 18), date(2021, 6, 18))
    late = log.reader.completeness(channel, date(2021, 6, 19), date(2021, 6, 19))
    rest = log.reader.completeness(channel, date(2021, 6, 20), date(2021, 6, 30))
    assert (first.first, first.last, first.count) == (1, 1, 1)
    assert late.count == 0
    assert late.before == late.after == first.after
    assert (rest.first, rest.last, rest.before) == (2, 3, first.after)
    assert rest.after == rest.head
    assert (first.closed, late.closed, rest.closed) == (True, True, False)


def test_what_a_restore_took_back_leaves_and_tokens_before_it_go_on(log, services):
    services.release("xa-an")
    log.catch_up()
    early = subscribed(log, "figures")
    backup = dict(services.senders["indicators"].heads)
    for unit_id in ("xa-an", "xa-binh"):
        services.release(unit_id)
    services.assign("t1", "xa-an")
    log.catch_up()
    late, tasks = subscribed(log, "figures"), subscribed(log, "tasks")
    services.restore("indicators", backup)
    services.release("xa-binh")
    log.reconcile()

    early.follow(log.reader)
    assert len(early.events) == 2
    assert early.hash == log.reader.head(channel_of("figures")).hash.hex()
    tasks.follow(log.reader)
    assert len(tasks.events) == 1
    with pytest.raises(TokenStale) as refused:
        late.follow(log.reader)
    assert refused.value.params["kept_through"] == 1
    assert refused.value.params["snapshot"] == "/streams/v1/figures/snapshot"
    again = Subscriber("figures", events=late.events[:1], hash=hash_after(Subscriber("figures").hash, late.events[0]))
    again.token = read_token(refused.value.params["after"])
    again.follow(log.reader)
    assert again.ids == early.ids
    assert again.hash == early.hash


def test_a_restore_after_which_nothing_came_takes_back_all_the_same(log, services):
    services.release("xa-an")
    backup = dict(services.senders["indicators"].heads)
    services.release("xa-an")
    log.catch_up()
    services.restore("indicators", backup)
    log.reconcile()
    assert log.reader.head(channel_of("figures")).sequence == 1


def test_a_place_before_a_break_that_never_was_the_channels_is_led_to_a_snapshot_alone(log, services):
    services.release("xa-an")
    services.release("xa-an")
    backup = dict(services.senders["indicators"].heads)
    services.release("xa-an")
    log.catch_up()
    services.restore("indicators", backup)
    log.reconcile()
    with pytest.raises(TokenStale) as refused:
        log.reader.after(channel_of("figures"), read_token("1.1.0123456789abcdef"), 10)
    assert refused.value.params == {"channel": "figures", "snapshot": "/streams/v1/figures/snapshot"}


def test_a_channel_that_a_restore_emptied_counts_its_days_anew(log, services):
    services.release("xa-an", day="2021-12-31")
    log.catch_up()
    services.restore("indicators", dict.fromkeys(services.senders["indicators"].heads, 0))
    services.release("xa-an", day="2021-06-18")
    log.reconcile()
    day = date(2021, 6, 18)
    found = log.reader.completeness(channel_of("figures"), day, day)
    assert (found.first, found.last) == (1, 1)


def test_a_log_that_was_lost_makes_tokens_stale_that_do_not_fit(tmp_path, services):
    log = a_stream_log(tmp_path / "one.db", InMemoryBroker(services.log, seed=1))
    for nth in range(40):
        services.release("xa-an" if nth % 2 else "xa-binh")
    log.catch_up()
    subscriber = subscribed(log, "figures")
    log.close()
    other = a_stream_log(tmp_path / "two.db", InMemoryBroker(services.log, seed=8))
    other.catch_up()
    theirs = subscribed(other, "figures")
    assert Counter(theirs.ids) == Counter(subscriber.ids)
    if theirs.ids != subscriber.ids:
        with pytest.raises(TokenStale) as refused:
            subscriber.follow(other.reader)
        assert "kept_through" not in refused.value.params
    other.close()

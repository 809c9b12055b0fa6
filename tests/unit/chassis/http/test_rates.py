"""How often one caller may ask, by a driven clock."""

import pytest

from services.chassis.http.rates import AT_ONCE_SECONDS, Rates, TokenBuckets
from services.chassis.http.runtime import runtime_of
from services.chassis.identity import RegisteredDevice
from services.chassis.settings import Environment
from tests.support.devices import Tablet

NOTES = "/api/demo/v1/notes"
PARCELS = "/api/demo/v1/parcels/"
OPEN = "/livez"
PER_SECOND = 1 / 20
AT_ONCE = 3
"""What a minute allows at that rate."""


@pytest.fixture(autouse=True)
def slow(app):
    runtime_of(app).rates = Rates(callers=TokenBuckets(PER_SECOND), devices=TokenBuckets(PER_SECOND))


@pytest.fixture
def tablet(demo):
    tablet = Tablet(nonce=demo.nonces.issue())
    demo.devices[tablet.device_id] = RegisteredDevice(public_key=tablet.private_key.public_key())
    return tablet


def ask(client, path=OPEN, address="203.0.113.7", **told):
    return client.get(path, environ_overrides={"REMOTE_ADDR": address}, **told)


def test_a_stranger_who_asks_too_often_is_told_when_to_come_back(client, clock):
    assert [ask(client).status_code for _ in range(AT_ONCE)] == [200] * AT_ONCE
    refused = ask(client)
    assert (refused.status_code, refused.json["code"], refused.headers["Retry-After"]) == (
        429,
        "too_many_requests",
        "20",
    )
    clock.move(19)
    assert ask(client).status_code == 429
    clock.move(1)
    assert ask(client).status_code == 200


def test_one_stranger_does_not_hold_up_another(client):
    for _ in range(AT_ONCE + 1):
        ask(client)
    assert ask(client, address="203.0.113.8").status_code == 200


def test_the_addresses_of_one_ipv6_subscriber_are_one_stranger(client):
    answers = [ask(client, address=f"2001:db8:1:2::{at}").status_code for at in range(AT_ONCE + 1)]
    assert answers == [200] * AT_ONCE + [429]


def test_who_proves_nobody_pays_for_it(client):
    wrong = {"Authorization": "Bearer x"}
    assert [ask(client, NOTES, headers=wrong).status_code for _ in range(AT_ONCE + 1)] == [401] * AT_ONCE + [429]


def test_who_proves_themselves_is_not_held_up_by_strangers_at_their_address(client, token, tablet):
    for _ in range(AT_ONCE + 1):
        ask(client)
    assert [ask(client, NOTES, headers=token).status_code for _ in range(AT_ONCE + 1)] == [200] * (AT_ONCE + 1)
    assert send(client, tablet).status_code == 200


def send(client, tablet):
    return client.post(
        PARCELS,
        data=b"x",
        headers=tablet.sign("POST", PARCELS, b"x"),
        environ_overrides={"REMOTE_ADDR": "203.0.113.7"},
    )


def test_a_tablet_that_asks_too_often_is_told_when_to_come_back_and_gets_its_nonce(client, clock, tablet):
    assert [send(client, tablet).status_code for _ in range(AT_ONCE)] == [200] * AT_ONCE
    refused = send(client, tablet)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "20")
    assert refused.headers["Device-Nonce"]
    clock.move(20)
    assert send(client, tablet).status_code == 200


def test_a_stranger_in_a_tablets_name_takes_nothing_from_it(client, tablet):
    stranger = Tablet(device_id=tablet.device_id, nonce=tablet.nonce)
    for _ in range(AT_ONCE + 1):
        send(client, stranger)
    assert send(client, tablet).status_code == 200


def test_no_more_buckets_are_kept_than_allowed():
    buckets = TokenBuckets(1, most=10)
    for at in range(1000):
        buckets.take(str(at), 0.0)
    assert len(buckets) == 10


def test_a_clock_that_is_set_back_gives_nothing_and_locks_nobody_out():
    buckets = TokenBuckets(PER_SECOND)
    for _ in range(AT_ONCE):
        buckets.take("a", 1_000_000.0)
    assert buckets.take("a", 0.0) == pytest.approx(20)
    assert buckets.take("a", 20.0) == 0


def test_without_a_rate_nobody_is_held_up():
    rates = Rates.from_env(Environment({"CCHC_CALLER_RATE": "0", "CCHC_DEVICE_RATE": "0"}))
    for _ in range(10_000):
        rates.admit_stranger("203.0.113.7", 0.0)
        rates.admit_device("dev_1", 0.0)


def test_a_tablet_with_a_hundred_thousand_ballots_sends_them_all_without_being_held_up():
    devices = Rates.from_env(Environment({})).devices
    assert not any(devices.take("dev_1", 0.0) for _ in range(100_000 // 100))
    assert AT_ONCE_SECONDS == AT_ONCE / PER_SECOND

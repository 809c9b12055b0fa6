import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.domain import Refusal
from services.chassis.identity import DeviceNonces
from services.chassis.identity.device_nonces import NONCE_SECONDS
from services.chassis.identity.refusals import NonceMissing, NonceStale
from tests.support.fixed_clock import FixedClock

KEY = b"k" * 32


def test_a_nonce_is_good_again_and_again_until_it_expires():
    clock = FixedClock()
    nonces = DeviceNonces(KEY, clock)
    nonce = nonces.issue()
    for _ in range(3):
        nonces.check(nonce)
    clock.move(NONCE_SECONDS - 1)
    nonces.check(nonce)
    clock.move(1)
    with pytest.raises(NonceStale):
        nonces.check(nonce)


def test_every_process_with_the_key_knows_the_nonce():
    clock = FixedClock()
    DeviceNonces(KEY, clock).check(DeviceNonces(KEY, clock).issue())
    with pytest.raises(NonceStale):
        DeviceNonces(b"x" * 32, clock).check(DeviceNonces(KEY, clock).issue())


@pytest.mark.parametrize("nothing", ["", None])
def test_no_nonce_is_told_apart_from_an_old_one(nothing):
    with pytest.raises(NonceMissing):
        DeviceNonces(KEY, FixedClock()).check(nothing)


def test_a_nonce_stands_in_a_header_as_it_is():
    nonce = DeviceNonces(KEY, FixedClock()).issue()
    assert set(nonce) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@given(st.text(max_size=60))
def test_no_text_makes_the_check_fail(text):
    with pytest.raises(Refusal):
        DeviceNonces(KEY, FixedClock()).check(text)


@given(st.data())
def test_one_changed_character_makes_a_nonce_stale(data):
    nonces = DeviceNonces(KEY, FixedClock())
    nonce = nonces.issue()
    at = data.draw(st.integers(0, len(nonce) - 1))
    character = data.draw(st.characters(min_codepoint=33, max_codepoint=126).filter(lambda new: new != nonce[at]))
    with pytest.raises(NonceStale):
        nonces.check(nonce[:at] + character + nonce[at + 1 :])


@given(st.integers(0, 10**7))
def test_a_nonce_is_good_for_ten_minutes_and_not_a_second_longer(waited):
    clock = FixedClock()
    nonces = DeviceNonces(KEY, clock)
    nonce = nonces.issue()
    clock.move(waited)
    if waited < NONCE_SECONDS:
        nonces.check(nonce)
    else:
        with pytest.raises(NonceStale):
            nonces.check(nonce)

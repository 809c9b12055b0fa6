from dataclasses import replace
from datetime import UTC, datetime, timedelta

from services.chassis.testing.given_when_then import Specification
from services.survey.domain import card_batch, device
from services.survey.domain.commands import (
    BindDevice,
    IssuePairingCode,
    PairDevice,
    PrintCards,
    RevokeDevice,
    RotateDeviceKey,
    SpendPairingCode,
    VoidCard,
)
from services.survey.domain.errors import (
    AlreadyExists,
    DeviceIsRevoked,
    InvalidKey,
    InvalidPeriod,
    NothingToPrint,
    PairingRefused,
    UnknownCard,
    UnknownCardBatch,
    UnknownDevice,
)
from services.survey.domain.events import (
    CardsPrinted,
    CardVoided,
    DeviceBound,
    DeviceKeyRotated,
    DevicePaired,
    DeviceRevoked,
    PairingCodeIssued,
    PairingCodeSpent,
)

DEVICE = Specification(device.INITIAL, device.evolve)
CODE = Specification(device.NO_CODE, device.evolve_code)
CARDS = Specification(card_batch.INITIAL, card_batch.evolve)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
KEY = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}
PLACE = {"counter_id": "q", "one_stop_id": "mc", "counter_name": "Quầy 1"}
OTHER_PLACE = {"counter_id": "q2", "one_stop_id": "mc", "counter_name": "Quầy 2"}
PAIR = PairDevice(device_id="dev_1", public_jwk=KEY, at=NOW, **PLACE)
PAIRED = DevicePaired(device_id="dev_1", public_jwk=KEY, at=NOW, **PLACE)
BIND = BindDevice(device_id="dev_1", at=NOW + timedelta(days=1), **OTHER_PLACE)
BOUND = DeviceBound(at=NOW + timedelta(days=1), **OTHER_PLACE)
REVOKE = RevokeDevice(device_id="dev_1", at=NOW, because="mất máy")
REVOKED = DeviceRevoked(at=NOW, because="mất máy")
ISSUE = IssuePairingCode(code_hash="h", device_id="dev_1", issued_at=NOW, expires_at=NOW + timedelta(hours=1), **PLACE)
ISSUED = PairingCodeIssued(
    code_hash="h", device_id="dev_1", issued_at=NOW, expires_at=NOW + timedelta(hours=1), **PLACE
)
SPEND = SpendPairingCode(thumbprint="t1", at=NOW)
SPENT = PairingCodeSpent(thumbprint="t1", spent_at=NOW)


def test_a_tablet_pairs_once():
    DEVICE.given().when(device.pair, PAIR).then(PAIRED)
    DEVICE.given(PAIRED).when(device.pair, PAIR).then_nothing()
    DEVICE.given(PAIRED).when(device.pair, replace(PAIR, public_jwk={**KEY, "x": "z"})).then_refused(AlreadyExists)


def test_a_key_with_a_private_part_is_refused():
    DEVICE.given().when(device.pair, replace(PAIR, public_jwk={**KEY, "d": "secret"})).then_refused(InvalidKey)
    DEVICE.given().when(device.pair, replace(PAIR, public_jwk={**KEY, "crv": "P-384"})).then_refused(InvalidKey)


def test_a_tablet_is_bound_to_another_counter():
    DEVICE.given(PAIRED).when(device.bind, BIND).then(BOUND)
    DEVICE.given(PAIRED, BOUND).when(device.bind, BIND).then_nothing()
    DEVICE.given().when(device.bind, BIND).then_refused(UnknownDevice)
    DEVICE.given(PAIRED, REVOKED).when(device.bind, BIND).then_refused(DeviceIsRevoked)


def test_a_tablet_stood_where_it_was_bound_at_that_time():
    state = DEVICE.given(PAIRED, BOUND).state
    assert state.binding_at(NOW - timedelta(days=9)).counter_id == "q"
    assert state.binding_at(NOW).counter_id == "q"
    assert state.binding_at(NOW + timedelta(days=2)).counter_id == "q2"


def test_a_key_is_rotated_while_the_tablet_is_listened_to():
    other = {**KEY, "x": "z"}
    wish = RotateDeviceKey(device_id="dev_1", public_jwk=other, at=NOW)
    fact = DeviceKeyRotated(public_jwk=other, at=NOW)
    DEVICE.given(PAIRED).when(device.rotate_key, wish).then(fact)
    DEVICE.given(PAIRED, fact).when(device.rotate_key, wish).then_nothing()
    DEVICE.given(PAIRED, REVOKED).when(device.rotate_key, wish).then_refused(DeviceIsRevoked)
    DEVICE.given(PAIRED).when(device.rotate_key, replace(wish, public_jwk={})).then_refused(InvalidKey)


def test_a_tablet_is_revoked_once():
    DEVICE.given(PAIRED).when(device.revoke, REVOKE).then(REVOKED)
    DEVICE.given(PAIRED, REVOKED).when(device.revoke, REVOKE).then_nothing()
    DEVICE.given().when(device.revoke, REVOKE).then_refused(UnknownDevice)


def test_a_pairing_code_is_made_once():
    CODE.given().when(device.issue_code, ISSUE).then(ISSUED)
    CODE.given(ISSUED).when(device.issue_code, ISSUE).then_refused(AlreadyExists)


def test_a_pairing_code_is_spent_by_one_key_which_may_ask_again():
    CODE.given(ISSUED).when(device.spend_code, SPEND).then(SPENT)
    CODE.given(ISSUED, SPENT).when(device.spend_code, SPEND).then_nothing()
    CODE.given(ISSUED, SPENT).when(device.spend_code, replace(SPEND, thumbprint="t2")).then_refused(PairingRefused)


def test_an_unknown_or_old_pairing_code_is_refused():
    CODE.given().when(device.spend_code, SPEND).then_refused(PairingRefused)
    late = replace(SPEND, at=NOW + timedelta(hours=1))
    CODE.given(ISSUED).when(device.spend_code, late).then_refused(PairingRefused)


PRINT = PrintCards(
    batch_id="AB23", counter_id="q", card_hashes=("h1", "h2"), valid_from=NOW, valid_to=NOW + timedelta(days=1)
)
PRINTED = CardsPrinted(
    batch_id="AB23", counter_id="q", card_hashes=("h1", "h2"), valid_from=NOW, valid_to=NOW + timedelta(days=1)
)
VOID = VoidCard(batch_id="AB23", card_hash="h1", because="rơi mất")
VOIDED = CardVoided(card_hash="h1", because="rơi mất")


def test_cards_are_printed_once():
    CARDS.given().when(card_batch.print_cards, PRINT).then(PRINTED)
    CARDS.given(PRINTED).when(card_batch.print_cards, PRINT).then_refused(AlreadyExists)
    CARDS.given().when(card_batch.print_cards, replace(PRINT, card_hashes=())).then_refused(NothingToPrint)
    CARDS.given().when(card_batch.print_cards, replace(PRINT, card_hashes=("a", "a"))).then_refused(NothingToPrint)
    CARDS.given().when(card_batch.print_cards, replace(PRINT, valid_to=NOW)).then_refused(InvalidPeriod)


def test_a_card_is_voided_once():
    CARDS.given(PRINTED).when(card_batch.void, VOID).then(VOIDED)
    CARDS.given(PRINTED, VOIDED).when(card_batch.void, VOID).then_nothing()
    CARDS.given(PRINTED).when(card_batch.void, replace(VOID, card_hash="h9")).then_refused(UnknownCard)
    CARDS.given().when(card_batch.void, VOID).then_refused(UnknownCardBatch)


def test_a_batch_is_open_within_its_window():
    state = CARDS.given(PRINTED).state
    assert not state.is_open_at(NOW - timedelta(seconds=1))
    assert state.is_open_at(NOW)
    assert not state.is_open_at(NOW + timedelta(days=1))

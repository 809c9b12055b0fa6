"""What shows a tablet to be there now, and what may be an old request sent again."""

from services.chassis.identity.device_replays import MOST_WITH_ONE_NONCE, HeardRequests
from services.chassis.ids import new_secret


def signature() -> bytes:
    return new_secret() + new_secret()


def test_a_request_that_comes_again_is_no_sign_of_life():
    heard, sent = HeardRequests(), signature()
    assert heard.is_first("dev_1", nonce_expiry=600, signature=sent)
    assert not heard.is_first("dev_1", nonce_expiry=600, signature=sent)


def test_nor_is_it_with_the_other_signature_that_anybody_can_make_of_it():
    heard, sent = HeardRequests(), signature()
    heard.is_first("dev_1", nonce_expiry=600, signature=sent)
    assert not heard.is_first("dev_1", nonce_expiry=600, signature=sent[:32] + signature()[32:])


def test_a_tablet_that_uses_its_nonce_again_is_there():
    heard = HeardRequests()
    assert all(heard.is_first("dev_1", nonce_expiry=600, signature=signature()) for _ in range(20))


def test_once_a_tablet_has_used_a_newer_nonce_the_older_tells_nothing_new():
    heard = HeardRequests()
    heard.is_first("dev_1", nonce_expiry=601, signature=signature())
    assert not heard.is_first("dev_1", nonce_expiry=600, signature=signature())
    assert heard.is_first("dev_1", nonce_expiry=601, signature=signature())
    assert heard.is_first("dev_2", nonce_expiry=600, signature=signature())


def test_what_is_remembered_is_bounded():
    heard = HeardRequests(most_devices=10)
    for at in range(100):
        heard.is_first(f"dev_{at}", nonce_expiry=600, signature=signature())
    told = [heard.is_first("dev_99", nonce_expiry=600, signature=signature()) for _ in range(MOST_WITH_ONE_NONCE)]
    assert told == [True] * (MOST_WITH_ONE_NONCE - 1) + [False]
    assert heard.is_first("dev_99", nonce_expiry=601, signature=signature())

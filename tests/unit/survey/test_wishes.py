from services.survey.domain.device_sequence import DeviceSequence
from services.survey.domain.envelope import FIRST_PREV


def a_sequence(*seqs: int) -> DeviceSequence:
    sequence = DeviceSequence()
    for seq in seqs:
        sequence = sequence.add(seq, prev=FIRST_PREV if seq == 1 else None, sha256="")
    return sequence


def test_a_tablet_that_has_written_more_than_came_is_asked_for_the_rest():
    assert a_sequence(1, 2, 4).missing(written=9) == ((3, 3), (5, 9))


def test_a_tablet_of_which_nothing_is_known_any_more_is_asked_for_everything():
    assert DeviceSequence().missing(written=3) == ((1, 3),)


def test_a_tablet_that_has_written_no_more_than_came_is_asked_for_nothing():
    assert a_sequence(1, 2).missing(written=2) == ()
    assert a_sequence(1, 2).missing() == ()

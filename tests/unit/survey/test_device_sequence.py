"""Whatever comes in whatever order, once or often: nothing is lost, nothing doubled, and what is missing is named."""

from hypothesis import given
from hypothesis import strategies as st

from services.survey.domain.device_sequence import DeviceSequence
from services.survey.domain.envelope import FIRST_PREV

arrivals = st.lists(st.integers(min_value=1, max_value=60), max_size=120)


def hash_of(seq: int) -> str:
    return FIRST_PREV if seq == 0 else f"{seq:064d}"


def after(seqs: list[int]) -> DeviceSequence:
    state = DeviceSequence()
    for seq in seqs:
        state = state.add(seq, prev=hash_of(seq - 1), sha256=hash_of(seq))
    return state


@given(arrivals)
def test_what_has_come_and_what_is_missing_make_up_the_whole(seqs):
    state = after(seqs)
    come = set(seqs)
    missing = {seq for first, last in state.missing() for seq in range(first, last + 1)}
    assert missing == set(range(1, max(come, default=0) + 1)) - come
    assert all(state.has(seq) == (seq in come) for seq in range(1, 62))
    assert (state.received, state.last) == (len(come), max(come, default=0))
    assert state.contiguous == next(seq for seq in range(62) if seq + 1 not in come)


@given(arrivals, st.randoms())
def test_the_order_of_arrival_does_not_matter(seqs, random):
    shuffled = [*seqs, *seqs[: len(seqs) // 2]]
    random.shuffle(shuffled)
    assert after(shuffled) == after(seqs)


@given(arrivals)
def test_a_whole_chain_is_never_called_broken(seqs):
    assert not after(seqs).chain_broken


@given(st.permutations(range(1, 9)), st.integers(min_value=1, max_value=8))
def test_a_wrong_link_is_found_in_any_order_of_arrival(order, wrong):
    state = DeviceSequence()
    for seq in order:
        prev = "f" * 64 if seq == wrong else hash_of(seq - 1)
        state = state.add(seq, prev=prev, sha256=hash_of(seq))
    assert state.chain_broken
    assert state.missing() == ()


def test_missing_ranges_are_cut_off_at_the_lowest_ones():
    state = after(list(range(2, 400, 2)))
    assert state.missing(limit=2) == ((1, 1), (3, 3))
    assert len(state.missing()) == 100


def test_an_envelope_that_could_not_be_read_breaks_no_chain():
    state = after([1]).add(2, prev=None, sha256=hash_of(2)).add(3, prev=hash_of(2), sha256=hash_of(3))
    assert not state.chain_broken

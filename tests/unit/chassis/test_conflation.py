"""The newest word goes out at once, then at most one per interval, and the last one always."""

import threading
from collections.abc import Mapping

from services.chassis import conflation as conflation_module
from services.chassis.clock import monotonic
from services.chassis.conflation import Conflation
from services.chassis.domain import Unavailable
from tests.support.servers.ports import eventually


class Receiver:
    """Keeps what was sent; fails as often as it is told to."""

    def __init__(self, refusals: int = 0, *, failure: Exception | None = None) -> None:
        self.sent: list[Mapping[str, int]] = []
        self.refusals, self.failure, self.asked = refusals, failure or Unavailable(), 0
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, values: Mapping[str, int]) -> None:
        self.gate.wait(20)
        self.asked += 1
        if self.refusals:
            self.refusals -= 1
            raise self.failure
        self.sent.append(dict(values))


def of(receiver: Receiver, interval_seconds: float) -> Conflation[str, int]:
    return Conflation(receiver, merge=lambda _waiting, newer: newer, interval_seconds=interval_seconds)


def test_the_first_value_goes_out_at_once():
    receiver = Receiver()
    conflation = of(receiver, 3600.0)
    conflation.note("a", 1)
    eventually(lambda: receiver.sent == [{"a": 1}])
    conflation.close()


def test_values_within_the_interval_become_one_and_the_last_is_sent_at_the_end():
    receiver = Receiver()
    conflation = of(receiver, 3600.0)
    conflation.note("a", 0)
    eventually(lambda: receiver.sent)
    for value in range(1, 100):
        conflation.note("a", value)
    conflation.note("b", 7)
    conflation.close()
    assert {key: value for values in receiver.sent[1:] for key, value in values.items()} == {"a": 99, "b": 7}
    assert sum("a" in values for values in receiver.sent) == 2


def test_the_last_value_goes_out_by_itself_when_the_interval_is_over():
    receiver = Receiver()
    conflation = of(receiver, 0.05)
    for value in range(50):
        conflation.note("a", value)
    eventually(lambda: receiver.sent and receiver.sent[-1] == {"a": 49})
    conflation.close()
    assert receiver.sent[-1] == {"a": 49}


def test_what_comes_while_a_value_is_being_sent_is_not_lost():
    receiver = Receiver()
    receiver.gate.clear()
    conflation = of(receiver, 0.01)
    conflation.note("a", 1)
    eventually(lambda: not conflation._waiting)
    conflation.note("a", 2)
    receiver.gate.set()
    eventually(lambda: receiver.sent == [{"a": 1}, {"a": 2}])
    conflation.close()


def test_a_refused_value_is_sent_again_unless_a_newer_one_has_come():
    receiver = Receiver(refusals=2)
    conflation = of(receiver, 0.02)
    conflation.note("a", 1)
    eventually(lambda: receiver.sent == [{"a": 1}])
    conflation.close()


def test_any_failure_is_told_and_what_waits_goes_out_when_it_has_passed():
    receiver = Receiver(refusals=1_000_000, failure=OSError("the disk is away"))
    conflation = of(receiver, 0.02)
    conflation.note("a", 1)
    eventually(lambda: conflation.failure == "OSError")
    conflation.note("a", 2)
    conflation.note("b", 7)
    receiver.refusals = 0
    eventually(lambda: {key: value for sent in receiver.sent for key, value in sent.items()} == {"a": 2, "b": 7})
    eventually(lambda: conflation.failure is None)
    conflation.close()


def test_while_sending_fails_a_new_key_does_not_hurry_it():
    receiver = Receiver(refusals=1_000_000)
    conflation = of(receiver, 3600.0)
    conflation.note("a", 1)
    eventually(lambda: conflation.failure)
    conflation.note("b", 1)
    conflation.close()
    # Once before the new key, and once when it was told to stop.
    assert receiver.asked == 2


def test_closing_does_not_wait_for_a_failure_to_pass():
    receiver = Receiver(refusals=1_000_000, failure=OSError("the disk is away"))
    conflation = of(receiver, 3600.0)
    conflation.note("a", 1)
    eventually(lambda: conflation.failure)
    conflation.close()
    assert receiver.asked == 2


def test_a_closed_one_that_never_had_a_value_ends():
    of(Receiver(), 1.0).close()


def test_keys_that_are_due_soon_after_each_other_go_out_together():
    receiver = Receiver()
    conflation = Conflation(receiver, merge=lambda _waiting, newer: newer, gather_seconds=3600.0)
    conflation.note("a", 1)
    eventually(lambda: receiver.sent == [{"a": 1}])
    for key in "bcd":
        conflation.note(key, 2)
    conflation.close()
    assert receiver.sent == [{"a": 1}, {"b": 2, "c": 2, "d": 2}]


def test_while_it_is_held_back_after_a_failure_it_sleeps(monkeypatch):
    looks = []

    def look() -> float:
        looks.append(None)
        return monotonic()

    monkeypatch.setattr(conflation_module, "monotonic", look)
    receiver = Receiver(refusals=1)
    conflation = of(receiver, 0.3)
    conflation.note("a", 1)
    eventually(lambda: conflation.failure)
    conflation.note("b", 2)
    eventually(lambda: len(receiver.sent) == 1)
    conflation.close()
    assert receiver.sent == [{"a": 1, "b": 2}]
    assert len(looks) < 50

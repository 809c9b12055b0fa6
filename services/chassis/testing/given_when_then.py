"""Rules as sentences: given these facts, when this is wished, then these facts follow, or the wish is refused.

device = Specification(Device.initial, evolve)
device.given(paired).when(decide_revoke, RevokeDevice(…)).then(DeviceRevoked(…))
device.given().when(decide_revoke, RevokeDevice(…)).then_refused(DeviceNotPaired)
"""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any, Generic, TypeVar

from services.chassis.domain import Event, Refusal

State = TypeVar("State")


class Specification(Generic[State]):
    """An aggregate's rules under test: the state before any fact (or what makes it), and how a fact changes it."""

    def __init__(self, initial: State | Callable[[], State], evolve: Callable[[State, Any], State]) -> None:
        self._initial = initial
        self._evolve = evolve

    def given(self, *facts: Event) -> "Given[State]":
        """Start from the state that these facts lead to."""
        initial: Any = self._initial() if callable(self._initial) else self._initial
        return Given(reduce(self._evolve, facts, initial))


class Given(Generic[State]):
    """A state, ready for a command. `state` may be looked at."""

    def __init__(self, state: State) -> None:
        self.state = state

    def when(self, decide: Callable[..., Iterable[Event]], *command: Any, **outside: Any) -> "Decision":
        """Call `decide(state, command, …)` and keep what it says."""
        try:
            return Decision(tuple(decide(self.state, *command, **outside)), None)
        except Refusal as refusal:
            return Decision((), refusal)


class Decision:
    """What a rule said."""

    def __init__(self, facts: tuple[Event, ...], refusal: Refusal | None) -> None:
        self.facts = facts
        self.refusal = refusal

    def then(self, *facts: Event) -> None:
        """Exactly these facts follow."""
        assert self.refusal is None, f"refused: {self.refusal!r}"
        assert self.facts == facts

    def then_nothing(self) -> None:
        """The wish is fulfilled already: no facts, no refusal."""
        self.then()

    def then_refused(self, kind: type[Refusal], **params: object) -> None:
        """The wish is refused as exactly `kind`, about at least these `params`."""
        assert type(self.refusal) is kind, f"said {self.refusal or self.facts!r}"
        assert {name: self.refusal.params.get(name) for name in params} == params

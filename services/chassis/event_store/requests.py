"""What every store checks before it asks its database, and how it tells what became of a command."""

from collections.abc import Sequence

from services.chassis.domain import ConcurrencyConflict, Refusal
from services.chassis.event_store.port import AppendRequest, ClaimTaken, NewMessage, Outcome, Verdict

_HOLE = b'{"number":"' + b"0" * 20 + b'"'


def check_requests(requests: Sequence[AppendRequest]) -> None:
    """Refuse what is a mistake of the program and not of its user.

    Raises:
        ValueError: A message has no hole for its number, or a request without facts has a command id.
    """
    for request in requests:
        if request.command_id is not None and not request.facts:
            raise ValueError("a command id is kept with the command's first fact, and there is none")
        for message in request.messages:
            _check_hole(message)


def another_version(request: AppendRequest, actual_version: int) -> ConcurrencyConflict:
    """Make the refusal of a request whose stream stands elsewhere."""
    return ConcurrencyConflict(
        f"{request.stream} is at version {actual_version}, not {request.expected_version}",
        stream=request.stream,
        expected_version=request.expected_version,
        actual_version=actual_version,
    )


def claim_taken(claim: str) -> ClaimTaken:
    """Make the refusal of a request whose claim is spent."""
    return ClaimTaken(f"{claim} is taken", claim=claim)


def is_created(verdict: Verdict | Refusal) -> bool:
    """Say whether a request was recorded just now."""
    return isinstance(verdict, Verdict) and verdict.outcome is Outcome.CREATED


def created(requests: Sequence[AppendRequest], last_position: int) -> list[Verdict | Refusal]:
    """Tell that every request was created, their facts in order, the last at `last_position`."""
    position = last_position - sum(len(request.facts) for request in requests)
    verdicts: list[Verdict | Refusal] = []
    for request in requests:
        count = len(request.facts)
        position += count
        verdicts.append(Verdict(outcome=Outcome.CREATED, version=request.expected_version + count, position=position))
    return verdicts


def _check_hole(message: NewMessage) -> None:
    if message.value is not None and not message.value.startswith(_HOLE):
        raise ValueError(f"a message to {message.topic} has no hole for its number")

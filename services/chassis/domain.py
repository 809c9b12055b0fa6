"""What every domain is made of: events, commands and the families of refusal. Pure.

Refusal
├── NotFound             nothing there by that name
├── NotAllowed           somebody is known, but may not
├── StateConflict        the thing is in a state that rules the command out
├── RuleBroken           the command itself breaks a rule
├── ConcurrencyConflict  another writer got there first
└── Unavailable          try again later; nothing was written

InvalidMessage           a message breaks its contract: park it, go on
RetryLater               a message cannot be applied yet: try it again
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """A fact. Subclasses are frozen dataclasses in the past tense, with a wire name of their own.

    `wire_name` is `<service>.<fact>.v<N>`, stable for ever; it never is a Python path.
    """

    wire_name: ClassVar[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A wish. Subclasses are frozen dataclasses in the imperative; time and ids are among their fields."""


class Refusal(Exception):  # noqa: N818 - a refusal is an expected answer, not an error
    """Raised when a command is refused. `code` is stable; `params` say what it was about; `title` is for people.

    A subclass gives a `code` and a Vietnamese `title` of its own, and says "Raised when…" in its docstring.
    """

    code: ClassVar[str] = "refused"
    title: ClassVar[str] = "Yêu cầu bị từ chối"

    def __init__(self, detail: str = "", **params: object) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.params = params


class NotFound(Refusal):
    """Raised when nothing exists by the name given."""

    code = "not_found"
    title = "Không tìm thấy"


class NotAllowed(Refusal):
    """Raised when the caller is known but may not do this."""

    code = "not_allowed"
    title = "Không được phép"


class StateConflict(Refusal):
    """Raised when the present state rules the command out."""

    code = "state_conflict"
    title = "Trạng thái hiện tại không cho phép"


class RuleBroken(Refusal):
    """Raised when the command breaks a rule whatever the state."""

    code = "rule_broken"
    title = "Yêu cầu trái quy tắc"


class ConcurrencyConflict(Refusal):
    """Raised when another writer appended first; nothing was written. `actual_version` is in `params`."""

    code = "concurrency_conflict"
    title = "Dữ liệu vừa được người khác thay đổi"


class Unavailable(Refusal):
    """Raised when a server, queue or disk is not able to take the command now; nothing was written."""

    code = "unavailable"
    title = "Hệ thống tạm thời chưa nhận được, xin thử lại"


class InvalidMessage(Exception):  # noqa: N818 - names the message, not the failure
    """Raised by a consumer when a message breaks its contract; the message is parked, raw."""


class RetryLater(Exception):  # noqa: N818 - an instruction to the projector
    """Raised by a consumer when a message cannot be applied yet; the projector tries it again."""

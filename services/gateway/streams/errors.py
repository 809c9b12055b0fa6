"""Why a subscriber is not answered.

Refusal
├── NotFound
│   └── ChannelUnknown        404
└── RequestRefused
    ├── TokenStale            410, with the ways to go on
    └── TooManyReaders        429
"""

from typing import ClassVar

from services.chassis.domain import NotFound
from services.chassis.http.refusals import RequestRefused


class ChannelUnknown(NotFound):
    """Raised when there is no such stream, or no such unit."""

    code = "channel_unknown"
    title = "Không có kênh dữ liệu này"


class TokenStale(RequestRefused):
    """Raised when what a subscriber has read is not, or is no longer, what the channel holds; `params` say how to go on."""

    code = "token_stale"
    title = "Vị trí đọc không còn hiệu lực"
    status: ClassVar[int] = 410


class TooManyReaders(RequestRefused):
    """Raised when a subscriber, or all of them together, hold as many lines open as there may be."""

    code = "too_many_readers"
    title = "Đang mở quá nhiều kết nối, xin chờ"
    status: ClassVar[int] = 429

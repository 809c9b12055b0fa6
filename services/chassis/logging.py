"""Log lines as JSON: a constant snake_case event name, then fields. Identifiers only, no personal data."""

import logging
import sys
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from typing import Any, BinaryIO, cast

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, WrappedLogger

from services.chassis.clock import SystemClock, monotonic, rfc3339

_encode = msgspec.json.Encoder(enc_hook=str).encode
_clock = SystemClock()
_SAID_ONCE_IN_SECONDS = 60.0


def configure_logging(service: str, *, level: str = "info", stream: BinaryIO | None = None) -> None:
    """Send every log line of this process, those of libraries included, to `stream` (standard error) as JSON.

    Args:
        service: Stands in every line.
        level: Least level that is written: debug, info, warning or error.
        stream: Where lines go, as bytes.
    """
    number = logging.getLevelNamesMapping()[level.upper()]
    target = cast("BinaryIO", _Lines(stream))
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _Stamp(service), _explain_exception, _render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.BytesLoggerFactory(target),
    )
    logging.basicConfig(handlers=[LibraryLines()], level=max(number, logging.WARNING), force=True)


def get_logger() -> FilteringBoundLogger:
    """Give a logger: `log.info("batch_recorded", device_id=…, ballots=…)`."""
    return cast("FilteringBoundLogger", structlog.get_logger())


class _Lines:
    """Where lines go. While the disk is full they are lost: a log must not stop what it tells about."""

    def __init__(self, stream: BinaryIO | None) -> None:
        self._told = stream

    @property
    def _stream(self) -> BinaryIO:
        # Asked for each time: a program may change what its standard error is.
        return self._told or sys.stderr.buffer

    def write(self, line: bytes) -> None:
        with suppress(OSError):
            self._stream.write(line)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


class _Stamp:
    def __init__(self, service: str) -> None:
        self._service = service

    def __call__(self, _logger: WrappedLogger, level: str, line: EventDict) -> EventDict:
        return {
            "at": rfc3339(_clock.now()),
            "level": level,
            "service": self._service,
            "event": line.pop("event"),
            **line,
        }


def _explain_exception(_logger: WrappedLogger, _level: str, line: EventDict) -> EventDict:
    if line.get("exc_info"):
        return structlog.processors.format_exc_info(_logger, _level, line)
    return line


def _render(_logger: WrappedLogger, _level: str, line: EventDict) -> bytes:
    return _encode(line)


class LibraryLines(logging.Handler):
    """Hands lines that libraries log in the standard way to the product's own logger.

    What one place in a library says is passed on once a minute, for a client whose server is away says the same for ever;
    exceptions always are.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        """Take lines of every level; `now` is in seconds."""
        super().__init__()
        self._now = now
        self._silent_until: dict[tuple[str, int], float] = {}
        self._unsaid: Counter[tuple[str, int]] = Counter()

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a line on, with how many of its place were left out before it; or leave it out."""
        place = (record.pathname, record.lineno)
        if not record.exc_info and self._now() < self._silent_until.get(place, 0.0):
            self._unsaid[place] += 1
            return
        self._silent_until[place] = self._now() + _SAID_ONCE_IN_SECONDS
        fields: dict[str, Any] = {"logger": record.name, "message": record.getMessage()}
        if left_out := self._unsaid.pop(place, 0):
            fields["left_out"] = left_out
        if record.exc_info:
            fields["exc_info"] = record.exc_info
        get_logger().log(record.levelno, "library_said", **fields)

"""Reads what tablets send: newline-delimited JSON, one envelope per line, its bytes the envelope itself.

A line that is no envelope is still a line: as much of it as can be read names it, and it goes to quarantine.
"""

import hashlib
import math
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from services.survey.domain.envelope import Anchor, Capture, Envelope, Kind, Line

MOST_LINES = 100
"""A batch holds no more lines than this."""

UNKNOWN_QUESTIONNAIRE = "sha256:" + "0" * 64
"""Stands for whatever a tablet asked by when it names no hash of a questionnaire."""

_QUESTIONNAIRE = re.compile(r"sha256:[0-9a-f]{64}")
_Seq = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
_Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Score = Annotated[int, msgspec.Meta(ge=1, le=5)]
_Code = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9_]{1,64}\Z")]
_Uuid = Annotated[
    str, msgspec.Meta(pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z")
]
_Word = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,64}\Z")]


class _Anchor(msgspec.Struct, frozen=True):
    server: str
    mono_ms: float
    rtt_ms: float = 0.0


class _Captured(msgspec.Struct, frozen=True):
    mono_ms: float | None = None
    wall: str | None = None
    anchor: _Anchor | None = None


class _Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in every envelope. Members that this release does not know stay in the raw bytes."""

    v: Literal[1]
    entry_id: _Uuid
    device_id: _Word
    boot_id: _Word
    seq: _Seq
    prev: _Hash
    ballot_id: _Uuid
    captured: _Captured = _Captured()


class _Cast(_Envelope, frozen=True, kw_only=True, tag_field="kind", tag="cast"):
    questionnaire: Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,128}\Z")]
    score: _Score
    reasons: Annotated[tuple[_Code, ...], msgspec.Meta(max_length=20)] = ()
    card: Annotated[str, msgspec.Meta(max_length=64)] | None = None


class _Change(_Envelope, frozen=True, kw_only=True, tag_field="kind", tag="change"):
    score: _Score


class _FollowUp(_Envelope, frozen=True, kw_only=True, tag_field="kind", tag="follow_up"):
    reasons: Annotated[tuple[_Code, ...], msgspec.Meta(max_length=20)]


_KINDS = {_Cast: Kind.CAST, _Change: Kind.CHANGE, _FollowUp: Kind.FOLLOW_UP}

_decoder = msgspec.json.Decoder(_Cast | _Change | _FollowUp)


def split_lines(body: bytes) -> list[bytes]:
    """Split a body into its lines; empty ones are no envelopes, and a carriage return belongs to its line's end."""
    return [line for line in (part.removesuffix(b"\r") for part in body.split(b"\n")) if line.strip()]


def read_line(raw: bytes) -> Line:
    """Read one line."""
    sha256 = hashlib.sha256(raw).hexdigest()
    try:
        sent = _decoder.decode(raw)
        envelope = _envelope(sent)
    except (msgspec.DecodeError, UnicodeDecodeError, OverflowError, RecursionError):
        entry_id, seq, prev = _names_of(raw)
        return Line(raw=raw, sha256=sha256, envelope=None, entry_id=entry_id, seq=seq, prev=prev)
    return Line(
        raw=raw,
        sha256=sha256,
        envelope=envelope,
        entry_id=envelope.entry_id,
        seq=envelope.seq,
        prev=envelope.prev,
    )


def read_lines(body: bytes) -> Iterator[Line]:
    """Read every line of a body."""
    return map(read_line, split_lines(body))


def _envelope(sent: _Cast | _Change | _FollowUp) -> Envelope:
    capture = Capture(
        mono_ms=_running(sent.captured.mono_ms),
        wall=_instant(sent.captured.wall),
        anchor=_anchor(sent.captured.anchor),
    )
    return Envelope(
        entry_id=sent.entry_id,
        device_id=sent.device_id,
        boot_id=sent.boot_id,
        seq=sent.seq,
        prev=sent.prev,
        kind=_KINDS[type(sent)],
        ballot_id=sent.ballot_id.lower(),
        capture=capture,
        questionnaire=_questionnaire(getattr(sent, "questionnaire", "")),
        score=getattr(sent, "score", None),
        reasons=getattr(sent, "reasons", ()),
        card=getattr(sent, "card", None),
    )


def _questionnaire(named: str) -> str:
    """Give the hash that a tablet names, known or not; what is no hash is one unknown version, and published nowhere."""
    return named if not named or _QUESTIONNAIRE.fullmatch(named) else UNKNOWN_QUESTIONNAIRE


def _anchor(sent: _Anchor | None) -> Anchor | None:
    """Read an anchor. One that names no possible time is as good as none: the answer counts all the same."""
    if sent is None or (server := _instant(sent.server)) is None:
        return None
    if _running(sent.mono_ms) is None or not 0 <= sent.rtt_ms <= 600_000 or not 2000 <= server.year < 2200:
        return None
    return Anchor(server=server, mono_ms=sent.mono_ms, rtt_ms=sent.rtt_ms)


def _running(mono_ms: float | None) -> float | None:
    return mono_ms if mono_ms is not None and math.isfinite(mono_ms) else None


def _instant(text: str | None) -> datetime | None:
    """Read a clock that may say anything."""
    if text is None:
        return None
    try:
        at = datetime.fromisoformat(text)
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _names_of(raw: bytes) -> tuple[str | None, int | None, str | None]:
    try:
        sent: Any = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None, None, None
    if not isinstance(sent, dict):
        return None, None, None
    return (
        _name(sent.get("entry_id"), _Word),
        _name(sent.get("seq"), _Seq),
        _name(sent.get("prev"), _Hash),
    )


def _name(value: object, kind: Any) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return None

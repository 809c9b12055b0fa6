"""Problem details (RFC 9457): every refusal and failure leaves the product in this one form."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from flask import Response, g, request

from services.chassis.domain import ConcurrencyConflict, Refusal, Unavailable
from services.chassis.http.refusals import PreconditionFailed, RequestRefused, status_of

PROBLEM_TYPE = "application/problem+json"

RETIRED_CODES: Final[tuple[str, ...]] = ()
"""Codes that were used once. They stay listed and are never given another meaning."""

PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["type", "title", "status", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "description": "`urn:cchc:problem:` and the code."},
        "title": {"type": "string", "description": "What happened, in Vietnamese, for people."},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs; docs/errors.md lists them."},
        "detail": {"type": "string", "description": "What happened, in English, for developers."},
        "params": {"type": "object", "description": "What it was about."},
        "request_id": {"type": "string", "description": "Names this request in the log."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["in", "pointer", "detail"],
                "properties": {
                    "in": {"type": "string", "enum": ["body", "query", "path", "headers", "cookies", "form", "files"]},
                    "pointer": {"type": "string", "description": "JSON Pointer to the field."},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}


class FieldError(msgspec.Struct, frozen=True, kw_only=True, rename={"place": "in"}):
    """One wrong field: where it stands, by JSON Pointer (RFC 6901), and what is wrong with it."""

    place: str
    pointer: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CatalogueEntry:
    """One line of `docs/errors.md`."""

    code: str
    status: int
    title: str
    meaning: str
    kind: type[Refusal]


def problem_catalogue() -> list[CatalogueEntry]:
    """List every refusal of the modules that are imported now, by code; a subclass without a code of its own is its parent."""
    return sorted((_entry(kind) for kind in _all_kinds(Refusal)), key=lambda entry: (entry.code, entry.status))


def problem_of(refusal: Refusal, *, errors: tuple[FieldError, ...] = (), status: int | None = None) -> Response:
    """Answer a refusal. A 5xx says only that it failed, and the request id."""
    shown = _as_seen_by_the_client(refusal)
    status = status or status_of(type(shown))
    body: dict[str, object] = {
        "type": f"urn:cchc:problem:{shown.code}",
        "title": shown.title,
        "status": status,
        "code": shown.code,
        "request_id": g.get("request_id", ""),
    }
    if status < 500:
        body |= {"detail": shown.detail or _what_happened(type(shown)), "params": shown.params}
    if errors:
        body["errors"] = errors
    response = Response(msgspec.json.encode(body, enc_hook=str), status, content_type=PROBLEM_TYPE)
    _advise_retry(response, refusal)
    return response


def _as_seen_by_the_client(refusal: Refusal) -> Refusal:
    if isinstance(refusal, ConcurrencyConflict) and "If-Match" in request.headers:
        return PreconditionFailed("The version named by If-Match is not the present one.", **refusal.params)
    return refusal


def _advise_retry(response: Response, refusal: Refusal) -> None:
    if isinstance(refusal, Unavailable) or response.status_code in {429, 503}:
        response.headers["Retry-After"] = str(refusal.params.get("retry_after_seconds", 1))
    if response.status_code in {408, 413}:
        # The rest of the body is not read, so the connection cannot carry another request.
        response.headers["Connection"] = "close"


def _all_kinds(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in kind.__subclasses__():
        if "code" in vars(child) and child is not RequestRefused:
            yield child
        yield from _all_kinds(child)


def _entry(kind: type[Refusal]) -> CatalogueEntry:
    return CatalogueEntry(
        code=kind.code, status=status_of(kind), title=kind.title, meaning=_first_line(kind), kind=kind
    )


def _what_happened(kind: type[Refusal]) -> str:
    said = _first_line(kind).removeprefix("Raised when ")
    return said[:1].upper() + said[1:]


def _first_line(kind: type[Refusal]) -> str:
    return (kind.__doc__ or "").strip().partition("\n")[0]

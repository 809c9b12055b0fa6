"""Blueprints whose routes have a guard, read JSON strictly, and document every problem that they can answer."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, TypeVar

import marshmallow
import msgspec
from flask import Request
from flask_smorest import Blueprint
from webargs.core import is_json
from webargs.flaskparser import FlaskParser

from services.chassis.domain import Refusal, Unavailable
from services.chassis.http.problems import PROBLEM_TYPE
from services.chassis.http.refusals import (
    BadGzip,
    BadJson,
    BadRequest,
    BodyTooLarge,
    BodyTooSlow,
    EncodingRefused,
    FieldsInvalid,
    InternalFailure,
    MediaTypeRefused,
    RouteNotFound,
    TooManyRequests,
    status_of,
)

if TYPE_CHECKING:
    from services.chassis.http.guards import Guard

View = TypeVar("View", bound=Callable[..., Any])

_ALWAYS = (BadRequest, BodyTooSlow, BodyTooLarge, EncodingRefused, TooManyRequests, InternalFailure, Unavailable)


class StrictParser(FlaskParser):
    """Reads arguments: no unknown names, no other content type, no NaN, no NUL."""

    DEFAULT_UNKNOWN_BY_LOCATION: Mapping[str, str | None] = {  # type: ignore[assignment]  # webargs types it as a dict
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": marshmallow.RAISE,
        "json": marshmallow.RAISE,
    }

    def load_json(self, req: Request, schema: marshmallow.Schema) -> Any:  # noqa: ARG002 - the parser gives it
        """Read a JSON body."""
        if not is_json(req.mimetype):
            raise MediaTypeRefused("Send the body as application/json.")
        return read_json(req.get_data())


def read_json(body: bytes) -> Any:
    """Read JSON.

    Raises:
        BadJson: It is not JSON in UTF-8, or it holds a NUL, which no database keeps.
    """
    if rb"\u0000" in body:
        raise BadJson("The body holds a NUL character.")
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadJson("The body is not JSON.") from None


class GuardedBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest ships no types
    """A blueprint that says who may call its routes."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, guard: "Guard", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guard = guard
        self._prepare_doc_cbks.append(self._prepare_problems_doc)

    def add_url_rule(self, rule: str, *args: Any, **options: Any) -> None:
        """Add a route, and keep its path for its document."""
        super().add_url_rule(rule, *args, **options)
        for method, info in self._docs[self._endpoints[-1]].items():
            if method != "parameters":
                info["rule"] = rule

    def _prepare_problems_doc(
        self, doc: dict[str, Any], doc_info: Mapping[str, Any], **_context: Any
    ) -> dict[str, Any]:
        guard: Guard = doc_info.get("guard", self.guard)
        responses = doc.setdefault("responses", {})
        of_path = (RouteNotFound,) if "<" in doc_info["rule"] else ()
        of_route = (*of_path, *_of_arguments(doc), *doc_info.get("refuses", ()))
        for status, kinds in _by_status((*_ALWAYS, *guard.refusals, *of_route)):
            responses[status] = _problem_doc(status, kinds)
        doc.setdefault("parameters", []).extend(doc_info.get("headers", ()))
        doc["security"] = [{scheme: []} for scheme in guard.security]
        return doc


def refuses(*kinds: type[Refusal]) -> Callable[[View], View]:
    """Document the refusals that a route may answer besides those of its guard and its arguments."""

    def mark(view: View) -> View:
        apidoc = view.__dict__.setdefault("_apidoc", {})
        apidoc["refuses"] = (*apidoc.get("refuses", ()), *kinds)
        return view

    return mark


def takes_header(name: str, description: str, *, required: bool = False) -> Callable[[View], View]:
    """Document a header that a route reads."""
    header = {
        "in": "header",
        "name": name,
        "required": required,
        "schema": {"type": "string"},
        "description": description,
    }

    def mark(view: View) -> View:
        apidoc = view.__dict__.setdefault("_apidoc", {})
        apidoc["headers"] = (*apidoc.get("headers", ()), header)
        return view

    return mark


def accepts_gzip(view: View) -> View:
    """Let a route be sent bodies with Content-Encoding: gzip; it reads them by `bodies.unpacked_body()`."""
    view.__dict__.setdefault("_apidoc", {})["gzip"] = True
    return refuses(BadGzip)(view)


def _of_arguments(doc: Mapping[str, Any]) -> tuple[type[Refusal], ...]:
    if "application/json" in doc.get("requestBody", {}).get("content", {}):
        return (FieldsInvalid, BadJson, MediaTypeRefused)
    return (FieldsInvalid,) if "requestBody" in doc or "parameters" in doc else ()


def _by_status(kinds: tuple[type[Refusal], ...]) -> list[tuple[int, list[type[Refusal]]]]:
    found: dict[int, list[type[Refusal]]] = {}
    for kind in dict.fromkeys(kinds):
        found.setdefault(status_of(kind), []).append(kind)
    return sorted(found.items())


def _problem_doc(status: int, kinds: list[type[Refusal]]) -> dict[str, Any]:
    codes = ", ".join(f"`{kind.code}`" for kind in kinds)
    return {
        "description": f"{HTTPStatus(status).phrase}: {codes}",
        "content": {PROBLEM_TYPE: {"schema": "Problem"}},
    }

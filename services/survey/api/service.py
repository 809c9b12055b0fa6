"""What routes call: the service of the app that answers, and the key that signs configurations."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, Response, current_app
from joserfc import jws
from joserfc.jwk import OKPKey

from services.chassis.domain import NotFound
from services.chassis.http.bodies import json_answer
from services.chassis.http.etags import with_etag
from services.chassis.http.paging import after_cursor, page_of
from services.chassis.projection import Projection
from services.survey.handlers.service import Survey
from services.survey.handlers.streams import Versioned
from services.survey.projections.upkeep import page

_KEY = "cchc.survey"
SIGNATURE_HEADER = "Configuration-Signature"


@dataclass(frozen=True, slots=True)
class _Attached:
    service: Survey
    key: OKPKey


def attach(app: Flask, service: Survey, configuration_jwk: dict[str, Any]) -> None:
    """Give an app its service."""
    app.extensions[_KEY] = _Attached(service, OKPKey.import_key(configuration_jwk))


def survey() -> Survey:
    """Give the service of the app that answers now."""
    return _attached().service


def signed(body: bytes) -> str:
    """Sign a body: a JWS (RFC 7515, Ed25519) whose payload stays out of it, as RFC 7797 appendix F says."""
    head, _, mac = jws.serialize_compact({"alg": "Ed25519"}, body, _attached().key, algorithms=["Ed25519"]).split(".")
    return f"{head}..{mac}"


def configuration_key() -> dict[str, Any]:
    """Give the public half of the key that signs configurations."""
    return dict(_attached().key.as_dict(private=False))


def state_answer(at: Versioned[Any], *, missing: NotFound | None = None, status: int = 200) -> Response:
    """Answer with a state and its version; a stream without facts is `missing`."""
    if at.version < 0:
        raise missing or NotFound()
    answer = json_answer(at.state, status)
    return with_etag(answer, at.version) if status == 200 else _stamped(answer, at.version)


def list_answer(projection: Projection, table: str, query: dict[str, Any]) -> dict[str, Any]:
    """Give one page of a read model, in order of its key."""
    after = after_cursor(query["cursor"], str)
    limit = query["limit"]
    rows = survey().read_model(
        projection, lambda view: page(view, view.table(table), after=after[0] if after else None, limit=limit)
    )
    items, following = page_of(rows or (), limit, key=lambda row: [row[0]])
    return {"items": [dict(row._mapping) for row in items], "next": following}  # noqa: SLF001 - SQLAlchemy's public name


def _stamped(answer: Response, version: int) -> Response:
    answer.headers["ETag"] = f'"v{version}"'
    return answer


def _attached() -> _Attached:
    return cast("_Attached", current_app.extensions[_KEY])

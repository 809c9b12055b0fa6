"""What routes call: the service of the app that answers, and the key that signs configurations."""

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app
from joserfc import jws
from joserfc.jwk import OKPKey

from services.chassis.http.answers import page_answer
from services.chassis.projection import Projection
from services.survey.handlers.service import Survey

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


def list_answer(projection: Projection, table: str, query: dict[str, Any]) -> dict[str, Any]:
    """Give one page of a read model, in order of its key."""
    return page_answer(survey().read_model, projection, table, query)


def _attached() -> _Attached:
    return cast("_Attached", current_app.extensions[_KEY])

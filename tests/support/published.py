"""Drives every published operation of an app: by hand once to a 2xx, then by schemathesis with all kinds of input."""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_SIGN = "HTTP_X_SIGN"


class Signer(Protocol):
    """A tablet that can sign with any nonce."""

    nonce: str

    def sign(self, method: str, path: str, body: bytes) -> dict[str, str]:
        """Give the headers that sign a request."""


@schemathesis.serializer("application/x-ndjson")
def _as_lines(_context: Any, value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


@dataclass(kw_only=True)
class SigningDoor:
    """A WSGI app before the app: signs as a tablet what carries the header X-Sign, which may name another nonce."""

    app: Any
    tablet: Signer | None = None
    nonce: Callable[[], str]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Sign and pass on."""
        wish = environ.pop(_SIGN, None)
        if wish and self.tablet:
            body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            environ["wsgi.input"] = io.BytesIO(body)
            self.tablet.nonce = self.nonce() if wish == "fresh" else wish
            for name, value in self.tablet.sign(environ["REQUEST_METHOD"], environ["PATH_INFO"], body).items():
                environ["HTTP_" + name.upper().replace("-", "_")] = value
        return self.app(environ, start_response)


@dataclass(frozen=True, kw_only=True)
class Valid:
    """A request that has to be answered with a 2xx. `sign` is `fresh`, or the nonce to sign with."""

    operation: str
    path: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    sign: str = ""
    media_type: str | None = None


class PublishedApp:
    """An app's published operations. `roles` gives the headers of a caller of each role."""

    def __init__(self, door: SigningDoor, documents: Sequence[str], roles: Mapping[str, Mapping[str, str]]) -> None:
        self.roles = roles
        self.operations = {
            found.ok().label: found.ok()
            for document in documents
            for found in schemathesis.openapi.from_wsgi(document, door).get_all_operations()
        }

    def send(self, valid: Valid, role: str) -> Any:
        """Send a valid request, check the answer against the document, and give it."""
        operation = self.operations[valid.operation]
        given_parts = {
            "path_parameters": dict(valid.path),
            "query": dict(valid.query),
            "headers": {**self.roles[role], **valid.headers, **({"X-Sign": valid.sign} if valid.sign else {})},
        }
        if valid.body is not None:
            given_parts |= {"body": valid.body, "media_type": valid.media_type or "application/json"}
        case = operation.Case(**given_parts)
        answer = case.call()
        assert 200 <= answer.status_code < 300, f"{valid.operation}: {answer.status_code} {answer.text}"
        case.validate_response(answer, checks=CHECKS)
        return answer

    def fuzz(self, label: str, *, examples: int) -> set[int]:
        """Send all kinds of input as all roles and none, signed and unsigned; give the statuses that came."""
        seen: set[int] = set()
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                self._run(label, mode, examples, seen)
            except Unsatisfiable:
                assert mode is GenerationMode.NEGATIVE, f"{label}: no valid input can be made"
        return seen

    def _run(self, label: str, mode: GenerationMode, examples: int, seen: set[int]) -> None:
        callers = st.sampled_from([{}, *self.roles.values(), {"Authorization": "Bearer x.y.z"}])
        signing = st.sampled_from([{"X-Sign": "fresh"}, {"X-Sign": "fresh"}, {"X-Sign": "stale"}, {}])

        @settings(
            max_examples=examples,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=self.operations[label].as_strategy(generation_mode=mode), caller=callers, signed=signing)
        def run(case: Any, caller: Mapping[str, str], signed: Mapping[str, str]) -> None:
            answer = case.call(headers={**caller, **signed})
            seen.add(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

        run()

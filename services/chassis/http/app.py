"""The app that every service starts from, and how a service publishes its API."""

from collections.abc import Iterable, Sequence
from threading import Lock
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, json
from flask_smorest import Api

from services.chassis.clock import Clock
from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.bodies import BODY_LIMIT
from services.chassis.http.error_handlers import register_error_handlers
from services.chassis.http.guards import Open
from services.chassis.http.internal import Check, health_blueprint
from services.chassis.http.problems import PROBLEM_SCHEMA
from services.chassis.http.reference import publish_reference
from services.chassis.http.request_watch import watch_requests
from services.chassis.http.runtime import Runtime, attach
from services.chassis.identity.tokens import TokenVerifier
from services.chassis.logging import get_logger
from services.chassis.metrics import Metrics

_SECURITY_SCHEMES: dict[str, dict[str, Any]] = {
    "accessToken": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "An access token."},
    "deviceSignature": {
        "type": "apiKey",
        "in": "header",
        "name": "Signature",
        "description": "RFC 9421 over @method, @path and content-digest, with keyid and the nonce of Device-Nonce.",
    },
    "session": {"type": "apiKey", "in": "cookie", "name": "__Host-session", "description": "A signed-in reader."},
}
_log = get_logger()


class BaseApp(Flask):
    """Flask, with failures logged as one JSON line that holds the request id."""

    def log_exception(
        self,
        exc_info: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None],
    ) -> None:
        """Log what no handler caught."""
        _log.error("request_failed", request_id=g.get("request_id"), exc_info=exc_info)


class _Published(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """flask-smorest, without its own error bodies: problems are answered by the base app.

    The document is written when it is first asked for: it is most of what making an app costs, and few processes are asked.
    """

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask, config_prefix: str) -> None:
        self._unwritten: list[GuardedBlueprint] = []
        self._writing = Lock()
        super().__init__(app, config_prefix=config_prefix)

    def register_blueprint(self, blueprint: GuardedBlueprint) -> None:
        """Register a blueprint now, and write down later what it offers."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blueprint.name] = self
        self._app.register_blueprint(blueprint)
        self._unwritten.append(blueprint)

    def document(self) -> dict[str, Any]:
        """Give the OpenAPI document."""
        with self._writing:
            while self._unwritten:
                blueprint = self._unwritten.pop(0)
                blueprint.register_views_in_doc(self, self._app, self.spec, name=blueprint.name, parameters=None)
                self.spec.tag({"name": blueprint.name, "description": blueprint.description})
        told: dict[str, Any] = self.spec.to_dict()
        return told

    def _openapi_json(self) -> Response:
        return Response(json.dumps(self.document(), indent=2), mimetype="application/json")

    def _register_error_handlers(self) -> None:
        """Leave errors to the base app."""


def create_base_app(
    import_name: str,
    *,
    title: str,
    verifier: TokenVerifier | None,
    clock: Clock,
    readiness: Sequence[Check] = (),
    metrics: Metrics | None = None,
) -> Flask:
    """Make an app that answers problems, counts, logs and limits, and lets nobody past a route without a guard.

    Args:
        title: Stands in the published API.
        verifier: Verifies access tokens; `None` where no route takes one.
        readiness: What has to hold for `/readyz` to say so.
        metrics: The process's metrics, where more than this app fills them.
    """
    app = BaseApp(import_name, static_folder=None)
    app.config.update(MAX_CONTENT_LENGTH=BODY_LIMIT, MAX_FORM_MEMORY_SIZE=BODY_LIMIT, API_TITLE=title)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # the default provider has it
    attach(app, Runtime(clock=clock, metrics=metrics or Metrics(), tokens=verifier))
    watch_requests(app)
    register_error_handlers(app)
    app.register_blueprint(health_blueprint(readiness))
    return app


def publish_api(app: Flask, service: str, blueprints: Iterable[GuardedBlueprint]) -> None:
    """Register blueprints and publish them at `/api/<service>/v1/`, as OpenAPI 3.1 at `openapi.json` below it."""
    prefix = service.upper()
    app.config.update(
        {
            f"{prefix}_API_TITLE": f"{app.config['API_TITLE']}: {service}",
            f"{prefix}_API_VERSION": "v1",
            f"{prefix}_OPENAPI_VERSION": "3.1.0",
            f"{prefix}_OPENAPI_URL_PREFIX": f"/api/{service}/v1",
        }
    )
    api = _Published(app, config_prefix=prefix)
    app.blueprints[f"{service}-api-docs"].guard = Open()  # type: ignore[attr-defined]  # as GuardedBlueprint has it
    api.spec.components.schema("Problem", PROBLEM_SCHEMA)
    for name, scheme in _SECURITY_SCHEMES.items():
        api.spec.components.security_scheme(name, scheme)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    publish_reference(app, service, api.document)

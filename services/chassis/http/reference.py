"""The published API as a page for people, made from the same document that machines read."""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from services.chassis.http.guards import Open, guarded_blueprint

Spec = Mapping[str, Any]

_TEMPLATES = Path(__file__).parent / "templates"
_METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One method on one path."""

    method: str
    path: str
    said: Mapping[str, Any]
    """What the document says of it."""

    @property
    def anchor(self) -> str:
        """Give the id by which links reach it."""
        return f"{self.method}-{self.path.strip('/').replace('/', '-').replace('{', '').replace('}', '')}"

    @property
    def needs(self) -> tuple[str, ...]:
        """Give the names of what a caller has to show, none where anybody may call."""
        return tuple(name for way in self.said.get("security", ()) for name in way)


def publish_reference(app: Flask, service: str, read: Callable[[], Spec]) -> None:
    """Show at `/api/<service>/v1/` what `read()`, the OpenAPI document, says."""
    blueprint = guarded_blueprint(
        f"{service}-reference", __name__, url_prefix=f"/api/{service}/v1", guard=Open(), description="The API, to read."
    )

    @cache
    def page() -> str:
        return render(read(), base=f"/api/{service}/v1")

    def show() -> Response:
        answer = Response(page(), content_type="text/html; charset=utf-8")
        answer.headers["Content-Security-Policy"] = (
            f"default-src 'none'; style-src '{_style_hash()}'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
        )
        return answer

    blueprint.add_url_rule("/", "show", show, methods=["GET"])
    app.register_blueprint(blueprint)


def render(spec: Spec, *, base: str) -> str:
    """Write the page of an OpenAPI document whose paths begin with `base`."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["coded"] = _coded
    operations = list(_operations(spec))
    by_tag = {
        tag["name"]: (tag.get("description", ""), [it for it in operations if tag["name"] in it.said["tags"]])
        for tag in spec["tags"]
    }
    return environment.get_template("reference.html").render(
        spec=spec, base=base, by_tag=by_tag, schemas=spec["components"]["schemas"], style=_style()
    )


def _operations(spec: Spec) -> Iterator[Operation]:
    for path, item in spec["paths"].items():
        shared = item.get("parameters", [])
        for method in _METHODS:
            if method in item:
                said = {**item[method], "parameters": [*shared, *item[method].get("parameters", [])]}
                yield Operation(method=method, path=path, said=said)


def _coded(text: str) -> Markup:
    """Show what stands between backquotes as code."""
    return Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(escape(text))))  # noqa: S704 - escaped


@cache
def _style() -> str:
    return (_TEMPLATES / "reference.css").read_text("utf-8")


@cache
def _style_hash() -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()

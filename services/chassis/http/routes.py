"""Which guard stands before which route."""

from collections.abc import Iterator
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from services.chassis.http.guards import Guard


def guard_of(app: Flask, endpoint: str, method: str) -> Guard | None:
    """Give the guard of a route: its own, else its blueprint's."""
    view: Any = app.view_functions[endpoint]
    handler = getattr(view.view_class, method.lower(), view) if hasattr(view, "view_class") else view
    own: Guard | None = getattr(handler, "_apidoc", {}).get("guard")
    blueprint = app.blueprints.get(endpoint.rpartition(".")[0])
    return own or getattr(blueprint, "guard", None)


def routes_without_guard(app: Flask) -> list[str]:
    """List the routes that nobody may call because they do not say who may."""
    return sorted(
        {f"{method} {rule.rule}" for rule, method in _routes(app) if not guard_of(app, rule.endpoint, method)}
    )


def _routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        for method in rule.methods or ():
            yield rule, method

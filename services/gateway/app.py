"""The gateway's web process: `gunicorn "services.gateway.app:create_app()"`."""

from flask import Flask
from starlette.applications import Starlette

from services.gateway.bootstrap import build
from services.gateway.config import Settings


def create_app() -> Flask:
    """Make portal, directory and reporting, told by the environment."""
    return build(Settings.from_env()).app


def create_streams_app() -> Starlette:
    """Make the streams, told by the environment; an ASGI process of its own in the distributed profile."""
    return build(Settings.from_env()).streams

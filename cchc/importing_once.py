"""Settings of gunicorn: a service is imported once, before its workers are made; each opens connections of its own."""

import importlib
from typing import Any


def on_starting(arbiter: Any) -> None:
    """Import the module of the app that the workers will create: they share its memory, and none waits for it."""
    importlib.import_module(arbiter.app.app_uri.partition(":")[0])

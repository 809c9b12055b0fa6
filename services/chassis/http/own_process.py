"""An app that has a process to itself, as under gunicorn: it logs, measures and limits as the environment says."""

from collections.abc import Callable

from flask import Flask

from services.chassis.http.proxies import BehindProxies
from services.chassis.http.rates import Rates
from services.chassis.http.runtime import runtime_of
from services.chassis.logging import configure_logging
from services.chassis.metrics import Metrics
from services.chassis.settings import FORWARDED_ALLOW_IPS, LOG_LEVEL, Environment


def in_own_process(service: str, make: Callable[[Metrics], Flask]) -> Flask:
    """Make the only app of this process; `service` stands in its log lines."""
    env = Environment()
    configure_logging(service, level=env.text(LOG_LEVEL))
    app = make(Metrics())
    runtime_of(app).rates = Rates.from_env(env)
    if proxies := env.words(FORWARDED_ALLOW_IPS):
        # Assigning to the app's own method is how Flask has its WSGI side wrapped.
        app.wsgi_app = BehindProxies(app.wsgi_app, proxies)  # type: ignore[method-assign]
    return app

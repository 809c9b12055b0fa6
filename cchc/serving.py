"""How an app is served to people and tablets: by uvicorn, with patience for slow ones that ends."""

import uvicorn
from starlette.types import ASGIApp

from cchc.patience import ImpatientProtocol
from services.chassis.settings import FORWARDED_ALLOW_IPS, Environment

MOST_CONNECTIONS = 4096
"""Beyond so many at once, open pages included, a caller is answered 503 before anything is read of it."""


def serving(app: ASGIApp, env: Environment) -> uvicorn.Config:
    """Say how an app is served; only proxies that are named may say whose request they pass on."""
    proxies = env.words(FORWARDED_ALLOW_IPS)
    return uvicorn.Config(
        app,
        http=ImpatientProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_graceful_shutdown=5,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=list(proxies),
    )

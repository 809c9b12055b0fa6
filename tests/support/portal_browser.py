"""The portal and its streams behind one real port, and a real browser."""

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from a2wsgi import WSGIMiddleware
from playwright.sync_api import Browser, Playwright

from cchc.front import Front
from services.gateway.bootstrap import Gateway
from tests.support.servers.ports import eventually

AXE = Path("services/gateway/portal/node_modules/axe-core/axe.min.js")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def a_browser(playwright: Playwright) -> Iterator[Browser]:
    """Start Chromium."""
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium",
        args=FLAGS,
        env={**os.environ, "LANGUAGE": "vi"},  # noqa: TID251
    )
    yield browser
    browser.close()


@contextmanager
def a_door(gateway: Gateway) -> Iterator[str]:
    """Serve a gateway as the embedded front does; give its address."""
    apps = {"/streams/": gateway.streams, "": WSGIMiddleware(gateway.app, workers=8)}
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        front = Front(apps, internal={}, internal_port=0)
        server = uvicorn.Server(uvicorn.Config(front, log_config=None, lifespan="off", timeout_graceful_shutdown=1))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        eventually(lambda: server.started)
        yield f"http://localhost:{port}"
        server.force_exit = server.should_exit = True
        thread.join()

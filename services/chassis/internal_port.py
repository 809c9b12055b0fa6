"""The internal port of a process that serves nothing else: health and metrics, on this machine alone."""

import threading

from flask import Flask
from werkzeug.serving import BaseWSGIServer, make_server


def open_internal_port(app: Flask, port: int) -> BaseWSGIServer:
    """Answer with `app` on the loopback address, in threads that end with the process; port 0 takes a free one."""
    server = make_server("127.0.0.1", port, app, threaded=True)
    threading.Thread(target=server.serve_forever, name="internal-port", daemon=True).start()
    return server

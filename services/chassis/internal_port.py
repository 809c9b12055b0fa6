"""The internal port of a process that serves nothing else: health and metrics, on this machine alone."""

import threading

from flask import Flask
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server


class _Quiet(WSGIRequestHandler):
    """Logs no request: whoever looks after a process asks it every few seconds."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


def open_internal_port(app: Flask, port: int) -> BaseWSGIServer:
    """Answer with `app` on the loopback address, in threads that end with the process; port 0 takes a free one."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    threading.Thread(target=server.serve_forever, name="internal-port", daemon=True).start()
    return server

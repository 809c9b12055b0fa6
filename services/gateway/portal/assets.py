"""The portal's own files and those taken from packages; a page asks only for what is there."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Response, send_from_directory

from services.chassis.domain import NotFound
from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, guarded_blueprint

STATIC = Path(__file__).parent / "static"

STYLES = ("vendor/public-sans.css", "vendor/govuk.css", "portal.css", "print.css")
SCRIPTS = ("vendor/htmx.min.js", "live.js")

_KINDS = {".css", ".js", ".woff2", ".svg", ".txt"}


class AssetNotFound(NotFound):
    """Raised when the portal has no such file."""

    code = "asset_not_found"
    title = "Không có tệp này"


@cache
def address_of(name: str) -> str | None:
    """Give a file's address, which changes with its content; `None` when it was not built."""
    file = STATIC / name
    if not file.is_file():
        return None
    return f"/static/{name}?v={hashlib.sha256(file.read_bytes()).hexdigest()[:12]}"


def addresses(names: tuple[str, ...]) -> list[str]:
    """Give the addresses of the files that are there."""
    return [address for name in names if (address := address_of(name)) is not None]


def assets_blueprint() -> GuardedBlueprint:
    """Serve the files to everybody; an address with a version is kept for ever."""
    blueprint = guarded_blueprint(
        "assets", __name__, url_prefix="/static", guard=Open(), description="Style sheets, script and type."
    )

    blueprint.add_url_rule("/<path:name>", "asset", _asset, methods=["GET"])
    return blueprint


def _asset(name: str) -> Response:
    if Path(name).suffix not in _KINDS or not _is_there(name):
        raise AssetNotFound
    response = send_from_directory(STATIC, name)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _is_there(name: str) -> bool:
    try:
        return (STATIC / name).is_file()
    except OSError:
        # A name that the file system cannot have, such as one that is too long.
        return False

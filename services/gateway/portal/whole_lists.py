"""Lists that a page needs whole, which services give page by page."""

from typing import Any

from services.gateway.portal.asking import Asking

_AT_ONCE = "200"


def whole_list(asking: Asking, path: str, **wanted: str | None) -> list[Any]:
    """Give everything that a service lists at `path`."""
    found: list[Any] = []
    cursor: str | None = None
    while True:
        said = asking.read(path, limit=_AT_ONCE, cursor=cursor, **wanted)
        found += said["items"]
        if (cursor := said["next"]) is None:
            return found

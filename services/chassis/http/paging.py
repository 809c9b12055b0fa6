"""Lists in pages: a cursor says after which row to go on, so that rows written meanwhile neither repeat nor vanish."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec
from marshmallow import Schema, fields, validate

from services.chassis.http.refusals import CursorInvalid

LARGEST_PAGE = 200

Row = TypeVar("Row")


class PageQuery(Schema):
    """What a list takes in its query."""

    limit = fields.Integer(
        load_default=50, validate=validate.Range(min=1, max=LARGEST_PAGE), metadata={"description": "Rows wanted."}
    )
    cursor = fields.String(load_default=None, metadata={"description": "`next` of the page before."})


def after_cursor(cursor: str | None, *kinds: type) -> list[Any] | None:
    """Give the values after which a page goes on, `None` for the first page.

    Args:
        kinds: The type of each value, in order.

    Raises:
        CursorInvalid: It is no cursor of this list.
    """
    if cursor is None:
        return None
    try:
        values = msgspec.json.decode(urlsafe_b64decode(cursor.encode("ascii")))
    except (Base64Error, ValueError, msgspec.DecodeError):
        raise CursorInvalid("Send `next` of the page before, as it was.") from None
    fits = isinstance(values, list) and len(values) == len(kinds)
    if not fits or not all(_is_key(value, kind) for value, kind in zip(values, kinds, strict=True)):
        raise CursorInvalid("Send `next` of the page before, as it was.")
    return list(values)


def _is_key(value: object, kind: type) -> bool:
    """Say whether a value can stand in a database's column of that type."""
    if isinstance(value, int):
        return type(value) is kind and -(2**63) <= value < 2**63
    return type(value) is kind and not (isinstance(value, str) and "\0" in value)


def page_of(rows: Sequence[Row], limit: int, key: Callable[[Row], Sequence[object]]) -> tuple[list[Row], str | None]:
    """Cut a page from rows, of which one more than `limit` was asked for, and give the cursor of the next."""
    page = list(rows[:limit])
    if len(rows) <= limit:
        return page, None
    return page, urlsafe_b64encode(msgspec.json.encode(list(key(page[-1])))).decode()

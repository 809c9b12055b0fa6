"""Answers that most routes give: a state with its version, and one page of a read model."""

from typing import Any

from flask import Response

from services.chassis.domain import NotFound
from services.chassis.http.bodies import json_answer
from services.chassis.http.etags import with_etag
from services.chassis.http.paging import after_cursor, page_of
from services.chassis.live_reads import ReadModel
from services.chassis.projection import Projection
from services.chassis.projection_rows import page
from services.chassis.streams import Versioned


def state_answer(at: Versioned[Any], *, missing: NotFound | None = None, status: int = 200) -> Response:
    """Answer with a state and its version; a stream without facts is `missing`."""
    if at.version < 0:
        raise missing or NotFound()
    answer = json_answer(at.state, status)
    return with_etag(answer, at.version) if status == 200 else _stamped(answer, at.version)


def page_answer(read_model: ReadModel, projection: Projection, table: str, query: dict[str, Any]) -> dict[str, Any]:
    """Give one page of a read model, in order of its key; `query` is a loaded `PageQuery`."""
    after = after_cursor(query["cursor"], str)
    limit = query["limit"]
    rows = read_model(
        projection, lambda view: page(view, view.table(table), after=after[0] if after else None, limit=limit)
    )
    items, following = page_of(rows or (), limit, key=lambda row: [row[0]])
    return {"items": [dict(row._mapping) for row in items], "next": following}  # noqa: SLF001 - SQLAlchemy's public name


def _stamped(answer: Response, version: int) -> Response:
    answer.headers["ETag"] = f'"v{version}"'
    return answer

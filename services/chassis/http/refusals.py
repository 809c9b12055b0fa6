"""Requests that HTTP itself refuses, and the table that gives every refusal its status.

Refusal
└── RequestRefused            the request is wrong before any domain sees it
    ├── BadRequest            400
    │   ├── BadJson
    │   ├── BadGzip
    │   └── IdempotencyKeyInvalid
    ├── RouteNotFound         404
    ├── MethodNotAllowed      405
    ├── BodyTooSlow           408
    ├── PreconditionFailed    412
    ├── BodyTooLarge          413
    ├── MediaTypeRefused      415
    │   └── EncodingRefused
    ├── FieldsInvalid         422
    │   └── CursorInvalid
    ├── IdempotencyKeyReused  422
    ├── PreconditionRequired  428
    ├── TooManyRequests       429
    └── InternalFailure       500
"""

from typing import ClassVar

from services.chassis.domain import (
    ConcurrencyConflict,
    NotAllowed,
    NotFound,
    Refusal,
    RuleBroken,
    StateConflict,
    Unavailable,
)
from services.chassis.event_store.port import IncarnationSuperseded
from services.chassis.identity.refusals import NotAuthenticated


class RequestRefused(Refusal):
    """Raised when a request cannot be taken as it was sent."""

    code = "request_refused"
    title = "Yêu cầu không được chấp nhận"
    status: ClassVar[int] = 400


class BadRequest(RequestRefused):
    """Raised when a request cannot be read."""

    code = "bad_request"
    title = "Không đọc được yêu cầu"


class BadJson(BadRequest):
    """Raised when a body is not JSON."""

    code = "bad_json"
    title = "Nội dung không phải JSON hợp lệ"


class BadGzip(BadRequest):
    """Raised when a body said to be gzip cannot be unpacked."""

    code = "bad_gzip"
    title = "Nội dung nén không đọc được"


class IdempotencyKeyInvalid(BadRequest):
    """Raised when the header Idempotency-Key is missing where it is needed, or is not 8 to 255 visible characters."""

    code = "idempotency_key_invalid"
    title = "Thiếu hoặc sai khóa chống gửi trùng"


class RouteNotFound(RequestRefused):
    """Raised when no route has that path."""

    code = "route_not_found"
    title = "Không có địa chỉ này"
    status = 404


class MethodNotAllowed(RequestRefused):
    """Raised when a route does not know the method; the header Allow names those that it knows."""

    code = "method_not_allowed"
    title = "Phương thức không được hỗ trợ"
    status = 405


class BodyTooSlow(RequestRefused):
    """Raised when a body does not arrive in time."""

    code = "body_too_slow"
    title = "Nội dung gửi lên quá chậm"
    status = 408


class PreconditionFailed(RequestRefused):
    """Raised when If-Match names a version that is not the present one."""

    code = "precondition_failed"
    title = "Dữ liệu đã thay đổi từ lần đọc trước"
    status = 412


class BodyTooLarge(RequestRefused):
    """Raised when a body is larger than allowed, packed or unpacked."""

    code = "body_too_large"
    title = "Nội dung quá lớn"
    status = 413


class MediaTypeRefused(RequestRefused):
    """Raised when the Content-Type of a body is not one that the operation reads."""

    code = "media_type_refused"
    title = "Kiểu nội dung không được hỗ trợ"
    status = 415


class EncodingRefused(MediaTypeRefused):
    """Raised when the Content-Encoding of a body is not one that the operation reads."""

    code = "encoding_refused"
    title = "Kiểu nén không được hỗ trợ"


class FieldsInvalid(RequestRefused):
    """Raised when fields are wrong, missing or unknown; `errors` holds one JSON Pointer per error."""

    code = "fields_invalid"
    title = "Dữ liệu gửi lên chưa đúng"
    status = 422


class CursorInvalid(FieldsInvalid):
    """Raised when a page cursor is not one that this list gave."""

    code = "cursor_invalid"
    title = "Vị trí trang không hợp lệ"


class IdempotencyKeyReused(RequestRefused):
    """Raised when an Idempotency-Key comes again with another request."""

    code = "idempotency_key_reused"
    title = "Khóa chống gửi trùng đã dùng cho yêu cầu khác"
    status = 422


class PreconditionRequired(RequestRefused):
    """Raised when a change is sent without If-Match."""

    code = "precondition_required"
    title = "Cần nêu phiên bản đang sửa"
    status = 428


class TooManyRequests(RequestRefused):
    """Raised when a caller asks too often; the header Retry-After says when to come back."""

    code = "too_many_requests"
    title = "Gửi quá nhiều yêu cầu, xin chờ"
    status = 429


class InternalFailure(RequestRefused):
    """Raised when the product fails; the body gives the request id and nothing else."""

    code = "internal_failure"
    title = "Hệ thống gặp lỗi"
    status = 500


STATUS_OF_FAMILY: tuple[tuple[type[Refusal], int], ...] = (
    (NotAuthenticated, 401),
    (NotAllowed, 403),
    (NotFound, 404),
    (StateConflict, 409),
    (ConcurrencyConflict, 409),
    (RuleBroken, 422),
    (Unavailable, 503),
    (IncarnationSuperseded, 503),
)
"""The one table from a family of refusals to its status; what matches none is 422."""


def status_of(kind: type[Refusal]) -> int:
    """Give the status under which a refusal is answered."""
    if issubclass(kind, RequestRefused):
        return kind.status
    return next((status for family, status in STATUS_OF_FAMILY if issubclass(kind, family)), 422)

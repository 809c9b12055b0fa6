"""Bodies: their limit, their packing, and answers written without detours."""

import io
import zlib
from typing import IO, Any

import msgspec
from flask import Response, request

from services.chassis.http.refusals import BadGzip, BodyTooLarge, EncodingRefused

BODY_LIMIT = 1024 * 1024
"""Largest body in bytes, as sent and unpacked."""

_encoder = msgspec.json.Encoder(enc_hook=str)


def check_length(environ: dict[str, Any]) -> None:
    """Refuse a body that says it is too large before a byte of it is read, and one of unknown length once it is.

    Raises:
        BodyTooLarge: The body is above the limit.
    """
    length = environ.get("CONTENT_LENGTH")
    if length and length.isdecimal() and int(length) > BODY_LIMIT:
        raise _too_large()
    if "HTTP_TRANSFER_ENCODING" in environ:
        # The framework would cut a chunked body off at the limit without a word, and bridges from ASGI do not say that
        # their stream ends by itself, so it is read here.
        body = _read_up_to(environ["wsgi.input"], BODY_LIMIT + 1)
        if len(body) > BODY_LIMIT:
            raise _too_large()
        environ |= {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}


def check_encoding(environ: dict[str, Any], *, gzip: bool) -> None:
    """Refuse a packed body where the route does not unpack it.

    Raises:
        EncodingRefused: Content-Encoding is neither absent, nor `identity`, nor `gzip` where that is allowed.
    """
    encoding = environ.get("HTTP_CONTENT_ENCODING")
    if encoding and encoding != "identity" and not (gzip and encoding == "gzip"):
        raise EncodingRefused("The body's Content-Encoding is not read here.", content_encoding=encoding)


def unpacked_body() -> bytes:
    """Give the body, unpacked where it was sent as gzip.

    Raises:
        BadGzip: It is not one complete gzip member.
        BodyTooLarge: It is too large when unpacked.
    """
    body = request.get_data()
    return _gunzip(body) if request.headers.get("Content-Encoding") == "gzip" else body


def json_answer(payload: object, status: int = 200) -> Response:
    """Answer with JSON; takes msgspec structs, dataclasses and plain values."""
    return Response(_encoder.encode(payload), status, content_type="application/json")


def _gunzip(packed: bytes) -> bytes:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        body = unpacker.decompress(packed, BODY_LIMIT + 1)
    except zlib.error:
        raise BadGzip("The body is not gzip.") from None
    if len(body) > BODY_LIMIT:
        raise _too_large()
    if not unpacker.eof or unpacker.unused_data:
        raise BadGzip("The body is not one complete gzip member.")
    return body


def _read_up_to(stream: IO[bytes], size: int) -> bytes:
    body = bytearray()
    while len(body) < size and (part := stream.read(size - len(body))):
        body += part
    return bytes(body)


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(f"A body may have {BODY_LIMIT} bytes, packed and unpacked.", limit_bytes=BODY_LIMIT)

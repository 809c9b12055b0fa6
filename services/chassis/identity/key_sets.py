"""Where a service finds the public keys with which access tokens are checked."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from services.chassis.identity.keys import public_half

_PATIENCE_SECONDS = 5


def key_set(keys: Path, jwks_url: str) -> Callable[[], Mapping[str, Any]]:
    """Give the issuer's key set: asked for at `jwks_url`, or read beside us where the issuer shares our folder."""
    if jwks_url:
        return lambda: dict(httpx.get(jwks_url, timeout=_PATIENCE_SECONDS).raise_for_status().json())
    path = keys / "access-signing.jwk"
    return lambda: {"keys": [public_half(json.loads(path.read_bytes()))]}

"""Key files: made at the first start, readable by their owner alone."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from joserfc.jwk import OKPKey

from services.chassis.ids import new_id, new_secret


def load_or_create_signing_key(path: Path) -> dict[str, Any]:
    """Give the private Ed25519 key of a JWK file as a JWK, made when the file is not there."""
    return dict(json.loads(_load_or_create(path, _new_signing_key)))


def load_or_create_secret(path: Path) -> bytes:
    """Give the 32 bytes of a key file, made when the file is not there."""
    return _load_or_create(path, new_secret)


def public_half(private_jwk: dict[str, Any]) -> dict[str, Any]:
    """Give a JWK without its private part."""
    key = OKPKey.import_key(private_jwk)
    key.ensure_kid()
    return dict(key.as_dict(private=False))


def _new_signing_key() -> bytes:
    key = OKPKey.generate_key("Ed25519", auto_kid=True)
    return json.dumps(key.as_dict(private=True)).encode()


def _load_or_create(path: Path, make: Callable[[], bytes]) -> bytes:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _create(path, make())
    if path.stat().st_mode & 0o077:
        raise PermissionError(f"{path} may be read by others than its owner; chmod 600 it, or make a new key")
    return path.read_bytes()


def _create(path: Path, content: bytes) -> None:
    # Linking a complete file makes two processes that start together agree on the first one's key.
    draft = path.with_name(f".{path.name}.{new_id().hex}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()

"""A tenant pack on disk: `pack.json` names the file of each part. Nothing that is missing is made up."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from services.chassis.settings import SettingError

_Part = TypeVar("_Part")


class PackError(SettingError):
    """Raised when a pack, or a part of it, is missing or cannot be read; the message names the file and the place."""


def read_about(pack: Path) -> Mapping[str, Any]:
    """Read `pack.json`: what the pack is, and under `files` the file of each part.

    Raises:
        PackError: It is missing, is not JSON, or names no files.
    """
    about = _read(pack / "pack.json")
    files = about.get("files") if isinstance(about, dict) else None
    if not isinstance(files, dict) or not all(isinstance(file, str) for file in files.values()):
        raise PackError(f"{pack / 'pack.json'}#/files: names no files")
    found: Mapping[str, Any] = about
    return found


def part_file(pack: Path, name: str) -> Path:
    """Give the file of a part, such as `release`, by the name that `pack.json` gives it.

    Raises:
        PackError: `pack.json` cannot be read, names no such part, or names a file outside the pack.
    """
    files = read_about(pack)["files"]
    if name not in files:
        raise PackError(f"{pack / 'pack.json'}#/files/{name}: the pack names no file for this part")
    file = pack / str(files[name])
    if file.resolve().parent != pack.resolve():
        raise PackError(f"{pack / 'pack.json'}#/files/{name}: {files[name]} lies outside the pack")
    return file


def read_part(pack: Path, name: str) -> Any:
    """Read the file of a part.

    Raises:
        PackError: It is not named, is missing, or is not JSON.
    """
    return _read(part_file(pack, name))


def convert_part(pack: Path, name: str, form: type[_Part]) -> _Part:
    """Read the file of a part as the form that a service needs.

    Raises:
        PackError: It cannot be read, or something in it is missing or of the wrong type.
    """
    try:
        return msgspec.convert(read_part(pack, name), form)
    except msgspec.ValidationError as error:
        raise PackError(f"{part_file(pack, name)}: {error}") from None


def _read(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise PackError(f"{file} cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise PackError(f"{file} is not JSON: {error}") from None

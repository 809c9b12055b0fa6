"""What a check says: a word, a reason, and what to do."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Word(StrEnum):
    """How it stands."""

    WELL = "well"
    LOOK = "look"
    ILL = "ill"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One line of the doctor's. `to_do` is empty where all is well."""

    name: str
    word: Word
    reason: str
    to_do: str = ""


Checks = Iterator[Finding]


def well(name: str, reason: str) -> Finding:
    """Say that something is as it has to be."""
    return Finding(name=name, word=Word.WELL, reason=reason)


def look(name: str, reason: str, to_do: str) -> Finding:
    """Say that somebody should look at something, though it works."""
    return Finding(name=name, word=Word.LOOK, reason=reason, to_do=to_do)


def ill(name: str, reason: str, to_do: str) -> Finding:
    """Say that something does not work, or will lose data."""
    return Finding(name=name, word=Word.ILL, reason=reason, to_do=to_do)


def tried(name: str, check: Callable[[], Finding], to_do: str) -> Finding:
    """Make a check whose failing is itself the finding."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 - whatever it met is what there is to tell
        return ill(
            name, f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else 'no reason given'}", to_do
        )

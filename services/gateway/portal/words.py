"""The portal's words in both languages; the same keys in each, which a test holds."""

import json
from functools import cache
from importlib.resources import files
from typing import get_args

from services.gateway.portal.formats import Language

LANGUAGES: tuple[Language, ...] = get_args(Language)


@cache
def words_of(language: Language) -> dict[str, str]:
    """Read the words of a language."""
    text = (files("services.gateway.portal") / f"words.{language}.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def say(language: Language, key: str, /, **parts: object) -> str:
    """Say a sentence.

    Raises:
        KeyError: There is no such sentence, or a part of it is missing.
    """
    return words_of(language)[key].format(**parts)

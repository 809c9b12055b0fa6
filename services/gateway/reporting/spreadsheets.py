"""What is written into files that people open as spreadsheets."""

from typing import Any

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(value: Any) -> Any:
    """Keep spreadsheets from reading a text as a formula; a number stays one."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA_STARTS) else value

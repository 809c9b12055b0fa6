"""Dossier batches as CSV: the template, and rows read as JSON would say them."""

import csv
import io
from typing import Any

from services.indicators.domain.dossier_row import COLUMNS, REQUIRED
from services.indicators.domain.intake_errors import CsvInvalid

_YES = frozenset({"1", "true", "yes", "có", "x"})
_NO = frozenset({"0", "false", "no", "không"})
_SWITCHES = ("online", "in_software", "returned")


def template() -> bytes:
    """Give an empty file with the columns' names, for a spreadsheet program."""
    return b"\xef\xbb\xbf" + (",".join(COLUMNS) + "\r\n").encode()


def read_rows(body: bytes) -> tuple[dict[str, Any], ...]:
    """Read rows; cells that are neither yes nor no, or no number, stay text, for the row to be refused by itself.

    Raises:
        CsvInvalid: It is not UTF-8, or its columns are not those of the template.
    """
    try:
        text = body.decode("utf-8-sig")
        if "\0" in text:
            raise CsvInvalid("The file holds a NUL character.")
        return tuple(_read(text))
    except (UnicodeDecodeError, csv.Error):
        raise CsvInvalid("The file is not CSV in UTF-8.") from None


def _read(text: str) -> list[dict[str, Any]]:
    first, _, _ = text.partition("\n")
    separator = ";" if first.count(";") > first.count(",") else ","
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    names = [name.strip() for name in next(lines, [])]
    unknown, missing = sorted(set(names) - set(COLUMNS)), sorted(set(REQUIRED) - set(names))
    if unknown or missing or len(set(names)) != len(names):
        raise CsvInvalid("The columns are not those of the template.", columns=names, missing=missing)
    return [_row(names, cells) for cells in lines if any(cell.strip() for cell in cells)]


def _row(names: list[str], cells: list[str]) -> dict[str, Any]:
    row = {name: _value(name, cell.strip()) for name, cell in zip(names, cells, strict=False) if cell.strip()}
    # A cell too many means that a separator stood inside a value: the row as a whole is not to be trusted.
    return row if len(cells) <= len(names) else {**row, "": cells[len(names)]}


def _value(name: str, cell: str) -> Any:
    word = cell.casefold()
    if name in _SWITCHES and word in _YES | _NO:
        return word in _YES
    if name == "new_due_dates" and cell.isascii() and cell.isdigit() and len(cell) < 4:
        return int(cell)
    return cell

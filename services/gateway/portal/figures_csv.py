"""The open figures as CSV: every target as the board shows it, or one indicator by month and unit. Pure."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.gateway.reporting.spreadsheets import harmless

TARGET_COLUMNS = (
    "chi_tieu",
    "muc",
    "noi_dung",
    "chi_so",
    "toan_tu",
    "muc_tieu",
    "don_vi_tinh",
    "gia_tri",
    "tu_so",
    "mau_so",
    "so_phieu",
    "khoang_thap",
    "khoang_cao",
    "loai_so_lieu",
    "nguon",
    "den_ngay",
    "tinh_trang",
    "tu_ngay",
    "ly_do",
)
"""The header of the board, stable; decimal points, so that programs read it."""

SERIES_COLUMNS = ("chi_so", "theo", "ma", "ten", "tu_so", "mau_so", "gia_tri", "don_vi_tinh", "den_ngay")
"""The header of one indicator: rows `month` and rows `unit`."""


def targets_csv(items: Iterable[Mapping[str, Any]]) -> str:
    """Write every target with its figure and state."""
    return _written(TARGET_COLUMNS, (_target(it) for it in items))


def indicator_csv(told: Mapping[str, Any]) -> str:
    """Write one indicator's figures, month by month and unit by unit."""
    indicator = told["indicator"]
    code, unit, until = indicator["code"], indicator["definition"]["unit"], told["until"]
    months = [[code, "month", it["month"], "", *_sums(it), unit, until] for it in told["series"]]
    units = [[code, "unit", it["unit_id"], it["name_vi"], *_sums(it), unit, until] for it in told["units"]]
    return _written(SERIES_COLUMNS, [*months, *units])


def _target(it: Mapping[str, Any]) -> list[Any]:
    figure, status = it["figure"], it["status"]
    low, high = figure.get("interval") or (None, None)
    return [
        it["code"],
        it["paragraph"],
        it["text_vi"],
        (it["indicator"] or {}).get("code"),
        it["operator"],
        it["value"],
        it["unit"],
        figure["value"],
        figure["numerator"],
        figure["denominator"],
        figure.get("n"),
        low,
        high,
        figure["kind"],
        figure["source"],
        figure["as_of"],
        status["state"],
        status["since"],
        status["reason_vi"],
    ]


def _sums(it: Mapping[str, Any]) -> tuple[Any, Any, Any]:
    return it["numerator"], it["denominator"], it["value"]


def _written(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return written.getvalue()


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.6f}".rstrip("0").rstrip(".")
    return harmless(value)

"""Reading one row of a dossier batch: what it says, or every reason why it cannot be taken. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

COLUMNS = (
    "dossier_id",
    "field",
    "procedure",
    "received_on",
    "due_on",
    "solved_on",
    "online",
    "in_software",
    "returned",
    "apology_sent_on",
    "new_due_dates",
)
"""The columns of a row, in the template's order."""

REQUIRED = ("dossier_id", "received_on", "due_on")

REASONS: Mapping[str, str] = {
    "dossier_id_invalid": "Mã hồ sơ trống hoặc không hợp lệ (chỉ dùng mã ẩn danh: chữ, số, dấu chấm, gạch)",
    "dossier_twice": "Hồ sơ đã có ở một dòng trước trong cùng lô",
    "code_invalid": "Mã lĩnh vực hoặc mã thủ tục không hợp lệ",
    "received_on_invalid": "Ngày tiếp nhận trống hoặc không đúng dạng năm-tháng-ngày",
    "due_on_invalid": "Ngày hẹn trả trống hoặc không đúng dạng năm-tháng-ngày",
    "solved_on_invalid": "Ngày giải quyết xong không đúng dạng năm-tháng-ngày",
    "apology_sent_on_invalid": "Ngày gửi thư xin lỗi không đúng dạng năm-tháng-ngày",
    "due_before_received": "Ngày hẹn trả trước ngày tiếp nhận",
    "solved_before_received": "Ngày giải quyết xong trước ngày tiếp nhận",
    "apology_before_received": "Ngày gửi thư xin lỗi trước ngày tiếp nhận",
    "in_the_future": "Ngày tiếp nhận, giải quyết hoặc xin lỗi ở sau hôm nay",
    "not_yes_or_no": "Cột có/không chứa giá trị khác",
    "new_due_dates_invalid": "Số lần hẹn lại phải từ 0 đến 99",
    "unknown_column": "Dòng có cột không thuộc mẫu",
}
"""Why a row is not taken: a stable code, and the words for people."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CODE = re.compile(r"[A-Za-z0-9._-]{0,64}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_EARLIEST = date(1990, 1, 1)
_LATEST = date(2199, 12, 31)


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierRow:
    """What a row says."""

    dossier_id: str
    received_on: date
    due_on: date
    solved_on: date | None
    field: str
    procedure: str
    online: bool
    in_software: bool
    returned: bool
    apology_sent_on: date | None
    new_due_dates: int


def read_row(row: Mapping[str, Any], today: date) -> DossierRow | tuple[str, ...]:
    """Read a row, or give the codes of all that is wrong with it, in the order of `REASONS`."""
    days = {name: _day(row.get(name)) for name in ("received_on", "due_on", "solved_on", "apology_sent_on")}
    wrong = {*_wrong_words(row), *_wrong_days(days, today)}
    received_on, due_on = days["received_on"], days["due_on"]
    if wrong or not isinstance(received_on, date) or not isinstance(due_on, date):
        return tuple(code for code in REASONS if code in wrong)
    solved_on, apology_sent_on = days["solved_on"], days["apology_sent_on"]
    return DossierRow(
        dossier_id=row["dossier_id"],
        received_on=received_on,
        due_on=due_on,
        solved_on=solved_on if isinstance(solved_on, date) else None,
        field=row.get("field") or "",
        procedure=row.get("procedure") or "",
        online=bool(row.get("online", False)),
        in_software=row.get("in_software") is not False,
        returned=bool(row.get("returned", False)),
        apology_sent_on=apology_sent_on if isinstance(apology_sent_on, date) else None,
        new_due_dates=row.get("new_due_dates") or 0,
    )


def dossier_id_of(row: Mapping[str, Any]) -> str | None:
    """Give a row's dossier id, if it has one that may be told."""
    found = row.get("dossier_id")
    return found if isinstance(found, str) and _ID.fullmatch(found) else None


def _wrong_words(row: Mapping[str, Any]) -> set[str]:
    wrong = set()
    if dossier_id_of(row) is None:
        wrong.add("dossier_id_invalid")
    codes = [row.get("field") or "", row.get("procedure") or ""]
    if not all(isinstance(code, str) and _CODE.fullmatch(code) for code in codes):
        wrong.add("code_invalid")
    if not all(isinstance(row.get(name), bool | None) for name in ("online", "in_software", "returned")):
        wrong.add("not_yes_or_no")
    times = row.get("new_due_dates")
    if times is not None and (type(times) is not int or not 0 <= times <= 99):
        wrong.add("new_due_dates_invalid")
    if not row.keys() <= set(COLUMNS):
        wrong.add("unknown_column")
    return wrong


def _wrong_days(days: Mapping[str, date | str | None], today: date) -> set[str]:
    wrong = {f"{name}_invalid" for name, day in days.items() if isinstance(day, str)}
    wrong |= {f"{name}_invalid" for name in ("received_on", "due_on") if days[name] is None}
    read = {name: day for name, day in days.items() if isinstance(day, date)}
    received = read.get("received_on", date.min)
    early = {"due_on": "due", "solved_on": "solved", "apology_sent_on": "apology"}
    wrong |= {f"{word}_before_received" for name, word in early.items() if read.get(name, date.max) < received}
    if any(day > today for name, day in read.items() if name != "due_on"):
        wrong.add("in_the_future")
    return wrong


def _day(value: object) -> date | str | None:
    """Read a day; text that is none stays text, and nothing is `None`."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return value
        return day if _EARLIEST <= day <= _LATEST else value
    return str(value)

"""Services that a page can ask, answering in the shapes of their contracts, and keeping every wish."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from services.chassis.service_client import Answer, Upload

PACK = Path(__file__).parents[2] / "packs" / "thang-binh-2021"
Say = Callable[[Mapping[str, str]], Any]


@dataclass(slots=True)
class Wish:
    """What a page asked a service to do."""

    method: str
    path: str
    body: Any
    token: str | None


@dataclass(slots=True)
class FakeService:
    """A way to a service that says what it was told to say; `refusals` stand in for the answers to wishes."""

    said: dict[str, Any | Say] = field(default_factory=dict)
    refusals: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    wishes: list[Wish] = field(default_factory=list)
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def ask(self, method, path, *, token=None, json=None, query=None, headers=None) -> Answer:  # noqa: ARG002 - as the port has it
        """Answer a question by what was told, a wish by 200 or its refusal."""
        if method == "GET":
            self.asked.append((path, dict(query or {})))
            if path not in self.said:
                return _problem(404, {"code": "not_found", "title": "Không tìm thấy"})
            told = self.said[path]
            if isinstance(told, Answer):
                return told
            return Answer(status=200, body=told(query or {}) if callable(told) else told, headers={})
        self.wishes.append(Wish(method, path, json, token))
        if path in self.refusals:
            return _problem(*self.refusals[path])
        return Answer(status=201, body={}, headers={})

    def send_file(self, path, *, token, fields: Mapping[str, str], file: Upload) -> Answer:
        """Keep a file."""
        return self.ask("POST", path, token=token, json={**fields, "file": file})

    def close(self) -> None:
        """Hold nothing."""


def _problem(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status=status, body=body, headers={})


def _pack(part: str) -> dict[str, Any]:
    return json.loads((PACK / f"{part}.json").read_text("utf-8"))


_NOW = {
    "ONTIME_SOLVED": (
        11206,
        12128,
        "on_track",
        "Đã giải quyết 12.128 hồ sơ, 11.206 đúng hạn (92,4 %); 3 xã còn dưới 90 %.",
    ),
    "SAT_OFFICIAL": (1582, 1904, "at_risk", "Tăng 1,1 điểm so với tháng trước, còn thiếu 1,9 điểm."),
    "TTHC_ONLINE_ACTIVE": (94, 243, "at_risk", "Theo đà hiện nay, cuối năm đạt khoảng 47 %."),
    "DISBURSEMENT": (63, 200, "missed", "Theo đà hiện nay, cuối năm chỉ đạt khoảng 63 %."),
    "DOSSIER_IN_SOFTWARE": (12128, 12128, "met", "Mọi hồ sơ đã vào phần mềm một cửa."),
    "EDOC_SHARE": (8132, 8410, "at_risk", "278 văn bản còn gửi bằng giấy."),
    "LEGAL_DOCS_COMPLIANT": (7, 7, "on_track", "Cả 7 văn bản đã thẩm định đều đúng."),
    "TTHC_PUBLISHED": (243, 243, "met", "Đủ 243 thủ tục."),
}


def a_board() -> dict[str, Any]:
    """Give a board of the plan's 26 targets, with figures that are made up and always the same."""
    indicators = {it["code"]: it for it in _pack("indicators")["indicators"]}
    chance = random.Random(53)
    items = [_item(told, indicators.get(told["indicator_code"] or ""), chance) for told in _pack("plan")["targets"]]
    return {"as_of": "2021-06-18", "known_at": "2021-06-18T10:42:00+07:00", "borders": "then", "items": items}


def _item(told: dict[str, Any], indicator: dict[str, Any] | None, chance: random.Random) -> dict[str, Any]:
    numerator, denominator, state, reason = _NOW.get(told["indicator_code"] or "", (None, None, "no_data", ""))
    value = 100 * numerator / denominator if denominator else None
    reason = reason or "Đơn vị chưa gửi số liệu chính thức của kỳ này."
    trend = (
        []
        if value is None
        else [
            {"month": f"2021-{month:02}", "value": min(100.0, value * (0.9 + month / 60 + chance.uniform(-0.01, 0.01)))}
            for month in range(1, 7)
        ]
    )
    return {
        "code": told["code"],
        "paragraph": told["paragraph"],
        "text_vi": told["text_vi"],
        "text_en": told["text_en"],
        "indicator": indicator
        and {name: indicator[name] for name in ("code", "name_vi", "name_en", "unit", "direction")},
        "operator": told["operator"],
        "value": told["value"],
        "unit": told["unit"],
        "scope": {"unit_id": told["scope"]["id"], "name_vi": "Toàn huyện", "name_en": "The district"},
        "year": 2021,
        "measurable": told["measurable"],
        "why_not_vi": None if told["measurable"] else "Kế hoạch không nêu con số để đo.",
        "why_not_en": told["why_not"],
        "figure": {
            "value": value,
            "numerator": numerator,
            "denominator": denominator,
            "kind": "running" if value is not None else "none",
            "source": indicator["source"] if indicator else None,
            "as_of": "2021-06-18",
            "n": 1904 if told["indicator_code"] == "SAT_OFFICIAL" else None,
            "interval": [81.4, 84.7] if told["indicator_code"] == "SAT_OFFICIAL" else None,
        },
        "status": {"state": state, "since": "2021-04-01", "reason_vi": reason, "reason_en": "Made up."},
        "trend": trend,
    }

"""One valid request for every published operation of the tasks service, in an order that makes sense."""

import json
from typing import Any

from tests.support.published import PublishedApp, Valid
from tests.support.tasks import OTHER, PLAN, UNIT, TasksRig

API = "/api/tasks/v1"
UNIT_TEXT = {"unit_id": UNIT}


class TasksScript:
    """Walks through the service as the desk, a unit and the operator do."""

    def __init__(self, published: PublishedApp, rig: TasksRig) -> None:
        self.published = published
        self.rig = rig
        self.reached: set[str] = set()

    def run(self) -> None:
        """Reach every operation once."""
        self.plans()
        self.life()
        self.extensions()
        self.splitting()
        self.ends()
        self.reports()
        self.events()
        self.schedule()

    def send(self, method: str, path: str, *, by: str = "unit", at: dict[str, Any] | None = None, **parts: Any) -> Any:
        """Send as the desk, a unit or the operator."""
        valid = Valid(operation=f"{method} {API}{path}", path=at or {}, **parts)
        self.reached.add(valid.operation)
        return self.published.send(valid, by)

    def plans(self) -> None:
        """Take a plan in, list, read."""
        duty = {
            "code": "1.1",
            "section": "1",
            "paragraph": "III.1",
            "text_vi": "Ban hành kế hoạch",
            "lead_unit_ids": [UNIT, OTHER],
            "deadline": "2021-03-01",
        }
        plan = {
            "number": "54/KH-UBND",
            "title_vi": "Kế hoạch kiểm tra",
            "issued_on": "2021-01-15",
            "issuer_unit_id": "huyen-thang-binh",
            "year": 2021,
            "duties": [duty],
        }
        self.send("POST", "/plans", by="desk", body=plan)
        self.rig.load_plan()
        self.send("GET", "/plans", query={"limit": 2})
        self.send("GET", "/plans/{plan_id}", at={"plan_id": PLAN})

    def a_task(self, *, accepted: bool = True) -> dict[str, str]:
        """Give the unit a task that it takes on."""
        sent = {"title": "Rà soát", "unit_id": UNIT, "due_on": "2021-03-01", "plan_id": PLAN, "duty_code": "V1.2"}
        at = {"task_id": self.send("POST", "/tasks", by="desk", body=sent).json()["task_id"]}
        if accepted:
            self.act("acceptance", at)
        return at

    def act(self, action: str, at: dict[str, str], *, by: str = "unit", **body: Any) -> Any:
        """Do something about a task."""
        more = UNIT_TEXT if by == "unit" else {}
        return self.send("POST", f"/tasks/{{task_id}}/{action}", by=by, at=at, body={**more, **body})

    def life(self) -> None:
        """Accept, work, prove, report, send back, report again, accept; list and count."""
        at = self.a_task()
        self.act("progress", at, percent=40, note="Đang làm")
        self.act("evidence", at, title="Báo cáo", number="12/BC-UBND", dated="2021-01-15")
        self.files(at)
        self.act("completion", at)
        self.act("completion-return", at, by="desk", reason="Thiếu phụ lục")
        self.act("completion", at)
        self.act("completion-acceptance", at, by="desk")
        self.rig.catch_up()
        self.send("GET", "/tasks", query={"unit_id": UNIT, "limit": 2, "overdue": False})
        self.send("GET", "/tasks/summary", query={"unit_id": UNIT})
        self.send("GET", "/tasks/{task_id}", at=at)

    def files(self, at: dict[str, str]) -> None:
        """Attach a file and read it back. The client of documents sends multipart by its fields."""
        answer = self.send(
            "POST",
            "/tasks/{task_id}/files",
            at=at,
            body={"unit_id": UNIT, "title": "Quyết định", "file": b"%PDF-1.7 quyet dinh"},
            media_type="multipart/form-data",
        )
        (evidence,) = [it for it in answer.json()["evidence"] if it["kind"] == "file"]
        at = {**at, "evidence_id": evidence["evidence_id"]}
        assert self.send("GET", "/tasks/{task_id}/files/{evidence_id}", at=at).content == b"%PDF-1.7 quyet dinh"

    def extensions(self) -> None:
        """Ask for a later deadline and grant it."""
        at = self.a_task()
        self.act("extensions", at, new_due_on="2021-03-20", reason="Chờ số liệu")
        self.act("extension-decisions", at, by="desk", n=1, decision="approve_in_part", due_on="2021-03-10")

    def splitting(self) -> None:
        """Pass a task down."""
        self.act("split", self.a_task(), parts=[{"unit_id": OTHER, "title": "Phần một"}])

    def ends(self) -> None:
        """Refuse, cancel, reopen."""
        refused, cancelled = self.a_task(accepted=False), self.a_task()
        self.act("refusal", refused, reason="Không thuộc thẩm quyền")
        self.act("reopening", refused, by="desk", reason="Đúng thẩm quyền")
        self.act("cancellation", cancelled, by="desk", reason="Không còn cần")

    def reports(self) -> None:
        """Ask for reports, send them, approve one and send one back."""
        sent = [self.report(f"2021-T{month}") for month in (1, 2)]
        self.rig.catch_up()
        self.send("GET", "/report-duties", query={"unit_id": UNIT})
        self.send("GET", "/reports/{report_id}", at={"report_id": sent[0]})
        self.send("POST", "/reports/{report_id}/approval", by="desk", at={"report_id": sent[0]}, body={})
        at = {"report_id": sent[1]}
        self.send("POST", "/reports/{report_id}/return", by="desk", at=at, body={"reason": "Thiếu số liệu"})

    def report(self, period: str) -> str:
        """Ask the unit for a report and send it."""
        asked = {"kind": "thang", "period": period, "unit_ids": [UNIT], "due_on": "2021-03-01"}
        (duty_id,) = self.send("POST", "/report-duties", by="desk", body=asked).json()["items"]
        report = {
            "unit_id": UNIT,
            "period": period,
            "discharges": [duty_id],
            "fields": {"procedures": "Đã rà soát 30 thủ tục."},
            "figures": [{"code": "TTHC", "value": 30}],
            "document": {"number": "15/BC-UBND", "dated": "2021-01-15", "signer": "Chủ tịch"},
        }
        return str(self.send("POST", "/reports", body=report).json()["report_id"])

    def schedule(self) -> None:
        """Let time pass until something is due; read the inbox and acknowledge."""
        self.rig.clock.move(60 * 86400)
        self.send("POST", "/schedule-runs", by="operator", body={})
        self.rig.catch_up()
        items = self.send("GET", "/inbox", query={"unit_id": UNIT}).json()["items"]
        self.send("POST", "/inbox/{notice_id}/acknowledgement", at={"notice_id": items[0]["notice_id"]})

    def events(self) -> None:
        """Take a batch of events."""
        task_id = self.a_task(accepted=False)["task_id"]
        event = {
            "specversion": "1.0",
            "id": "1",
            "source": "/phan-mem/xa",
            "type": "cchc.unit.task_accepted.v1",
            "subject": task_id,
            "data": UNIT_TEXT,
        }
        media_type = "application/cloudevents-batch+json"
        (result,) = self.send("POST", "/events", body=[event], media_type=media_type).json()["results"]
        assert result["verdict"] == "created", json.dumps(result)

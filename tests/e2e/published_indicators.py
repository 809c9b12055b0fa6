"""One valid request for every published operation of the indicators service, in an order that makes sense."""

from typing import Any

from tests.support.published import PublishedApp, Valid

API = "/api/indicators/v1"
DOCUMENT = {"number": "12/QĐ-UBND", "dated": "2021-03-01"}
DEFINITION = {
    "name_vi": "Tỷ lệ văn bản điện tử",
    "name_en": "Electronic documents",
    "unit": "percent",
    "direction": "higher",
    "formula": "100 * numerator / denominator",
    "source": "manual",
    "frequency": "quarterly",
    "valid_from": "2021-01-14",
}
AIM = {
    "text_vi": "100% văn bản dưới dạng điện tử",
    "text_en": "100 % of documents are electronic",
    "year": 2021,
    "scope": {"unit_id": "huyen-thang-binh"},
    "indicator": "EDOC_SHARE",
    "operator": "eq",
    "value": 100,
    "unit": "percent",
}
REGISTER = {
    "code": "so-thu",
    "name_vi": "Sổ thử",
    "name_en": "A register",
    "fields": [{"code": "name", "name_vi": "Tên", "name_en": "Name", "kind": "text", "required": True}],
    "counts": [{"indicator": "EDOC_SHARE", "numerator": [{"field": "name"}], "denominator": []}],
}


class IndicatorsScript:
    """Walks through the service as an operator does."""

    def __init__(self, published: PublishedApp) -> None:
        self.published = published
        self.reached: set[str] = set()

    def run(self) -> None:
        """Reach every operation once."""
        self.send("GET", "/counter-results/", query={"by": "total", "until": "2021-06-18"})
        self.definitions()
        self.targets()
        self.measurements()
        self.registers()
        self.send(
            "POST", "/indicators/{code}/retirement", at={"code": "EDOC_SHARE"}, body={"reason": "Đã có chỉ số khác"}
        )
        self.intake()

    def send(
        self, method: str, path: str, *, at: dict[str, Any] | None = None, who: str = "operator", **parts: Any
    ) -> Any:
        """Send as an operator, or as somebody else."""
        valid = Valid(operation=f"{method} {API}{path}", path=at or {}, **parts)
        self.reached.add(valid.operation)
        return self.published.send(valid, who)

    def definitions(self) -> None:
        """Define, revise, list, read, and ask figures."""
        at = {"code": "EDOC_SHARE"}
        self.send("POST", "/indicators/", body={**at, **DEFINITION})
        self.send("POST", "/indicators/{code}/versions", at=at, body={**DEFINITION, "valid_from": "2021-07-01"})
        self.send("GET", "/indicators/", query={"as_of": "2021-06-18"})
        self.send("GET", "/indicators/{code}", at=at)
        self.send("GET", "/indicators/{code}/figures", at=at, query={"borders": "now", "unit_id": "xa-binh-an"})

    def targets(self) -> None:
        """Set, list, read, amend, withdraw."""
        at = {"code": "T6"}
        self.send("POST", "/targets/", body={**at, **AIM, "on": "2021-01-14"})
        self.send("GET", "/targets/", query={"as_of": "2021-06-18", "known_at": "2021-06-18T08:00:00+07:00"})
        self.send("GET", "/targets/{code}", at=at, query={"borders": "now"})
        decided = {"decision": DOCUMENT, "reason": "Điều chỉnh theo thực tế"}
        self.send("POST", "/targets/{code}/amendments", at=at, body={**AIM, "value": 95, **decided})
        self.send("POST", "/targets/{code}/withdrawal", at=at, body=decided)

    def measurements(self) -> None:
        """Submit, send back, approve, publish, correct, open again."""
        told = {"indicator": "EDOC_SHARE", "unit_id": "xa-binh-an", "period": "2021-Q1"}
        counts = {"numerator": 49, "denominator": 50}
        first = {
            "measurement_id": self.send("POST", "/measurements/", body={**told, **counts}).json()["measurement_id"]
        }
        one = "/measurements/{measurement_id}"
        self.send("POST", f"{one}/return", at=first, body={"reason": "Thiếu văn bản"})
        again = self.send("POST", "/measurements/", body={**told, **counts, "note": "Đã bổ sung"}).json()
        at = {"measurement_id": again["measurement_id"]}
        self.send("POST", f"{one}/approval", at=at, who="chairman")
        self.send("POST", f"{one}/publication", at=at, who="chairman")
        self.send("GET", one, at=at)
        self.send("GET", "/measurements/", query={"unit_id": "xa-binh-an", "limit": 5})
        self.send("POST", f"{one}/reopening", at=at, body={"reason": "Thiếu số liệu", "document": DOCUMENT})
        correction = {**counts, "numerator": 48, "reason": "Đếm trùng", "document": DOCUMENT}
        self.send("POST", f"{one}/correction", at=at, body=correction)

    def registers(self) -> None:
        """Define a register, write entries, write one anew, close it."""
        self.send("POST", "/registers/", body=REGISTER)
        self.send("GET", "/registers/")
        at = {"code": "so-thu"}
        self.send("GET", "/registers/{code}", at=at)
        entry = {"unit_id": "xa-binh-an", "values": {"name": "Một"}, "on": "2021-02-01"}
        self.send("POST", "/registers/{code}/entries", at=at, body={**entry, "entry_id": "m-1"})
        self.send("GET", "/registers/{code}/entries", at=at, query={"as_of": "2021-06-18"})
        of_entry = {**at, "entry_id": "m-1"}
        self.send("GET", "/registers/{code}/entries/{entry_id}", at=of_entry)
        self.send("PUT", "/registers/{code}/entries/{entry_id}", at=of_entry, body={**entry, "values": {"name": "Hai"}})
        closing = {"on": "2021-06-01", "reason": "Hết hiệu lực"}
        self.send("POST", "/registers/{code}/entries/{entry_id}/closing", at=of_entry, body=closing)

    def intake(self) -> None:
        """Send dossiers, and read what became of them."""
        batches = "/intake/dossier-batches"
        self.send("GET", f"{batches}/template.csv")
        dossier = {"dossier_id": "h-1", "received_on": "2021-06-01", "due_on": "2021-06-10"}
        head = {"batch_id": "2021-06", "one_stop_id": "xa-binh-an"}
        batch = {**head, "totals": {"count": 1, "solved": 0}, "dossiers": [dossier]}
        taken = self.send("POST", batches, body=batch).json()
        self.send("GET", f"{batches}/{{batch_id}}", at={"batch_id": taken["id"]})

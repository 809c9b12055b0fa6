"""One valid request for every published operation of the indicators service, in an order that makes sense."""

from typing import Any

from tests.support.published import PublishedApp, Valid

API = "/api/indicators/v1"


class IndicatorsScript:
    """Walks through the service as an operator does."""

    def __init__(self, published: PublishedApp) -> None:
        self.published = published
        self.reached: set[str] = set()

    def run(self) -> None:
        """Reach every operation once."""
        self.send("GET", "/counter-results/", query={"by": "total", "until": "2021-06-18"})
        self.intake()

    def send(self, method: str, path: str, *, at: dict[str, Any] | None = None, **parts: Any) -> Any:
        """Send as an operator."""
        valid = Valid(operation=f"{method} {API}{path}", path=at or {}, **parts)
        self.reached.add(valid.operation)
        return self.published.send(valid, "operator")

    def intake(self) -> None:
        """Send dossiers, and read what became of them."""
        batches = "/intake/dossier-batches"
        self.send("GET", f"{batches}/template.csv")
        dossier = {"dossier_id": "h-1", "received_on": "2021-06-01", "due_on": "2021-06-10"}
        head = {"batch_id": "2021-06", "one_stop_id": "xa-binh-an"}
        batch = {**head, "totals": {"count": 1, "solved": 0}, "dossiers": [dossier]}
        taken = self.send("POST", batches, body=batch).json()
        self.send("GET", f"{batches}/{{batch_id}}", at={"batch_id": taken["id"]})

"""What the one-stops' own software tells every week: dossiers received, solved in time or late, still open."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random
from typing import Any

from cchc.demonstration.acts import Act
from cchc.demonstration.calendar import WorkingDays

BATCHES = "/api/indicators/v1/intake/dossier-batches"
LIMITS: Mapping[str, int] = {"tu-phap-ho-tich": 3, "chung-thuc": 1, "dat-dai": 20, "xay-dung": 15}
"""Working days that a dossier of a field may take; 10 in any other."""

_A_WEEK = 12
_LATE_SHARE = 0.06


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """A dossier as the one-stop's software knows it. Its id tells nothing about whose it is."""

    dossier_id: str
    field: str
    received_on: date
    due_on: date
    solved_on: date
    online: bool


def one_stop_client(one_stop_id: str) -> str:
    """Name the program of a one-stop."""
    return f"demo-mot-cua-{one_stop_id}"


class DossierActs:
    """Works out a one-stop's weekly batches, from a seed."""

    def __init__(self, days: WorkingDays, random: Random, *, since: date, until: date) -> None:
        """Tell of the working days from `since` to `until`."""
        self._days = days
        self._random = random
        self._since = since
        self._until = until

    def of(self, one_stop_id: str, fields: Sequence[str]) -> Iterator[Act]:
        """Give the batches of a one-stop: each says what was received and what was solved since the one before."""
        dossiers = list(self._dossiers(one_stop_id, fields))
        fridays = (self._since + timedelta(days=ahead) for ahead in range((self._until - self._since).days + 1))
        for friday in (day for day in fridays if day.isoweekday() == 5):
            news = [dossier for dossier in dossiers if _is_news(dossier, friday)]
            if news:
                sent_on = max(day for day in self._days.between(friday - timedelta(days=13), friday))
                yield self._batch(one_stop_id, friday, sent_on, news)

    def _batch(self, one_stop_id: str, friday: date, sent_on: date, news: Sequence[Dossier]) -> Act:
        rows = [_row(dossier, friday) for dossier in news]
        body = {
            "batch_id": f"{one_stop_id}-{friday.isoformat()}",
            "one_stop_id": one_stop_id,
            "totals": {"count": len(rows), "solved": sum(row["solved_on"] is not None for row in rows)},
            "dossiers": rows,
        }
        return Act(on=sent_on, actor=one_stop_client(one_stop_id), path=BATCHES, body=body)

    def _dossiers(self, one_stop_id: str, fields: Sequence[str]) -> Iterator[Dossier]:
        for day in self._days.between(self._since, self._until):
            for count in range(self._random.randint(0, 2 * _A_WEEK // 5)):
                field = self._random.choice(list(fields))
                due_on = self._days.after(day, LIMITS.get(field, 10))
                dossier = Dossier(
                    dossier_id=f"{one_stop_id}-{day:%m%d}-{count}",
                    field=field,
                    received_on=day,
                    due_on=due_on,
                    solved_on=due_on,
                    online=self._random.random() < 0.3,
                )
                yield replace(dossier, solved_on=self._solved_on(day, due_on))

    def _solved_on(self, received_on: date, due_on: date) -> date:
        if self._random.random() < _LATE_SHARE:
            return self._days.after(due_on, self._random.randint(1, 6))
        window = max(1, sum(1 for _ in self._days.between(received_on, due_on)) - 1)
        return self._days.after(received_on, self._random.randint(min(1, window), window))


def _is_news(dossier: Dossier, friday: date) -> bool:
    week_ago = friday - timedelta(days=7)
    return week_ago < dossier.received_on <= friday or week_ago < dossier.solved_on <= friday


def _row(dossier: Dossier, friday: date) -> dict[str, Any]:
    return {
        "dossier_id": dossier.dossier_id,
        "field": dossier.field,
        "procedure": f"{dossier.field}-01",
        "received_on": dossier.received_on.isoformat(),
        "due_on": dossier.due_on.isoformat(),
        "solved_on": dossier.solved_on.isoformat() if dossier.solved_on <= friday else None,
        "online": dossier.online,
        "in_software": True,
    }

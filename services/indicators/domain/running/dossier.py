"""What a one-stop last said of a dossier. Its id is a pseudonym; nothing of a person stands here."""

from dataclasses import dataclass
from datetime import date

from services.chassis.working_calendar import WorkingCalendar


@dataclass(frozen=True, kw_only=True, slots=True)
class DossierRecorded:
    """A one-stop said how a dossier stands; what it said before of the same dossier is replaced."""

    one_stop_id: str
    dossier_id: str
    received_on: date
    due_on: date
    solved_on: date | None = None
    procedure: str = ""
    field: str = ""
    online: bool = False
    in_software: bool = True
    returned: bool = False
    apology_sent_on: date | None = None
    new_due_dates: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Dossier:
    """A dossier as figures see it.

    `returned` is one that was handed back or withdrawn: it was received, but nobody owes a result, and it is neither on
    time nor late. A new date after an apology does not move `due_on`.
    """

    one_stop_id: str
    received_on: date
    due_on: date
    solved_on: date | None
    working_days: int
    """Working days after the day of receipt through the day it was solved, as they were reckoned when that was said."""
    online: bool
    in_software: bool
    returned: bool
    apology_sent_on: date | None
    new_due_dates: int

    @property
    def in_time(self) -> bool:
        """Tell whether it was solved on or before its due day."""
        return self.solved_on is not None and self.solved_on <= self.due_on


def dossier_after(_before: Dossier | None, fact: DossierRecorded, calendar: WorkingCalendar) -> Dossier:
    """Give what is known of a dossier after a statement: what that says, and nothing of an older one."""
    solved_on = fact.solved_on
    return Dossier(
        one_stop_id=fact.one_stop_id,
        received_on=fact.received_on,
        due_on=fact.due_on,
        solved_on=solved_on,
        working_days=0 if solved_on is None else calendar.working_days_after(fact.received_on, solved_on),
        online=fact.online,
        in_software=fact.in_software,
        returned=fact.returned,
        apology_sent_on=fact.apology_sent_on,
        new_due_dates=fact.new_due_dates,
    )

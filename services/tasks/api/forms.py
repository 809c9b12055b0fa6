"""What routes about tasks take and answer."""

from marshmallow import Schema, fields, validate

from services.chassis.http.paging import PageQuery
from services.tasks.api.service import (
    IS_CODE,
    IS_ID,
    IS_NAME,
    ForUnit,
    a_day,
    a_text,
    an_optional_day,
    an_optional_text,
)
from services.tasks.domain.extensions import Decision
from services.tasks.domain.task import RollUp, State
from services.tasks.domain.working_days import DayRule

CADENCES = ("continuous", "monthly", "quarterly", "quarterly_6_9_12_months", "yearly")


class TaskListQuery(PageQuery):
    """Which tasks are wanted."""

    unit_id = fields.String(load_default=None, validate=IS_ID)
    plan_id = fields.String(load_default=None, validate=IS_NAME)
    duty = fields.String(load_default=None, validate=IS_CODE)
    paragraph = fields.String(load_default=None, validate=validate.Length(max=80))
    state = fields.String(load_default=None, validate=validate.OneOf(list(State)))
    overdue = fields.Boolean(load_default=None)
    due_before = fields.Date(load_default=None)


class SummaryQuery(Schema):
    """Whose tasks are counted, as of which day."""

    unit_id = fields.String(load_default=None, validate=IS_ID)
    plan_id = fields.String(load_default=None, validate=IS_NAME)
    as_of = a_day(required=False, load_default=None)


class Assignment(Schema):
    """A task that is given: until a day, within so many days, or again and again."""

    title = a_text(300)
    text = an_optional_text(8000)
    unit_id = fields.String(required=True, validate=IS_ID)
    cooperating = fields.List(fields.String(validate=IS_ID), load_default=list, validate=validate.Length(max=60))
    due_on = an_optional_day()
    due_in_days = fields.Integer(load_default=None, allow_none=True, validate=validate.Range(min=0, max=3660))
    cadence = fields.String(load_default=None, allow_none=True, validate=validate.OneOf(CADENCES))
    day_rule = fields.String(load_default=DayRule.CALENDAR_ROLLED, validate=validate.OneOf(list(DayRule)))
    deliverable = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=500))
    plan_id = fields.String(load_default=None, allow_none=True, validate=IS_NAME)
    duty_code = fields.String(load_default=None, allow_none=True, validate=IS_CODE)
    paragraph = fields.String(load_default=None, allow_none=True, validate=validate.Length(max=80))


class Reasoned(Schema):
    """Why."""

    reason = a_text()


class Noted(Schema):
    """A word beside it."""

    note = an_optional_text()


class UnitReasoned(ForUnit):
    """Who acts, and why."""

    reason = a_text()


class UnitNoted(ForUnit):
    """Who acts, and a word beside it."""

    note = an_optional_text()


class Progress(UnitNoted):
    """How far it is."""

    percent = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=100))


class Document(ForUnit):
    """A document that proves the work: the document system's own number, date and signer."""

    kind = fields.String(load_default="document", validate=validate.OneOf(["document"]))
    title = a_text(300)
    number = a_text(80)
    dated = a_day()
    signer = an_optional_text(120)


class FileForm(ForUnit):
    """What is said beside a file that is sent."""

    title = an_optional_text(300)


class PartForm(ForUnit):
    """A part of a task: who does it, and what."""

    title = a_text(300)


class Splitting(ForUnit):
    """How a task is passed down."""

    parts = fields.List(fields.Nested(PartForm), required=True, validate=validate.Length(min=1, max=60))
    roll_up = fields.String(load_default=RollUp.ALL_PARTS, validate=validate.OneOf(list(RollUp)))


class ExtensionWish(ForUnit):
    """A later deadline."""

    new_due_on = a_day()
    reason = a_text()


class ExtensionDecision(Schema):
    """What becomes of a request; a grant in part names its day."""

    n = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=1000))
    decision = fields.String(required=True, validate=validate.OneOf(list(Decision)))
    due_on = an_optional_day()
    reason = an_optional_text()


class WaitsFor(Schema):
    """Whose turn it is."""

    role = fields.String(required=True)
    unit_id = fields.String(required=True, allow_none=True)


class TaskSummary(Schema):
    """A task in a list."""

    task_id = fields.String(required=True)
    plan_id = fields.String(required=True, allow_none=True)
    duty_code = fields.String(required=True, allow_none=True)
    paragraph = fields.String(required=True, allow_none=True)
    title = fields.String(required=True)
    unit_id = fields.String(required=True)
    cooperating = fields.List(fields.String(), required=True)
    cadence = fields.String(required=True, allow_none=True)
    parent_task_id = fields.String(required=True, allow_none=True)
    assigned_on = fields.Date(required=True)
    state = fields.String(required=True)
    due_on = fields.Date(required=True, allow_none=True)
    due_on_rolled = fields.Date(required=True, allow_none=True)
    first_due_on = fields.Date(required=True, allow_none=True)
    timeliness = fields.String(required=True, allow_none=True)
    completed_on = fields.Date(required=True, allow_none=True)
    progress = fields.Integer(required=True, allow_none=True)
    extension_pending = fields.Boolean(required=True)
    updated_at = fields.DateTime(required=True)
    days_left = fields.Integer(required=True, allow_none=True)
    overdue = fields.Boolean(required=True)
    waits_for = fields.Nested(WaitsFor, required=True, allow_none=True)


class TaskDetail(TaskSummary):
    """Everything about a task."""

    text = fields.String(required=True)
    day_rule = fields.String(required=True)
    deliverable = fields.String(required=True, allow_none=True)
    timeline = fields.List(fields.Dict(), required=True)
    evidence = fields.List(fields.Dict(), required=True)
    extensions = fields.List(fields.Dict(), required=True)
    parts = fields.List(fields.String(), required=True)
    roll_up = fields.String(required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)


class TaskList(Schema):
    """One page of tasks."""

    items = fields.List(fields.Nested(TaskSummary), required=True)
    next = fields.String(allow_none=True, required=True)


class TaskCounts(Schema):
    """How many tasks a unit has, by where they stand."""

    items = fields.List(fields.Dict(), required=True)

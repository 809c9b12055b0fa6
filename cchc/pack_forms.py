"""What the files of a tenant pack must hold at least. What else stands in them is kept and not judged."""

from typing import Any

from marshmallow import INCLUDE, Schema, ValidationError, fields, validate, validates_schema

from services.chassis.working_calendar import WEEKDAYS

SLUG = validate.Regexp(r"^[a-z0-9-]{1,64}\Z")
NOT_EMPTY = validate.Length(min=1)
PARTS = (
    "units",
    "plan",
    "indicators",
    "scorecards",
    "questionnaires",
    "calendar",
    "counters",
    "service_fields",
    "registers",
    "release",
)


class Form(Schema):
    """A part of a pack; more may stand in it."""

    class Meta:
        """Keep what is not named here."""

        unknown = INCLUDE


def _text() -> fields.String:
    return fields.String(required=True, validate=NOT_EMPTY)


def _slug() -> fields.String:
    return fields.String(required=True, validate=SLUG)


def _day() -> fields.Date:
    return fields.Date(allow_none=True)


def _many(form: type[Schema], *, least: int = 0) -> fields.List[Any]:
    return fields.List(fields.Nested(form), required=True, validate=validate.Length(min=least))


def _whole(least: int) -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=least))


class InForce(Form):
    """The questionnaire that tablets ask by."""

    code = _text()
    family = _text()
    from_ = fields.Date(required=True, data_key="from")


class About(Form):
    """`pack.json`."""

    tenant = _slug()
    name_vi = _text()
    name_en = _text()
    short_name_vi = _text()
    demonstration = fields.Boolean(truthy={True}, falsy={False})
    business_starts_at = fields.AwareDateTime(allow_none=True)
    files = fields.Nested(Schema.from_dict({name: _text() for name in PARTS}, name="Files"), required=True)
    questionnaire_in_force = fields.Nested(InForce, required=True)

    @validates_schema
    def _only_a_demonstration_lives_in_another_time(self, data: dict[str, Any], **_: object) -> None:
        if data.get("business_starts_at") and not data.get("demonstration"):
            raise ValidationError("only a demonstration has a business time of its own", "business_starts_at")


class Name(Form):
    """A dated name."""

    name = _text()
    valid_from = _day()
    valid_to = _day()


class Parent(Form):
    """A dated unit above."""

    parent_id = _slug()
    valid_from = _day()
    valid_to = _day()


class Successor(Form):
    """Who took over."""

    unit_id = _slug()
    on = fields.Date(required=True)


class Unit(Form):
    """A unit."""

    id = _slug()
    kind = _text()
    name_en = _text()
    confidence = _text()
    names_vi = _many(Name, least=1)
    parents = _many(Parent)
    succeeded_by = _many(Successor)
    valid_from = _day()
    valid_to = _day()


class Units(Form):
    """The units."""

    units = _many(Unit, least=1)


class Named(Form):
    """Something with a code and names."""

    code = _text()
    name_vi = _text()
    name_en = _text()


class Issuer(Form):
    """Who issued a plan."""

    unit_id = _slug()


class Document(Form):
    """The document that a plan is."""

    number = _text()
    title_vi = _text()
    issued_on = fields.Date(required=True)
    plan_year = _whole(2000)
    issuer = fields.Nested(Issuer, required=True)


class PlanField(Form):
    """A field of a plan."""

    field = _text()
    name_vi = _text()
    name_en = _text()


class Target(Form):
    """A target of a plan."""

    code = _text()
    text_vi = _text()
    year = _whole(2000)
    measurable = fields.Boolean(required=True, truthy={True}, falsy={False})
    indicator_code = fields.String(required=True, allow_none=True)
    value = fields.Float(required=True, allow_none=True)
    unit = fields.String(required=True, allow_none=True)


class Lead(Form):
    """Who leads a task: a unit or a group of units."""

    id = _slug()


class Task(Form):
    """A task of a plan."""

    code = _text()
    text_vi = _text()
    field = _text()
    lead = fields.Nested(Lead, required=True, allow_none=True)
    deadline = fields.Date(required=True, allow_none=True)


class Plan(Form):
    """The year's plan."""

    document = fields.Nested(Document, required=True)
    fields_ = fields.List(fields.Nested(PlanField), required=True, data_key="fields")
    targets = _many(Target)
    tasks = _many(Task)


class Indicator(Named):
    """An indicator's definition."""

    version = _whole(1)
    unit = _text()
    direction = fields.String(required=True, validate=validate.OneOf(("higher", "lower")))
    formula = _text()
    valid_from = fields.Date(required=True)
    valid_to = _day()


class Indicators(Form):
    """The indicators."""

    units = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    indicators = _many(Indicator, least=1)


class Scorecard(Named):
    """A score sheet."""

    version = _text()
    valid_from = _day()
    valid_to = _day()


class Scorecards(Form):
    """The score sheets."""

    scorecards = _many(Scorecard)


class ScaleLevel(Form):
    """A level of a scale."""

    value = _whole(0)


class Scale(Form):
    """A scale of answers."""

    code = _text()
    levels = _many(ScaleLevel, least=2)
    satisfied_values = fields.List(fields.Integer(strict=True), required=True, validate=NOT_EMPTY)


class Questionnaire(Form):
    """A version of a questionnaire."""

    code = _text()
    version = _whole(1)
    scale = _text()


class Questionnaires(Form):
    """The questionnaires."""

    scales = _many(Scale, least=1)
    questionnaires = _many(Questionnaire, least=1)


class Week(Form):
    """The days that are worked in each week."""

    days = fields.List(fields.String(validate=validate.OneOf(WEEKDAYS)), required=True, validate=NOT_EMPTY)


class CalendarDay(Form):
    """A day off, or one that is worked instead."""

    date = fields.Date(required=True)
    off = fields.Boolean(truthy={True}, falsy={False})


class Calendar(Form):
    """The year's calendar."""

    working_week = fields.Nested(Week, required=True)
    days_off = _many(CalendarDay)
    working_days_moved = _many(CalendarDay)


class Span(Schema):
    """A stretch of a weekday in which a counter serves."""

    weekday = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=7))
    opens = fields.Time(required=True, format="%H:%M")
    closes = fields.Time(required=True, format="%H:%M")


class Policy(Form):
    """What a counter does."""

    cards = fields.Boolean(required=True, truthy={True}, falsy={False})


class Counter(Form):
    """A counter."""

    id = _slug()
    one_stop_id = _slug()
    unit_id = fields.String(validate=SLUG)
    name_vi = _text()
    name_en = _text()
    fields_ = fields.List(fields.String(validate=SLUG), required=True, data_key="fields")
    policy = fields.Nested(Policy, required=True)
    opening_hours = fields.List(fields.Nested(Span), required=True, allow_none=True)


class Counters(Form):
    """The counters."""

    counters = _many(Counter, least=1)


class ServiceFields(Form):
    """The fields of service."""

    fields_ = fields.List(fields.Nested(Named), required=True, data_key="fields", validate=NOT_EMPTY)


class Release(Form):
    """The release rules; the indicators service judges their bounds."""

    k = _whole(1)


class RegisterEntry(Form):
    """An entry of a register."""

    register = _slug()
    entry_id = _text()
    unit_id = _slug()
    on = fields.Date(required=True)
    values = fields.Dict(keys=fields.String(), required=True)


class Register(Named):
    """A register; the indicators service judges its fields and counts."""

    fields_ = fields.List(fields.Nested(Named), required=True, data_key="fields", validate=NOT_EMPTY)


class Registers(Form):
    """The registers, the indicators that their entries make, and first entries."""

    indicators = _many(Indicator)
    registers = _many(Register)
    entries = _many(RegisterEntry)


FORMS: dict[str, type[Schema]] = {
    "units": Units,
    "plan": Plan,
    "indicators": Indicators,
    "scorecards": Scorecards,
    "questionnaires": Questionnaires,
    "calendar": Calendar,
    "counters": Counters,
    "service_fields": ServiceFields,
    "registers": Registers,
    "release": Release,
}

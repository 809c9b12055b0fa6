"""Counter results: the open page that says how satisfied people are, and how that is known."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, guarded_blueprint
from services.chassis.http.refusals import BadRequest
from services.gateway.directory.domain.records import UnitRecord, name_on
from services.gateway.directory.domain.tenant import Tenant
from services.gateway.portal import charts
from services.gateway.portal.asked import choice_asked, code_asked, day_asked
from services.gateway.portal.formats import Language
from services.gateway.portal.pages.measure import measure_of
from services.gateway.portal.site import Site, language, page, wants_fragment
from services.gateway.portal.words import say
from services.gateway.reporting.counter_report import CounterReport, by_day, by_week, counter_report
from services.gateway.reporting.counter_sums import Scope
from services.gateway.reporting.freshness import freshness_of
from services.gateway.reporting.projections.counter_results import COUNTER_RESULTS
from services.gateway.reporting.projections.units import UNITS, display_name, one_stops_on, units_of

PATH = "/counter-results"
PERIODS = ("year", "quarter", "30", "all")


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What the reader asks for; every part stands in the address."""

    period: str = "year"
    until: date
    one_stop_id: str | None = None
    field: str | None = None
    every: bool = False
    daily: bool = False

    def scope(self) -> Scope:
        """The blocks that answer it."""
        return Scope(
            since=_since(self.period, self.until),
            until=self.until,
            counted_only=not self.every,
            one_stop_id=self.one_stop_id,
            field=self.field,
        )


def counter_results_blueprint(site: Site) -> GuardedBlueprint:
    """The page of the counter results."""
    blueprint = guarded_blueprint(
        "counter_results", __name__, url_prefix=None, guard=Open(), description="Counter results for everybody."
    )

    blueprint.add_url_rule(PATH, "counter_results", lambda: _show(site), methods=["GET"])
    return blueprint


def _show(site: Site) -> Response:
    question = _question(site)
    version, one_stops = _now(site)
    key = (question, language(), version, site.clock.now().replace(second=0, microsecond=0))
    fragment = site.fragments.get(key, lambda: _render(site, question, one_stops))
    if wants_fragment():
        return make_response(fragment)
    return page("counter_results.html", fragment=fragment)


def _now(site: Site) -> tuple[int, tuple[UnitRecord, ...]]:
    with site.read_models.reading() as reading:
        version = freshness_of(reading.view(COUNTER_RESULTS)).messages
        one_stops = one_stops_on(units_of(reading.view(UNITS)), site.today())
    return version, tuple(one_stops)


def _render(site: Site, question: Question, one_stops: tuple[UnitRecord, ...]) -> str:
    with site.read_models.reading() as reading:
        report = counter_report(reading, question.scope(), measure_of(site))
    points = by_day(report.days) if question.daily else by_week(report.days)
    return render_template(
        "counter_results_fragment.html",
        question=question,
        report=report,
        one_stops=_options(one_stops, question.until),
        periods=PERIODS,
        points=points,
        trend=charts.trend(points, report.measure),
        segments=charts.distribution(report.tally),
        floor_of=charts.whisker_floor,
        names=_Names(report, site.tenant(), language()),
        link=lambda **changes: _link(question, site.today(), **changes),
        csv=f"/api/reporting/v1/counter-results/figures.csv?{_csv_query(question)}",
        stale=_stale(site, report),
    )


def _stale(site: Site, report: CounterReport) -> bool:
    heard_at = report.freshness.heard_at
    return heard_at is not None and site.clock.now() - heard_at > site.stale_after


@dataclass(frozen=True, slots=True)
class _Names:
    """Words for what the figures call by codes."""

    report: CounterReport
    tenant: Tenant
    language: Language

    def one_stop(self, unit_id: str) -> str:
        """A one-stop as it was called on the day shown."""
        return display_name(self.report.units, unit_id, self.report.scope.until)

    def field(self, code: str) -> str:
        """A service field, or what stands for several."""
        for field in self.tenant.service_fields:
            if field.code == code:
                return field.name_vi if self.language == "vi" else field.name_en
        known = {"unknown": "field_unknown", "other_fields": "field_other", "unit": "field_unit"}
        return say(self.language, f"results.{known[code]}") if code in known else code

    def score(self, score: int) -> str:
        """An answer in the words of the questionnaire."""
        plain = say(self.language, "results.score_plain", score=score)
        return self.report.labels.get(f"score.{score}", {}).get(self.language, plain)

    def reason(self, code: str) -> str:
        """A reason in the words of the questionnaire."""
        return self.report.labels.get(code, {}).get(self.language, code)


def _question(site: Site) -> Question:
    given = request.args
    until = day_asked(given.get("as_of"), site.today())
    return Question(
        period=choice_asked(given.get("period"), PERIODS),
        until=until,
        one_stop_id=code_asked(given.get("one_stop")),
        field=code_asked(given.get("field")),
        every=given.get("ballots") == "all",
        daily=given.get("trend") == "day",
    )


def _since(period: str, until: date) -> date | None:
    match period:
        case "year":
            return date(until.year, 1, 1)
        case "quarter":
            return date(until.year, until.month - (until.month - 1) % 3, 1)
        case "30":
            return _thirty_days_to(until)
        case _:
            return None


def _thirty_days_to(until: date) -> date:
    try:
        return until - timedelta(days=29)
    except OverflowError:
        raise BadRequest("No calendar has thirty days before that day.") from None


def _link(question: Question, today: date, **changes: Any) -> str:
    told: dict[str, Any] = {
        "one_stop": question.one_stop_id,
        "field": question.field,
        "period": None if question.period == "year" else question.period,
        "as_of": None if question.until == today else question.until.isoformat(),
        "ballots": "all" if question.every else None,
        "trend": "day" if question.daily else None,
    }
    query = urlencode({name: value for name, value in (told | changes).items() if value})
    return f"{PATH}?{query}" if query else PATH


def _csv_query(question: Question) -> str:
    scope = question.scope()
    told = {
        "as_of": question.until.isoformat(),
        "since": scope.since.isoformat() if scope.since else None,
        "one_stop": question.one_stop_id,
        "field": question.field,
    }
    return urlencode({name: value for name, value in told.items() if value})


def _options(one_stops: tuple[UnitRecord, ...], day: date) -> list[tuple[str, str]]:
    """The choices of a filter, the one-stop of the district first and the others by name."""
    named = [(record.kind != "one_stop", name_on(record, day), record.id) for record in one_stops]
    return [(unit_id, name) for _, name, unit_id in sorted(named)]

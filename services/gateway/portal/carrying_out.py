"""Carrying out what a form asks for: by the service behind the page, or back to whoever sent it with what is wrong."""

from collections.abc import Callable, Mapping

from services.chassis.service_client import Answer
from services.gateway.portal.asking import Problem
from services.gateway.portal.site import Site, sent_by_us
from services.gateway.portal.wishes import Refused, Typed
from services.gateway.portal.words import words_of

Send = Callable[[], Answer | Problem]


def carried_out(
    site: Site, wish: str, typed: Typed, send: Send, *, beside: Mapping[str, str] | None = None
) -> Answer | Refused:
    """Send what was typed if the form is one of ours and nothing is wrong with it; give the answer, or the form back.

    `beside` names by a refusal's code the field that it is about.
    """
    if not sent_by_us(site):
        return Refused(wish=wish, kept=typed.kept, whole="form.expired", status=400)
    if typed.wrong:
        return Refused(wish=wish, kept=typed.kept, fields=typed.wrong)
    outcome = send()
    return _refused_by(wish, typed, outcome, beside or {}) if isinstance(outcome, Problem) else outcome


def status_of(refused: Refused | None) -> int:
    """Give the status of a page that shows a form which came back, or none."""
    return 200 if refused is None else refused.status


def _refused_by(wish: str, typed: Typed, problem: Problem, beside: Mapping[str, str]) -> Refused:
    """Say what is wrong beside the fields that it is about, else above the form; in our words, else in the service's own."""
    ours, field = f"refused.{problem.code}", beside.get(problem.code)
    if field is not None and field in typed.kept:
        return Refused(wish=wish, kept=typed.kept, fields={field: ours})
    shown = {name: "form.field_refused" for name in problem.fields if name in typed.kept}
    whole = ours if ours in words_of("vi") else problem.title
    return Refused(wish=wish, kept=typed.kept, fields=shown, whole=None if shown else whole)

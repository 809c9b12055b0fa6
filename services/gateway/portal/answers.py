"""What every answer of the portal gets: pages their headers, and problems that people meet a page."""

from flask import Flask, Response, g, make_response, render_template, request

from services.chassis.http.problems import PROBLEM_TYPE
from services.chassis.passing import suppress_passing
from services.gateway.directory.domain.tenant import Tenant
from services.gateway.portal.site import Site, language, script_nonce, signed_in, tenant_now

_ERROR_PAGES = {400, 403, 404, 500, 503}
_NOT_PAGES = ("/api/", "/streams/", "/static/", "/livez", "/readyz", "/metrics")


def dress_answers(app: Flask, site: Site) -> None:
    """Put headers and error pages on what an app answers to people."""
    app.after_request(lambda answer: answer if request.path.startswith(_NOT_PAGES) else _dressed(site, answer))


def _dressed(site: Site, answer: Response) -> Response:
    page = _error_page(site, answer) if answer.content_type == PROBLEM_TYPE else answer
    if page.mimetype == "text/html":
        page.headers["Content-Security-Policy"] = (
            f"default-src 'none'; script-src 'nonce-{script_nonce()}'; style-src 'self'; img-src 'self' data:; "
            "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
        page.headers["Content-Language"] = language()
        page.vary.update(("Cookie", "HX-Request"))
    return page


def _error_page(site: Site, problem: Response) -> Response:
    status = problem.status_code
    _do_without_database(site)
    shown = status if status in _ERROR_PAGES else (500 if status >= 500 else 400)
    made = make_response(render_template("error.html", shown=shown, request_id=g.get("request_id", "")), status)
    for name in ("Retry-After", "Allow", "Connection"):
        if name in problem.headers:
            made.headers[name] = problem.headers[name]
    return made


def _do_without_database(site: Site) -> None:
    """Let a page say what is wrong though nobody can be asked whose page it is and who reads it."""
    with suppress_passing():
        tenant_now(site)
        signed_in(site)
    g.setdefault("tenant", Tenant())
    g.setdefault("signed_in", None)

"""The open read API of the figures: no key, a day of one's choice, and an ETag so that nothing is fetched twice."""

import hashlib
from urllib.parse import quote

from flask import Response, make_response, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, guarded_blueprint
from services.gateway.portal.asked import code_asked
from services.gateway.portal.figures_csv import indicator_csv, targets_csv
from services.gateway.portal.pages.targets import API, question_of
from services.gateway.portal.site import Site

PATH = "/figures.csv"


def figures_blueprint(site: Site) -> GuardedBlueprint:
    """The figures for everybody."""
    blueprint = guarded_blueprint("figures", __name__, url_prefix=None, guard=Open(), description="Figures as CSV.")
    blueprint.add_url_rule(PATH, "figures", lambda: _figures(site), methods=["GET"])
    return blueprint


def _figures(site: Site) -> Response:
    question, code = question_of(site), code_asked(request.args.get("indicator"))
    asking = site.asking("indicators", openly=True)
    if code is None:
        text = targets_csv(asking.read(f"{API}/targets/", **question.query())["items"])
    else:
        text = indicator_csv(asking.read(f"{API}/indicators/{quote(code, safe='')}/figures", **question.query()))
    response = make_response(text.encode())
    response.content_type = "text/csv; charset=utf-8"
    name = f"{code or 'chi-tieu'}-{question.day.isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{quote(name)}"'
    response.headers["Cache-Control"] = "public, no-cache"
    response.set_etag(hashlib.sha256(response.get_data()).hexdigest()[:32])
    response.make_conditional(request)
    return response

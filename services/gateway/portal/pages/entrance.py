"""Sign-in, sign-out, set-up and the choice of language."""

from urllib.parse import urlsplit

from flask import Response, make_response, redirect, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, guarded_blueprint
from services.chassis.http.refusals import BadRequest
from services.gateway.identity.errors import (
    PasswordTooWeak,
    SetUpLinkInvalid,
    SignInRefused,
    TooManyAttempts,
    UserNameInvalid,
    UserNameTaken,
)
from services.gateway.identity.passwords import LEAST_LENGTH
from services.gateway.identity.set_up import CompleteSetUp
from services.gateway.identity.sign_in import AttemptSignIn
from services.gateway.portal.site import LANGUAGE_COOKIE, Site, formats, let_in, page, sent_by_us, signed_in

HOME = "/"

_A_YEAR = 365 * 24 * 3600


def entrance_blueprint(site: Site) -> GuardedBlueprint:
    """The pages before one is in."""
    blueprint = guarded_blueprint(
        "entrance", __name__, url_prefix=None, guard=Open(), description="Sign-in, set-up and language."
    )
    blueprint.before_request(_refuse_nul)
    blueprint.add_url_rule("/sign-in", "sign_in", lambda: _show_sign_in(site), methods=["GET"])
    blueprint.add_url_rule("/sign-in", "send_sign_in", lambda: _send_sign_in(site), methods=["POST"])
    blueprint.add_url_rule("/sign-out", "sign_out", lambda: _sign_out(site), methods=["POST"])
    blueprint.add_url_rule("/set-up", "set_up", lambda: _show_set_up(site), methods=["GET"])
    blueprint.add_url_rule("/set-up", "send_set_up", lambda: _send_set_up(site), methods=["POST"])
    blueprint.add_url_rule("/language/<any(vi, en):chosen>", "language", _choose_language, methods=["GET"])
    return blueprint


def inside(address: str | None) -> str:
    """Give an address of ours to go on to, the home page for any other."""
    return address if address and _is_ours(address) else HOME


def _is_ours(address: str) -> bool:
    # Parsers drop line breaks and tabs, browsers do not: what cannot be printed is refused as it was sent.
    if "\\" in address or not address.isprintable():
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc and parts.path.startswith("/") and not parts.path.startswith("//")


def _refuse_nul() -> None:
    """Refuse what no text column of a database can hold, before one is asked."""
    if any("\0" in value for _, value in request.form.items(multi=True)):
        raise BadRequest("A field of the form holds a NUL.")


def _show_sign_in(site: Site) -> Response:
    if signed_in(site) is not None:
        return make_response(redirect(inside(request.args.get("next"))))
    return page("sign_in.html", next=inside(request.args.get("next")), error=None, user_name="")


def _send_sign_in(site: Site) -> Response:
    going_to, user_name = inside(request.form.get("next")), request.form.get("user_name", "")
    if not sent_by_us(site):
        return page("sign_in.html", 400, next=going_to, error=("form.expired", {}), user_name=user_name)
    command = AttemptSignIn(
        user_name=user_name, password=request.form.get("password", ""), address=request.remote_addr or ""
    )
    try:
        secret = site.sign_in.attempt(command)
    except SignInRefused:
        return page("sign_in.html", 403, next=going_to, error=("sign_in.refused", {}), user_name=user_name)
    except TooManyAttempts as refusal:
        wait = formats(site).duration(int(str(refusal.params["retry_after_seconds"])) + 59)
        error = ("sign_in.too_many", {"wait": wait})
        response = page("sign_in.html", 429, next=going_to, error=error, user_name=user_name)
        response.headers["Retry-After"] = str(refusal.params["retry_after_seconds"])
        return response
    return let_in(site, make_response(redirect(going_to, 303)), secret)


def _sign_out(site: Site) -> Response:
    found = signed_in(site)
    response = make_response(redirect(HOME, 303))
    if found is not None and sent_by_us(site):
        site.sessions.end(request.cookies[site.session_cookie])
        site.tokens.forget(found.session_hash)
        response.delete_cookie(site.session_cookie, path="/", secure=site.secure, httponly=True, samesite="Lax")
    return response


def _show_set_up(site: Site) -> Response:
    token = request.args.get("token", "")
    if not site.set_up.link_holds(token):
        return page("set_up_over.html", 404)
    return _set_up_form(200, token, None)


def _send_set_up(site: Site) -> Response:
    form = request.form
    token, password = form.get("token", ""), form.get("password", "")
    if not sent_by_us(site):
        return _set_up_form(400, token, "form.expired")
    if password != form.get("password_again"):
        return _set_up_form(422, token, "set_up.differs")
    command = CompleteSetUp(
        token=token,
        user_name=form.get("user_name", ""),
        display_name=form.get("display_name", "")[:160],
        password=password,
    )
    try:
        secret = site.set_up.complete(command)
    except SetUpLinkInvalid:
        return page("set_up_over.html", 403)
    except (PasswordTooWeak, UserNameInvalid, UserNameTaken) as refusal:
        return _set_up_form(422, token, f"set_up.{refusal.code}")
    return let_in(site, make_response(redirect(HOME, 303)), secret)


def _set_up_form(status: int, token: str, error: str | None) -> Response:
    kept = {name: request.form.get(name, "") for name in ("user_name", "display_name")}
    return page("set_up.html", status, token=token, error=error, least=LEAST_LENGTH, **kept)


def _choose_language(chosen: str) -> Response:
    response = make_response(redirect(inside(request.args.get("next")), 303))
    response.set_cookie(LANGUAGE_COOKIE, chosen, max_age=_A_YEAR, httponly=True, samesite="Lax", path="/")
    return response

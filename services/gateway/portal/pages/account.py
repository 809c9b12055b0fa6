"""Where somebody chooses their password by their own one-time link."""

from flask import Response, make_response, redirect, request

from services.chassis.http.blueprints import GuardedBlueprint
from services.chassis.http.guards import Open, guarded_blueprint
from services.chassis.http.refusals import BadRequest
from services.gateway.identity.accounts import Account
from services.gateway.identity.errors import PasswordTooWeak, SetUpLinkInvalid
from services.gateway.identity.invitations import Invitations
from services.gateway.identity.passwords import LEAST_LENGTH
from services.gateway.portal.site import Site, let_in, page, sent_by_us

HOME = "/"


def account_blueprint(site: Site, invitations: Invitations) -> GuardedBlueprint:
    """The page of the link; whoever has the link may open it."""
    blueprint = guarded_blueprint(
        "account", __name__, url_prefix="/account", guard=Open(), description="Choosing a password by a link."
    )
    blueprint.before_request(_refuse_nul)
    blueprint.add_url_rule("/set-up", "account_set_up", lambda: _show(invitations), methods=["GET"])
    blueprint.add_url_rule("/set-up", "send_account_set_up", lambda: _send(site, invitations), methods=["POST"])
    return blueprint


def _refuse_nul() -> None:
    if any("\0" in value for _, value in request.form.items(multi=True)):
        raise BadRequest("A field of the form holds a NUL.")


def _show(invitations: Invitations) -> Response:
    token = request.args.get("token", "")
    account = invitations.whose(token)
    return page("account_over.html", 404) if account is None else _form(200, token, account, None)


def _send(site: Site, invitations: Invitations) -> Response:
    form = request.form
    token, password = form.get("token", ""), form.get("password", "")
    account = invitations.whose(token)
    if account is None:
        return page("account_over.html", 403)
    if not sent_by_us(site):
        return _form(400, token, account, "form.expired")
    if password != form.get("password_again"):
        return _form(422, token, account, "set_up.differs")
    try:
        secret = invitations.accept(token, password)
    except SetUpLinkInvalid:
        return page("account_over.html", 403)
    except PasswordTooWeak:
        return _form(422, token, account, "set_up.password_too_weak")
    return let_in(site, make_response(redirect(HOME, 303)), secret)


def _form(status: int, token: str, account: Account, error: str | None) -> Response:
    return page("account_set_up.html", status, token=token, account=account, error=error, least=LEAST_LENGTH)

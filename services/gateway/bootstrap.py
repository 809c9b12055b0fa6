"""The one place where the gateway's adapters meet its handlers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, text
from starlette.applications import Starlette

from services.chassis.clock import Clock, open_clock
from services.chassis.database import open_database
from services.chassis.event_store.opening import open_event_store
from services.chassis.event_store.port import EventStore
from services.chassis.http.app import create_base_app, publish_api
from services.chassis.http.guards import admit_readers
from services.chassis.http.internal import Check
from services.chassis.identity.clients import INTERNAL_CLIENT, ClientAssertions
from services.chassis.identity.keys import load_or_create_secret, load_or_create_signing_key, public_half
from services.chassis.identity.tokens import ISSUER, TokenSigner, TokenVerifier
from services.chassis.ids import new_id
from services.chassis.metrics import Metrics
from services.chassis.service_client import HttpClient, ServiceClient, WsgiClient
from services.chassis.service_store import migrate_database
from services.gateway.config import Settings
from services.gateway.directory import pack as packs
from services.gateway.directory.access import Access, open_access
from services.gateway.directory.api import directory_api
from services.gateway.directory.business_time_api import business_time_api
from services.gateway.directory.clients_api import clients_api
from services.gateway.directory.handlers import Directory, tenant_of
from services.gateway.directory.people_api import people_api
from services.gateway.directory.units_api import units_api
from services.gateway.identity.api import Issuer, identity_api, set_up_path
from services.gateway.identity.denials import Denials, record_denials
from services.gateway.identity.invitations import Invitations
from services.gateway.identity.passwords import Passwords
from services.gateway.identity.published_events import AccessJournal
from services.gateway.identity.session_tokens import SessionTokens
from services.gateway.identity.sessions import Sessions
from services.gateway.identity.set_up import SetUp
from services.gateway.identity.sign_in import SignIn
from services.gateway.portal.answers import dress_answers
from services.gateway.portal.assets import assets_blueprint
from services.gateway.portal.every_page import EVERY_PAGE
from services.gateway.portal.forms import Forms
from services.gateway.portal.fragments import Fragments
from services.gateway.portal.pages.account import account_blueprint
from services.gateway.portal.site import Site, door_of, install
from services.gateway.reporting.api import Reporting, reporting_api
from services.gateway.reporting.figures import Measure
from services.gateway.reporting.read_models import ReadModels
from services.gateway.streams.app import create_streams
from services.gateway.streams.opening import OpenStreams, open_streams
from services.gateway.streams.pages import PageChanges

TOKEN_AUDIENCE = "/api/directory/v1/token"  # noqa: S105 - a path
"""What a client's assertion has to name as its audience: the token endpoint, whichever door leads to it."""

MIGRATIONS = Path(__file__).parent / "migrations"


@dataclass(frozen=True, kw_only=True, slots=True)
class Gateway:
    """The gateway, put together for one process."""

    app: Flask
    streams: Starlette
    directory: Directory
    access: Access
    site: Site
    store: EventStore
    engines: tuple[Engine, ...]
    changes: PageChanges
    channels: OpenStreams
    services: Mapping[str, ServiceClient]

    def set_up_path(self) -> str | None:
        """Make a one-time path for the first account, `None` when somebody can sign in already."""
        token = self.site.set_up.issue_link()
        return None if token is None else set_up_path(token)

    def close(self) -> None:
        """Give threads and connections back."""
        self.changes.close()
        self.channels.close()
        for client in self.services.values():
            client.close()
        self.store.close()
        for engine in self.engines:
            engine.dispose()


def migrate(settings: Settings) -> None:
    """Bring the gateway's own database to this release's schema."""
    migrate_database(settings.database, MIGRATIONS)


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    metrics: Metrics | None = None,
    services: Mapping[str, ServiceClient] | None = None,
) -> Gateway:
    """Put the gateway together; its tables have to be there. `services` are the ways that the settings do not name."""
    clock = clock or open_clock(settings.shift, settings.clock_file)
    writer, reader = open_database(settings.database), open_database(settings.database, read_only=True)
    read_models = open_database(settings.read_database, read_only=True)
    store = open_event_store(writer)
    source = f"/cchc/{settings.tenant}/gateway"
    directory = Directory(store=store, clock=clock, new_id=new_id, source=source)
    journal = AccessJournal(store=store, clock=clock, new_id=new_id, source=source)
    signer = TokenSigner(load_or_create_signing_key(settings.keys / "access-signing.jwk"), ISSUER, clock=clock)
    ways: dict[str, ServiceClient] = {name: HttpClient(url) for name, url in settings.service_urls.items()}
    ways |= services or {}
    passwords = Passwords()
    invitations = Invitations(engine=writer, passwords=passwords, journal=journal, clock=clock)
    access = open_access(directory, (writer, reader), invitations, settings.keys)
    site = replace(_site(settings, access, (read_models, passwords), journal, signer), services=ways)
    app = _app(settings, site, access, signer, metrics)
    # Pages ask the directory as they ask any other service: by its routes, as the reader.
    ways["directory"] = WsgiClient(app)
    changes = PageChanges(read_models)
    channels = open_streams(settings, TokenVerifier(signer.jwks, ISSUER, clock=clock), clock)
    return Gateway(
        app=app,
        streams=create_streams(
            changes,
            find_session=site.sessions.find,
            session_cookie=site.session_cookie,
            channels=channels.routes,
        ),
        directory=directory,
        access=access,
        site=site,
        store=store,
        engines=(writer, reader, read_models),
        changes=changes,
        channels=channels,
        services=ways,
    )


def load_pack(gateway: Gateway, pack: Mapping[str, Any]) -> int:
    """Record units and tenant of a pack; see `directory.pack.load_pack`."""
    return packs.load_pack(gateway.directory, pack)


def replay_erasures(settings: Settings, *, journals: Sequence[Path] = ()) -> int:
    """Erase again whoever was erased after this copy of the gateway's database was made; call it after every restore.

    Args:
        journals: Files named `erasures.jsonl` that the restored key folder may lack lines of, such as the one that lay
            in the key folder before the restore. Their lines are taken over into the journal in `settings.keys`.

    Returns:
        How many people were erased again.
    """
    gateway = build(settings)
    try:
        return gateway.access.replay_erasures(journals)
    finally:
        gateway.close()


def _site(
    settings: Settings,
    access: Access,
    adapters: tuple[Engine, Passwords],
    journal: AccessJournal,
    signer: TokenSigner,
) -> Site:
    clock, writer, reader = journal.clock, access.people.engine, access.people.reader
    read_models, passwords = adapters
    form_cookie = "__Host-form" if settings.secure else "form"
    form_key = load_or_create_secret(settings.keys / "portal-forms.key")
    return Site(
        clock=clock,
        read_models=ReadModels(read_models),
        sessions=Sessions(reader, writer, clock, access.standing),
        sign_in=SignIn(
            engine=writer,
            passwords=passwords,
            journal=journal,
            clock=clock,
            standing=access.standing,
            welcome=access.welcome,
        ),
        set_up=SetUp(
            engine=writer, passwords=passwords, journal=journal, clock=clock, new_id=new_id, welcome=access.welcome
        ),
        tokens=SessionTokens(signer, clock),
        forms=Forms(form_key, cookie_name=form_cookie, secure=settings.secure),
        fragments=Fragments(),
        tenant=lambda: tenant_of(journal.store),
        secure=settings.secure,
        silent_after=settings.silent_after,
        stale_after=settings.stale_after,
    )


def _app(settings: Settings, site: Site, access: Access, signer: TokenSigner, metrics: Metrics | None) -> Flask:
    app = create_base_app(
        "services.gateway.portal",
        title="CCHC gateway",
        verifier=TokenVerifier(signer.jwks, ISSUER, clock=site.clock),
        clock=site.clock,
        readiness=[Check("gateway_database", lambda: _answers(site.sign_in.engine))],
        metrics=metrics,
    )
    install(app, site)
    dress_answers(app, site)
    record_denials(app, Denials(access.people.engine, site.sign_in.journal))
    admit_readers(app, door_of(site))
    publish_api(
        app,
        "directory",
        [
            identity_api(_issuer(settings, site, access, signer)),
            directory_api(access.people.units, site.clock),
            units_api(access.directory, access.people.units),
            people_api(access.people),
            clients_api(access.clients),
            business_time_api(site.clock),
        ],
    )
    reporting = Reporting(
        read_models=site.read_models,
        clock=site.clock,
        measure=lambda: _measure(site),
        silent_after=settings.silent_after,
    )
    publish_api(app, "reporting", [reporting_api(reporting)])
    of_people = (account_blueprint(site, access.people.invitations),)
    for blueprint in (*(page(site) for page in EVERY_PAGE), *of_people, assets_blueprint()):
        app.register_blueprint(blueprint)
    return app


def _issuer(settings: Settings, site: Site, access: Access, signer: TokenSigner) -> Issuer:
    client_key = public_half(load_or_create_signing_key(settings.keys / "cchc-internal.jwk"))
    assertions = ClientAssertions(
        lambda client_id: client_key if client_id == INTERNAL_CLIENT else access.clients.find_key(client_id),
        audience=TOKEN_AUDIENCE,
        clock=site.clock,
        also=(settings.public_url.rstrip("/") + TOKEN_AUDIENCE,),
    )
    return Issuer(
        signer=signer,
        assertions=assertions,
        set_up=site.set_up,
        granted=access.granted,
        secret_belongs=access.secret_belongs,
    )


def _measure(site: Site) -> Measure | None:
    tenant = site.tenant()
    if not tenant.satisfied_scores:
        return None
    return Measure(satisfied_scores=tenant.satisfied_scores, least_ballots=tenant.least_ballots)


def _answers(engine: Engine) -> str | None:
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return None

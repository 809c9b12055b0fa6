"""Every published operation reaches a 2xx, and no input brings a 5xx or a status that is not documented."""

import pytest

from services.chassis.identity import TokenSigner, TokenVerifier
from services.chassis.identity.keys import load_or_create_signing_key
from services.gateway.identity.accounts import ALL_SCOPES, SCOPES_OF_ROLES
from tests.e2e.published_gateway import GatewayScript
from tests.e2e.published_indicators import IndicatorsScript
from tests.e2e.published_survey import SurveyScript
from tests.e2e.published_tasks import TasksScript
from tests.support.gateway import a_gateway
from tests.support.product_apps import a_survey_app, an_indicators_app
from tests.support.published import PublishedApp, SigningDoor
from tests.support.tasks import UNIT, a_tasks_rig

EXAMPLES = 8


def _roles(signer):
    return {
        role: {"Authorization": f"Bearer {signer.sign(role, roles=[role], scopes=scopes)}"}
        for role, scopes in {**SCOPES_OF_ROLES, "operator": ALL_SCOPES}.items()
    }


@pytest.fixture(scope="module")
def survey(tmp_path_factory):
    folder = tmp_path_factory.mktemp("survey")
    signer = TokenSigner(load_or_create_signing_key(folder / "keys" / "access-signing.jwk"))
    app, service = a_survey_app(folder, TokenVerifier(signer.jwks))
    door = SigningDoor(app=app, nonce=service.device_verifier.nonces.issue)
    published = PublishedApp(door, ["/api/survey/v1/openapi.json"], _roles(signer))
    script = SurveyScript(published, door)
    script.run()
    yield published, script
    service.close()


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    folder = tmp_path_factory.mktemp("gateway")
    under_test = a_gateway(folder)
    under_test.others.pair("dev_1")
    under_test.others.report("dev_1")
    under_test.others.release_block({4: 5})
    under_test.catch_up()
    signer = TokenSigner(load_or_create_signing_key(folder / "keys" / "access-signing.jwk"), clock=under_test.clock)
    documents = [f"/api/{service}/v1/openapi.json" for service in ("directory", "reporting")]
    app = under_test.gateway.app
    published = PublishedApp(SigningDoor(app=app, nonce=str), documents, _roles(signer))
    client_jwk = load_or_create_signing_key(folder / "keys" / "cchc-internal.jwk")
    script = GatewayScript(published, client_jwk=client_jwk, clock=under_test.clock)
    script.run()
    yield published, script
    under_test.close()


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    rig = a_tasks_rig(tmp_path_factory.mktemp("tasks"))
    published = PublishedApp(SigningDoor(app=rig.app, nonce=str), ["/api/tasks/v1/openapi.json"], _TasksCallers(rig))
    script = TasksScript(published, rig)
    script.run()
    yield published, script
    rig.close()


class _TasksCallers(dict):
    """Callers whose tokens are fresh, however far the script has moved the clock."""

    def __init__(self, rig):
        super().__init__(dict.fromkeys(("unit", "desk", "operator")))
        self.rig = rig

    def __getitem__(self, role):
        caller = {
            "unit": lambda: self.rig.unit(UNIT),
            "desk": self.rig.desk,
            "operator": self.rig.operator,
        }[role]()
        return {"Authorization": caller.headers["Authorization"]}

    def values(self):
        return [self[role] for role in self]


@pytest.fixture(scope="module")
def indicators(tmp_path_factory):
    folder = tmp_path_factory.mktemp("indicators")
    signer = TokenSigner(load_or_create_signing_key(folder / "keys" / "access-signing.jwk"))
    app, service = an_indicators_app(folder, TokenVerifier(signer.jwks))
    published = PublishedApp(SigningDoor(app=app, nonce=str), ["/api/indicators/v1/openapi.json"], _roles(signer))
    script = IndicatorsScript(published)
    script.run()
    yield published, script
    service.close()


def test_every_operation_of_the_survey_service_reaches_a_2xx(survey):
    published, script = survey
    assert script.reached == set(published.operations)


def test_no_input_brings_the_survey_service_to_a_5xx_or_an_undocumented_status(survey):
    published, _ = survey
    for label in published.operations:
        published.fuzz(label, examples=EXAMPLES)


def test_every_operation_of_the_gateway_reaches_a_2xx(gateway):
    published, script = gateway
    assert script.reached == set(published.operations)


def test_no_input_brings_the_gateway_to_a_5xx_or_an_undocumented_status(gateway):
    published, _ = gateway
    for label in published.operations:
        published.fuzz(label, examples=EXAMPLES)


def test_every_operation_of_the_tasks_service_reaches_a_2xx(tasks):
    published, script = tasks
    assert script.reached == set(published.operations)


def test_no_input_brings_the_tasks_service_to_a_5xx_or_an_undocumented_status(tasks):
    published, _ = tasks
    for label in published.operations:
        published.fuzz(label, examples=EXAMPLES)


def test_every_operation_of_the_indicators_service_reaches_a_2xx(indicators):
    published, script = indicators
    assert script.reached == set(published.operations)


def test_no_input_brings_the_indicators_service_to_a_5xx_or_an_undocumented_status(indicators):
    published, _ = indicators
    for label in published.operations:
        published.fuzz(label, examples=EXAMPLES)

from datetime import timedelta

from services.chassis.clock import SystemClock
from services.chassis.http.app import create_base_app, publish_api
from services.chassis.identity import TokenSigner, TokenVerifier
from services.chassis.identity.keys import load_or_create_signing_key
from services.gateway.directory.business_time_api import business_time_api
from tests.support.fixed_clock import FixedClock

PATH = "/api/directory/v1/business-time"


def ask(tmp_path, clock, at):
    signer = TokenSigner(load_or_create_signing_key(tmp_path / "key.jwk"))
    app = create_base_app(__name__, title="t", verifier=TokenVerifier(signer.jwks), clock=clock)
    publish_api(app, "directory", [business_time_api(clock)])
    headers = {"Authorization": f"Bearer {signer.sign('u', scopes=['system:operate'])}"}
    return app.test_client().put(PATH, json={"at": at.isoformat()}, headers=headers)


def test_an_operator_drives_a_demonstration_forward(tmp_path):
    clock = FixedClock()
    later = clock.business_now() + timedelta(days=3)
    answer = ask(tmp_path, clock, later)
    assert (answer.status_code, answer.json["driven"]) == (200, True)
    assert clock.business_now() == later


def test_business_time_never_runs_backwards(tmp_path):
    clock = FixedClock()
    answer = ask(tmp_path, clock, clock.business_now() - timedelta(seconds=1))
    assert (answer.status_code, answer.json["code"]) == (409, "clock_backwards")


def test_a_real_tenants_time_is_not_driven(tmp_path):
    clock = SystemClock()
    answer = ask(tmp_path, clock, clock.business_now() + timedelta(days=1))
    assert (answer.status_code, answer.json["code"]) == (409, "clock_not_driven")

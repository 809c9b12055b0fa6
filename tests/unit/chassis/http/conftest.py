from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.chassis.identity import TokenSigner, TokenVerifier
from services.chassis.identity.keys import load_or_create_signing_key
from tests.support.demo_app import Demo, a_demo_app
from tests.support.fixed_clock import FixedClock


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def signer(clock, tmp_path) -> TokenSigner:
    return TokenSigner(load_or_create_signing_key(tmp_path / "keys" / "access-signing.jwk"), clock=clock)


@pytest.fixture
def made(clock, signer) -> tuple[Flask, Demo]:
    return a_demo_app(clock, TokenVerifier(signer.jwks, clock=clock))


@pytest.fixture
def app(made) -> Flask:
    return made[0]


@pytest.fixture
def demo(made) -> Demo:
    return made[1]


@pytest.fixture
def client(app) -> Iterator[FlaskClient]:
    with app.test_client() as client:
        yield client


@pytest.fixture
def token(signer) -> dict[str, str]:
    signed = signer.sign("u-1", roles=["reform_desk"], scopes=["demo:read", "demo:write"])
    return {"Authorization": f"Bearer {signed}"}

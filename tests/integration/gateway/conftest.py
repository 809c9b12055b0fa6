"""A gateway on files of its own, signed in or not."""

import pytest

from services.chassis.testing.in_memory import InMemoryBroker
from services.gateway.identity.set_up import CompleteSetUp
from tests.support.district import a_district
from tests.support.gateway import a_gateway
from tests.support.stream_log import a_stream_log, described_services

USER_NAME = "phong.noi.vu"
PASSWORD = "một câu dài dễ nhớ 53"
UNIT = "xa-binh-an"


@pytest.fixture
def under_test(tmp_path):
    made = a_gateway(tmp_path)
    yield made
    made.close()


@pytest.fixture
def services():
    """Services whose messages a stream log copies."""
    return described_services()


@pytest.fixture
def log(tmp_path, services):
    """A stream log in a file, caught up."""
    made = a_stream_log(tmp_path / "streams.db", InMemoryBroker(services.log, waits=False))
    made.catch_up()
    yield made
    made.close()


@pytest.fixture
def client(under_test):
    return under_test.gateway.app.test_client()


@pytest.fixture
def session(under_test):
    """Somebody who completed the set-up: their session's secret."""
    set_up = under_test.gateway.site.set_up
    command = CompleteSetUp(
        token=set_up.issue_link(), user_name=USER_NAME, display_name="Phòng Nội vụ", password=PASSWORD
    )
    return set_up.complete(command)


@pytest.fixture
def reader(under_test, session):
    client = under_test.gateway.app.test_client()
    client.set_cookie("session", session)
    return client


@pytest.fixture(scope="module")
def district(tmp_path_factory):
    """A portal with the tasks and indicators services for real behind it, one for the tests of a file."""
    with a_district(tmp_path_factory.mktemp("district"), with_figures=True) as made:
        yield made


@pytest.fixture(scope="module")
def head(district):
    """The browser of a unit's head."""
    return district.client(district.person("unit_head", UNIT))


@pytest.fixture(scope="module")
def desk(district):
    """The browser of the reform desk."""
    return district.client(district.desk())

import pytest

from services.gateway.identity.set_up import CompleteSetUp
from tests.support.gateway import a_gateway
from tests.support.gateway_demo import a_fleet, half_a_year
from tests.support.portal_browser import a_door


@pytest.fixture
def empty(tmp_path):
    made = a_gateway(tmp_path)
    yield made
    made.close()


@pytest.fixture
def door(empty):
    with a_door(empty.gateway) as address:
        yield address


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory):
    """A half-year of figures and a fleet: the gateway, its address and somebody's session."""
    made = a_gateway(tmp_path_factory.mktemp("demonstration"))
    half_a_year(made.others)
    a_fleet(made.others)
    made.catch_up()
    set_up = made.gateway.site.set_up
    command = CompleteSetUp(
        token=set_up.issue_link(),
        user_name="phong.noi.vu",
        display_name="Phòng Nội vụ",
        password="một câu dài dễ nhớ 53",
    )
    secret = set_up.complete(command)
    with a_door(made.gateway) as address:
        yield address, secret
    made.close()

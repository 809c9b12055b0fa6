"""What each role may do, and under which status a refused sign-in is answered."""

import pytest

from services.chassis.http.refusals import status_of
from services.gateway.identity.accounts import ALL_SCOPES, SCOPES_OF_ROLES, Account
from services.gateway.identity.errors import TooManyAttempts
from services.gateway.identity.set_up import FIRST_ROLES


def test_operating_the_system_is_the_operators_alone() -> None:
    assert [role for role, scopes in SCOPES_OF_ROLES.items() if "system:operate" in scopes] == ["operator"]


def test_the_reform_desk_may_do_everything_else() -> None:
    assert SCOPES_OF_ROLES["reform_desk"] == ALL_SCOPES - {"system:operate"}


@pytest.mark.parametrize("role", ["unit_head", "unit_clerk", "chairman", "inspector", "provincial_reader"])
def test_whoever_reads_for_a_unit_may_read_its_channels(role: str) -> None:
    assert "streams:read" in SCOPES_OF_ROLES[role]


def test_an_inspector_reads_and_does_nothing_else() -> None:
    assert {scope for scope in SCOPES_OF_ROLES["inspector"] if not scope.endswith(":read")} == {"directory:self"}


def test_the_person_set_up_first_has_every_scope() -> None:
    first = Account(account_id="a-1", user_name="an", display_name="An", roles=FIRST_ROLES)
    assert first.scopes == ALL_SCOPES


def test_too_many_attempts_are_429_as_the_sign_in_page_answers() -> None:
    assert status_of(TooManyAttempts) == 429

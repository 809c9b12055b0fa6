"""One-time links that two follow at the same moment, on PostgreSQL: one of them is let in."""

import threading

import pytest
from sqlalchemy import delete

from services.gateway.directory.people import NewPerson, register_person
from services.gateway.identity.errors import SetUpLinkInvalid
from services.gateway.identity.set_up import CompleteSetUp
from services.gateway.identity.tables import person_links, set_up_links
from tests.integration.gateway.conftest import PASSWORD, USER_NAME
from tests.support.gateway import a_gateway, settings_in


@pytest.fixture
def under_test(postgres_url, tmp_path):
    made = a_gateway(tmp_path, settings=settings_in(tmp_path, database=postgres_url, read_database=postgres_url))
    yield made
    made.close()


def let_in_beside(engine, links, follow):
    """Follow a link while another, who was first, has used it and not yet committed; say whether they were let in."""
    let_in = []

    def second():
        try:
            let_in.append(bool(follow()))
        except SetUpLinkInvalid:
            let_in.append(False)

    with engine.begin() as first:
        first.execute(delete(links))
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(2)
    thread.join()
    return let_in


def test_the_link_of_a_person_lets_one_in(under_test):
    people = under_test.gateway.access.people
    _, token = register_person(people, NewPerson(user_name="nguyen.van.an", display_name="Nguyễn Văn An"))
    assert let_in_beside(people.engine, person_links, lambda: people.invitations.accept(token, PASSWORD)) == [False]


def test_the_first_link_opens_one_account(under_test):
    set_up = under_test.gateway.site.set_up
    command = CompleteSetUp(token=set_up.issue_link(), user_name=USER_NAME, display_name="", password=PASSWORD)
    assert let_in_beside(set_up.engine, set_up_links, lambda: set_up.complete(command)) == [False]
    assert set_up.issue_link() is not None

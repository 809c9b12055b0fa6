"""Erasing somebody: their names can be read nowhere any more, and restoring an older copy erases them again."""

import shutil

import pytest

from services.chassis.database import open_database
from services.chassis.privacy import ERASURES_FILE, ErasureJournal
from services.gateway.bootstrap import replay_erasures
from services.gateway.directory.domain.errors import PersonIsErased
from services.gateway.directory.domain.people_commands import Wanted
from services.gateway.directory.people import (
    NewPerson,
    appoint,
    carry_out_erasure,
    erase_person,
    issue_link,
    names_of,
    register_person,
)
from tests.support.gateway import a_gateway, settings_in

AN = NewPerson(user_name="nguyen.van.an", display_name="Nguyễn Văn An")


@pytest.fixture
def people(under_test):
    return under_test.gateway.access.people


def files_that_hold(folder, *texts):
    """Name the files below a folder in which one of some texts stands, a checkpoint taken first."""
    engine = open_database(f"sqlite:///{folder / 'gateway.db'}")
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    needles = [text if isinstance(text, bytes) else text.encode() for text in texts]
    found = (file for file in folder.rglob("*") if file.is_file())
    return {file.name for file in found if any(needle in file.read_bytes() for needle in needles)}


def test_a_name_is_read_by_its_key_and_by_nothing_once_that_is_destroyed(people):
    person_id, _ = register_person(people, AN)
    registered = people.register.person(person_id)
    assert names_of(people, registered)[person_id].display_name == "Nguyễn Văn An"
    erase_person(people, person_id)
    assert names_of(people, people.register.person(person_id))[person_id].display_name == ""


def test_no_file_holds_the_key_or_the_names_of_who_was_erased(people, tmp_path):
    person_id, _ = register_person(people, AN)
    key = people.keys.find(person_id)[person_id]
    assert files_that_hold(tmp_path, AN.display_name, key) == {"gateway.db"}
    erase_person(people, person_id)
    assert files_that_hold(tmp_path, AN.display_name, AN.user_name, key) == set()


def test_who_was_erased_can_neither_sign_in_nor_be_given_anything(under_test, people):
    person_id, token = register_person(people, AN)
    secret = people.invitations.accept(token, "một câu dài dễ nhớ 53")
    _, newer = person_id, issue_link(people, person_id)
    erase_person(people, person_id)
    assert under_test.gateway.site.sessions.find(secret) is None
    assert people.invitations.whose(newer) is None
    wanted = Wanted(role="unit_head", unit_id="xa-binh-an", from_on=people.clock.business_now().date())
    for act in (lambda: appoint(people, person_id, wanted), lambda: issue_link(people, person_id)):
        with pytest.raises(PersonIsErased):
            act()


def test_a_user_name_is_free_again_once_its_person_was_erased(people):
    person_id, _ = register_person(people, AN)
    erase_person(people, person_id)
    again, _ = register_person(people, AN)
    assert again != person_id


def test_an_erasure_is_in_the_journal_once(people):
    person_id, _ = register_person(people, AN)
    for _ in range(2):
        erase_person(people, person_id)
    assert people.erasures.path.read_text().count(person_id) == 1
    assert people.erasures.path.stat().st_mode & 0o077 == 0


def test_an_erasure_that_the_database_did_not_take_is_made_up_for(people):
    person_id, _ = register_person(people, AN)
    people.erasures.note(person_id, people.clock.now())
    carried = carry_out_erasure(people, person_id, at=people.clock.business_now())
    assert carried.state.erased


def older_copy_of(folder, restored):
    """Copy a stopped gateway's folder, as a backup does."""
    shutil.copytree(folder, restored)
    return settings_in(restored)


def test_restoring_an_older_copy_erases_again_whom_the_journal_names(tmp_path):
    live = a_gateway(tmp_path / "live") if (tmp_path / "live").mkdir() is None else None
    people = live.gateway.access.people
    person_id, _ = register_person(people, AN)
    kept, _ = register_person(people, NewPerson(user_name="tran.thi.binh", display_name="Trần Thị Bình"))
    live.close()
    older = older_copy_of(tmp_path / "live", tmp_path / "restored")
    live = a_gateway(tmp_path / "live")
    erase_person(live.gateway.access.people, person_id)
    live.close()

    journal = tmp_path / "live" / "keys" / ERASURES_FILE
    assert replay_erasures(older, journals=[journal]) == 1
    assert replay_erasures(older, journals=[journal]) == 0
    restored = a_gateway(tmp_path / "restored")
    people = restored.gateway.access.people
    assert people.register.person(person_id).erased
    assert set(people.keys.find()) == {kept}
    assert ErasureJournal(older.keys / ERASURES_FILE).subjects() == (person_id,)
    restored.close()


def test_a_journal_may_name_somebody_whom_an_older_copy_never_knew(tmp_path):
    made = a_gateway(tmp_path)
    made.gateway.access.people.erasures.note("nobody", made.clock.now())
    assert made.gateway.access.replay_erasures() == 0
    made.close()

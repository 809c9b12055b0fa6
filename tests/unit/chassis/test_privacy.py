from datetime import UTC, datetime

from services.chassis.privacy import ErasureJournal, seal, unseal

KEY, OTHER_KEY = bytes(range(32)), bytes(32)
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_what_is_sealed_opens_with_the_same_key_for_the_same_subject_and_field_only():
    sealed = seal("Nguyễn Văn An", KEY, subject_id="an", field="display_name")
    assert unseal(sealed, KEY, subject_id="an", field="display_name") == "Nguyễn Văn An"
    assert unseal(sealed, OTHER_KEY, subject_id="an", field="display_name") is None
    assert unseal(sealed, KEY, subject_id="binh", field="display_name") is None
    assert unseal(sealed, KEY, subject_id="an", field="user_name") is None
    assert unseal(sealed, None, subject_id="an", field="display_name") is None


def test_the_same_text_is_sealed_differently_each_time():
    assert len({seal("An", KEY, subject_id="an", field="display_name") for _ in range(3)}) == 3


def test_what_was_not_sealed_by_us_opens_with_nothing():
    assert [unseal(text, KEY, subject_id="an", field="x") for text in ("", "AAAA", "é", "plain text")] == [None] * 4


def test_a_journal_names_everybody_once_in_order(tmp_path):
    journal = ErasureJournal(tmp_path / "keys" / "erasures.jsonl")
    assert journal.subjects() == ()
    for subject_id in ("an", "binh", "an"):
        journal.note(subject_id, AT)
    assert journal.subjects() == ("an", "binh")


def test_a_line_that_a_power_cut_left_half_written_names_nobody_and_hides_nobody(tmp_path):
    journal = ErasureJournal(tmp_path / "erasures.jsonl")
    journal.note("an", AT)
    journal.path.write_bytes(journal.path.read_bytes() + b'{"subject_id": "bi')
    journal.note("chi", AT)
    assert journal.subjects() == ("an", "chi")


def test_a_journal_takes_over_whom_another_names(tmp_path):
    here, there = (ErasureJournal(tmp_path / f"{name}.jsonl") for name in ("here", "there"))
    here.note("an", AT)
    there.note("an", AT)
    there.note("binh", AT)
    for _ in range(2):
        here.take_over([there.path, tmp_path / "missing.jsonl"], AT)
    assert here.subjects() == ("an", "binh")
    assert here.path.read_text().count("\n") == 2

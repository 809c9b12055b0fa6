from pathlib import Path

import pytest

from services.chassis.settings import Environment, Setting, SettingError

PORT = Setting(name="CCHC_TEST_PORT", meaning="A port.", default="8080")
KEY = Setting(name="CCHC_TEST_KEY", meaning="A key.", secret=True)


def test_a_missing_setting_without_a_default_is_named():
    with pytest.raises(SettingError, match="CCHC_TEST_KEY is not set: A key"):
        Environment({}).text(KEY)
    with pytest.raises(SettingError):
        Environment({"CCHC_TEST_KEY": "  "}).text(KEY)


def test_a_missing_setting_has_its_default():
    assert Environment({}).integer(PORT) == 8080
    assert Environment({}).optional(KEY) is None


@pytest.mark.parametrize("read", ["integer", "number", "switch"])
def test_a_value_that_cannot_be_read_is_named_and_not_shown(read):
    with pytest.raises(SettingError) as refused:
        getattr(Environment({"CCHC_TEST_PORT": "s3cret"}), read)(PORT)
    assert "CCHC_TEST_PORT" in str(refused.value)
    assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize(("said", "meant"), [("1", True), ("Yes", True), ("off", False), ("0", False)])
def test_a_switch_is_on_or_off(said, meant):
    assert Environment({"CCHC_TEST_PORT": said}).switch(PORT) is meant


def test_a_path_is_absolute_and_words_are_apart():
    environment = Environment({"CCHC_TEST_PORT": "var"})
    assert environment.path(PORT) == Path.cwd() / "var"
    assert Environment({"CCHC_TEST_PORT": "a, b,,"}).words(PORT) == ("a", "b")

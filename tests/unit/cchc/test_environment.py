"""What a folder's `.env` says."""

from pathlib import Path

import pytest

from cchc.data_folder import DataFolder
from cchc.environment import settings_in
from services.chassis.settings import SettingError


def said(tmp_path: Path, text: str) -> dict[str, str]:
    folder = DataFolder(tmp_path)
    folder.settings_file.write_text(text)
    return dict(settings_in(folder))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("A=1", "1"),
        ("export A = 1", "1"),
        ("A=1        # one broker", "1"),
        ("A=postgresql://u:p#w@host/db", "postgresql://u:p#w@host/db"),
        ('A="a # b"', "a # b"),
        ("A='a b'  # two words", "a b"),
        ("A=", ""),
        ("A= # nothing", ""),
        ("A=it's", "it's"),
    ],
)
def test_a_value_ends_where_a_comment_begins(tmp_path: Path, line: str, value: str) -> None:
    assert said(tmp_path, f"# first\n\n{line}\n") == {"A": value}


def test_a_line_without_a_name_is_told_by_its_number(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"line 2 of .* is no NAME=value"):
        said(tmp_path, "A=1\nnonsense\n")

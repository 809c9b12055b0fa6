import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.chassis.database import open_database


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize("url", ["sqlite:////tmp/never-opened.db", "postgresql://nobody@localhost/nothing"])
def test_every_engine_hides_the_values_of_its_statements(url, read_only):
    assert open_database(url, read_only=read_only).hide_parameters


def test_an_error_that_is_logged_holds_no_value(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'a.db'}")
    with engine.connect() as connection, pytest.raises(DBAPIError) as failed:
        connection.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "Nguyễn Văn A"})
    assert "Nguyễn Văn A" not in str(failed.value)
    engine.dispose()

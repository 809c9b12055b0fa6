"""What was published moves with a tenant, and its read models are built anew: nothing is told twice, nothing is left out."""

from pathlib import Path

import pytest

from cchc.data_folder import DataFolder
from tests.integration.cchc.commands import init, run
from tests.integration.cchc.moved_figures import follow, published, say, tell, told
from tests.support.servers.kafka import LocalKafka
from tests.support.survey_messages import SurveyMessages

# What makes every task of a service is written for programs that end with them.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture
def survey() -> SurveyMessages:
    return SurveyMessages()


@pytest.fixture
def made(folder: DataFolder, pack: Path, survey: SurveyMessages) -> DataFolder:
    """A folder of files whose figures were built and told, and a message that nobody has read yet."""
    assert init(folder, pack).exit_code == 0
    say(folder, [*(survey.cast(f"b{at}", 5 if at else 2) for at in range(7)), survey.served(20)])
    follow(folder)
    say(folder, [survey.served(30)])
    follow(folder)
    tell(folder)
    say(folder, [survey.served(40), *(survey.cast(f"c{at}", 4) for at in range(5))])
    return folder


@pytest.fixture
def kafka(unlucky_kafka: LocalKafka) -> LocalKafka:
    """A log that nobody else writes."""
    return unlucky_kafka


def served(folder: DataFolder) -> list[bytes]:
    return [data for kind, data in told(folder) if "served" in kind]


def test_published_figures_move_into_databases_and_back_and_every_read_model_is_built_anew(
    made: DataFolder, empty: DataFolder, tmp_path: Path
) -> None:
    before = told(made)
    assert len(served(made)) == 2
    assert run("export", "--data", made.root, "--to", tmp_path / "out").exit_code == 0
    moved = run("import", tmp_path / "out", "--data", empty.root, "--profile", "distributed")
    assert moved.exit_code == 0, moved.output
    assert [it.projection for it in follow(empty) if not it.ready] == []
    assert [n for n, _ in published(empty) if n] == [10]
    tell(empty)
    after = told(empty)
    assert after[: len(before)] == before
    assert [b'"served":%d' % count in data for count, data in zip((20, 30, 40), served(empty), strict=True)] == [
        True
    ] * 3

    assert run("export", "--data", empty.root, "--to", tmp_path / "back").exit_code == 0
    again = DataFolder(tmp_path / "again")
    assert run("import", tmp_path / "back", "--data", again.root).exit_code == 0
    assert [it.projection for it in follow(again) if not it.ready] == []
    assert published(again) == published(empty)
    tell(again)
    assert told(again) == after

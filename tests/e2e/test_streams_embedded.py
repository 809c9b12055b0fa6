"""The streams of `cchc up`: a registered program gets a token, reads what the plan's tasks came to, and proves it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from services.chassis.identity.callers import Appointment
from services.chassis.identity.keys import load_or_create_signing_key
from services.chassis.identity.tokens import TokenSigner
from tests.support.embedded import Instance, an_instance
from tests.support.servers.ports import eventually

SAMPLE = Path(__file__).parents[2] / "docs" / "samples" / "subscriber.py"


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    with an_instance(tmp_path_factory.mktemp("streams")) as made:
        made.wait_until_caught_up()
        yield made


def token_of(instance: Instance, *held: str) -> str:
    signer = TokenSigner(load_or_create_signing_key(instance.data.keys / "access-signing.jwk"))
    appointments = [Appointment(*it.split("@")) for it in held]
    return signer.sign("province", scopes=["streams:read"], appointments=appointments)


def sampled(instance: Instance, folder: Path, channel: str, *held: str) -> subprocess.CompletedProcess[str]:
    (folder / "token.txt").write_text(token_of(instance, *held))
    given = [instance.url, channel, "--token-file", folder / "token.txt", "--keep", folder / f"{channel}.jsonl"]
    return subprocess.run([sys.executable, SAMPLE, *given], capture_output=True, text=True, check=False, timeout=60)


def test_the_tasks_of_the_plan_are_on_the_stream_and_a_subscriber_proves_that_it_has_them(
    district: Instance, tmp_path: Path
) -> None:
    whole = sampled(district, tmp_path, "tasks", "provincial_reader@*")
    assert (whole.returncode, whole.stderr) == (0, "")
    scoped = sampled(district, tmp_path, "tasks.xa-binh-an", "unit_clerk@xa-binh-an")
    assert (scoped.returncode, scoped.stderr) == (0, "")
    read = [len((tmp_path / f"{channel}.jsonl").read_text().splitlines()) for channel in ("tasks", "tasks.xa-binh-an")]
    assert read[0] > read[1] > 0


def test_a_restart_of_everything_renumbers_nothing(district: Instance, tmp_path: Path) -> None:
    before = read_anew(district, tmp_path / "before")
    assert before
    district.kill()
    district.start()
    assert read_anew(district, tmp_path / "after")[: len(before)] == before


def read_anew(instance: Instance, folder: Path) -> list[str]:
    """Read every message of the tasks' channel into an empty folder; the sample has proven that none is missing."""
    folder.mkdir()
    eventually(lambda: sampled(instance, folder, "tasks", "provincial_reader@*").returncode == 0)
    return (folder / "tasks.jsonl").read_text().splitlines()


def test_the_documents_of_the_streams_are_open_to_everybody(district: Instance) -> None:
    for name in ("openapi.json", "asyncapi.json", "chain.json"):
        assert httpx.get(f"{district.url}/streams/v1/{name}").status_code == 200
    answer = httpx.get(f"{district.url}/streams/v1")
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")

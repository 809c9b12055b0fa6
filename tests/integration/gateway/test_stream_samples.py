"""The sample subscribers work as they stand: they read everything, go on where they stopped, and prove it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.stream_doors import stream_doors

SAMPLES = Path(__file__).parents[3] / "docs" / "samples"


@pytest.fixture
def opened(log, tmp_path):
    with stream_doors(log.engine) as doors:
        (tmp_path / "token.txt").write_text(doors.token("provincial_reader@xa-an"))
        yield doors


def in_python(opened, tmp_path, channel="figures.xa-an"):
    url = opened.url.removesuffix("/streams/v1")
    given = [url, channel, "--token-file", tmp_path / "token.txt", "--keep", tmp_path / "kept.jsonl"]
    return subprocess.run(
        [sys.executable, SAMPLES / "subscriber.py", *given], capture_output=True, text=True, check=False, timeout=60
    )


def test_the_python_sample_reads_goes_on_and_proves_it(opened, log, services, tmp_path):
    for nth in range(3):
        services.release("xa-an", share=nth / 2)
        services.release("xa-binh")
    log.catch_up()
    first = in_python(opened, tmp_path)
    assert (first.returncode, first.stderr) == (0, "")
    assert "3 new messages, 3 in all" in first.stdout
    services.release("mot-cua-an")
    log.catch_up()
    second = in_python(opened, tmp_path)
    assert "1 new messages, 4 in all" in second.stdout
    assert second.stdout.endswith("complete\n")


def test_the_python_sample_notices_a_message_that_was_changed(opened, log, services, tmp_path):
    services.release("xa-an")
    log.catch_up()
    in_python(opened, tmp_path)
    kept = tmp_path / "kept.jsonl"
    kept.write_text(kept.read_text().replace('"size": 5', '"size": 6'))
    changed = in_python(opened, tmp_path)
    assert changed.returncode == 1
    assert "something is missing or was changed" in changed.stderr


def test_the_python_sample_goes_on_after_a_restore(opened, log, services, tmp_path):
    services.release("xa-an")
    backup = dict(services.senders["indicators"].heads)
    services.release("xa-an")
    log.catch_up()
    in_python(opened, tmp_path)
    services.restore("indicators", backup)
    services.release("xa-an")
    services.release("xa-an")
    log.reconcile()
    after = in_python(opened, tmp_path)
    assert (after.returncode, after.stderr) == (0, "")
    assert "3 in all" in after.stdout


def test_the_python_sample_says_why_it_is_not_let_in(opened, log, services, tmp_path):
    services.release("xa-binh")
    log.catch_up()
    refused = in_python(opened, tmp_path, "figures.xa-binh")
    assert refused.returncode != 0
    assert refused.stderr.startswith("unit_not_yours")


def test_the_javascript_sample_comes_to_the_same_hash(opened, log, services, tmp_path):
    for nth in range(5):
        services.release("xa-an", share=nth / 4, small=1e-7, note="Đã niêm yết")
    log.catch_up()
    url = opened.url.removesuffix("/streams/v1")
    command = [
        sys.executable,
        "-m",
        "cchc.node",
        "node",
        SAMPLES / "subscriber.mjs",
        url,
        "figures.xa-an",
        tmp_path / "token.txt",
    ]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.endswith("complete\n")
    assert ran.stdout.startswith("5 messages")

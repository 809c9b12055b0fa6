import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.survey.adapters.tablet_wire import read_line, split_lines
from services.survey.domain.envelope import Kind

_VECTOR = Path(__file__).parents[1] / "chassis" / "identity" / "device-request-vector.json"
WIRE_VECTOR = json.loads(_VECTOR.read_text(encoding="utf-8"))
CAST = WIRE_VECTOR["lines"][0]


def with_(**changes: object) -> bytes:
    return json.dumps(json.loads(CAST) | changes).encode()


def test_the_wire_vector_is_read_and_hashed_as_sent():
    body = ("\n".join(WIRE_VECTOR["lines"]) + "\n").encode()
    lines = [read_line(raw) for raw in split_lines(body)]
    assert [line.sha256 for line in lines] == WIRE_VECTOR["line_sha256"]
    assert [line.envelope.kind for line in lines] == [Kind.CAST, Kind.CHANGE]
    assert lines[1].prev == lines[0].sha256


@pytest.mark.parametrize(
    "changes",
    [
        {"score": 0},
        {"score": 6},
        {"score": "4"},
        {"seq": 0},
        {"v": 2},
        {"entry_id": "no-uuid"},
        {"kind": "else"},
        {"prev": "xyz"},
        {"boot_id": "a\u0000b"},
        {"reasons": ["Có dấu"]},
    ],
)
def test_an_envelope_that_breaks_the_contract_is_still_a_line(changes):
    line = read_line(with_(**changes))
    assert line.envelope is None
    assert line.seq == changes.get("seq", 1) or line.seq is None
    assert line.entry_id is not None


@pytest.mark.parametrize(
    "captured",
    [
        {},
        {"mono_ms": 1.0, "wall": "nonsense"},
        {"mono_ms": 1.0, "wall": "0001-01-01T00:00:00+14:00"},
        {"mono_ms": 1.0, "anchor": {"server": "9999-12-31T23:59:59Z", "mono_ms": 1.0, "rtt_ms": 1.0}},
        {"mono_ms": 1.0, "anchor": {"server": "2026-01-01T00:00:00", "mono_ms": 1.0, "rtt_ms": 1.0}},
        {"mono_ms": 1.0, "anchor": {"server": "2026-01-01T00:00:00Z", "mono_ms": 1.0, "rtt_ms": -5.0}},
    ],
)
def test_a_clock_that_says_nonsense_loses_no_answer(captured):
    line = read_line(with_(captured=captured))
    assert line.envelope is not None
    assert line.envelope.capture.anchor is None


def test_members_that_this_release_does_not_know_are_left_in_the_bytes():
    line = read_line(with_(weather="mưa"))
    assert line.envelope is not None
    assert "mưa" in json.loads(line.raw)["weather"]


@given(st.binary(max_size=300))
def test_any_bytes_are_a_line(raw):
    assert read_line(raw).raw == raw


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda each: st.lists(each) | st.dictionaries(st.text(), each),
        max_leaves=8,
    )
)
def test_any_json_is_a_line(value):
    assert read_line(json.dumps(value).encode()).envelope is None

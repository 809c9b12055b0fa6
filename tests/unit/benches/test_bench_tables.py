"""Figures that benches print become tables of a page."""

import json

import pytest

from benches.__main__ import names
from benches.report import Goal, report
from benches.table import put_into, read_lines, tables

PAGE = "# Figures\n\n<!-- append -->\nnot run yet\n<!-- /append -->\n\n<!-- relay -->\nkept\n<!-- /relay -->\n"


@pytest.fixture
def figures(capsys):
    report("append", "1 thread", 1234.5, "facts/s", peer="pgbench", peer_value=4938.0, goal=Goal(ratio_at_least=0.25))
    report("append", "64 threads", 9.876, "facts/s", goal=Goal(at_least=10))
    return read_lines([*capsys.readouterr().out.splitlines(), "something that is no figure"])


def test_a_figure_stands_beside_its_peer_its_goal_and_whether_it_was_met(figures):
    assert tables(figures)["append"].splitlines()[2:] == [
        "| 1 thread | 1,234 facts/s | pgbench: 4,938 facts/s | 0.25 | ratio >= 0.25 | yes |",
        "| 64 threads | 9.88 facts/s |  |  | >= 10 | **no** |",
    ]


def test_a_page_keeps_the_tables_of_benches_that_were_not_run(figures):
    page = put_into(PAGE, tables(figures))
    assert "1,234 facts/s" in page
    assert "not run yet" not in page
    assert "<!-- relay -->\nkept\n<!-- /relay -->" in page
    assert put_into(page, tables(figures)) == page


def test_a_bench_without_a_place_in_the_page_is_named():
    line = dict.fromkeys(("peer", "peer_value", "ratio", "goal", "met"))
    line |= {"bench": "calm", "figure": "p99", "value": 1, "unit": "ms"}
    with pytest.raises(LookupError, match="calm"):
        put_into(PAGE, tables(read_lines([json.dumps(line)])))


def test_every_bench_is_found_by_its_name():
    assert {"append", "relay", "project", "rebuild", "ingest", "ingest-batch", "kiosk"} <= set(names())
    assert not {"report", "table", "sender"} & set(names())

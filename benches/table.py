"""Tables of kept figures: `make -s bench | python -m benches.table [PAGE]`.

Reads the JSON lines of `benches.report`. Without a page it prints a table per bench; with one it puts each table between
the page's `<!-- NAME -->` and `<!-- /NAME -->`, and leaves the tables of benches that were not run.
"""

import json
import sys
from collections.abc import Iterable, Mapping
from itertools import groupby
from pathlib import Path
from typing import Any

HEADS = ("figure", "value", "peer", "ratio", "goal", "met")

Line = Mapping[str, Any]


def read_lines(lines: Iterable[str]) -> list[Line]:
    """Read figures; whatever is no JSON object is something else that a bench said."""
    return [json.loads(line) for line in lines if line.startswith("{")]


def tables(lines: Iterable[Line]) -> dict[str, str]:
    """Give a Markdown table per bench, the figures in the order in which they were printed."""
    ordered = sorted(lines, key=_bench)
    return {bench: _table(figures) for bench, figures in groupby(ordered, key=_bench)}


def put_into(page: str, made: Mapping[str, str]) -> str:
    """Give the page with its tables replaced.

    Raises:
        LookupError: The page has no place for a bench.
    """
    for bench, table in made.items():
        begin, end = f"<!-- {bench} -->\n", f"<!-- /{bench} -->"
        before, found, rest = page.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise LookupError(f"the page has no place for {bench}")
        page = f"{before}{begin}\n{table}\n{end}{after}"
    return page


def _bench(line: Line) -> str:
    return str(line["bench"])


def _table(lines: Iterable[Line]) -> str:
    rows = [HEADS, ("---",) * len(HEADS), *map(_row, lines)]
    return "".join("| " + " | ".join(row) + " |\n" for row in rows)


def _row(line: Line) -> tuple[str, ...]:
    unit = str(line["unit"])
    peer = "" if line["peer"] is None else f"{line['peer']}: {_number(line['peer_value'])} {unit}"
    met = {None: "", True: "yes", False: "**no**"}[line["met"]]
    value = f"{_number(line['value'])} {unit}"
    cells = (str(line["figure"]), value, peer, _number(line["ratio"]), line["goal"] or "", met)
    return tuple(cell.replace("|", "\\|").strip() for cell in cells)


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def main() -> None:
    """Read figures from standard input; print tables or write them into a page."""
    made = tables(read_lines(sys.stdin))
    if len(sys.argv) == 1:
        print("\n".join(f"### {bench}\n\n{table}" for bench, table in made.items()))
        return
    page = Path(sys.argv[1])
    page.write_text(put_into(page.read_text("utf-8"), made), "utf-8")


if __name__ == "__main__":
    main()

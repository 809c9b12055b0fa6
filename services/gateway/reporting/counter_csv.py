"""Counter results as CSV: one row per one-stop, and the whole."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace

from services.gateway.reporting.counter_report import CounterReport, counter_report
from services.gateway.reporting.counter_sums import Scope
from services.gateway.reporting.figures import Measure, Response, Tally, percent
from services.gateway.reporting.projections.units import display_name
from services.gateway.reporting.read_models import Reading
from services.gateway.reporting.spreadsheets import harmless

COLUMNS = (
    "nhan",
    "tu_ngay",
    "den_ngay",
    "mot_cua",
    "ten",
    "tinh_phieu",
    "so_phieu",
    "muc_1",
    "muc_2",
    "muc_3",
    "muc_4",
    "muc_5",
    "hai_long_phan_tram",
    "khoang_thap",
    "khoang_cao",
    "ty_le_tra_loi_phan_tram",
    "so_khoi",
)
"""The header, stable; decimal points, so that programs read it."""

_LABEL = "khảo sát tại Một cửa"


def figures_csv(reading: Reading, scope: Scope, measure: Measure) -> str:
    """Write the figures of a scope, first of counted ballots, then of all."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for counted_only in (True, False):
        report = counter_report(reading, replace(scope, counted_only=counted_only), measure)
        writer.writerows(_rows(report, "counted" if counted_only else "all"))
    return written.getvalue()


def _rows(report: CounterReport, ballots: str) -> Iterator[list[object]]:
    yield _row(report, ballots, ("", ""), (report.tally, report.response))
    for line in report.by_one_stop:
        name = display_name(report.units, line.key, report.scope.until)
        yield _row(report, ballots, (line.key, name), (line.tally, line.response))


def _row(report: CounterReport, ballots: str, named: tuple[str, str], told: tuple[Tally, Response]) -> list[object]:
    tally, response = told
    share, interval = tally.share(report.measure), tally.interval(report.measure)
    ends = (interval.low, interval.high) if interval else (None, None)
    since = report.scope.since
    return [
        _LABEL,
        since.isoformat() if since else "",
        report.scope.until.isoformat(),
        *map(harmless, named),
        ballots,
        tally.n,
        *tally.scores.values(),
        *("" if value is None else percent(value) for value in (share, *ends, response.rate)),
        tally.blocks,
    ]

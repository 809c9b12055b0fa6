"""REPORTS_ON_TIME: of the reports due in a period, how many were received by the due day."""

from collections.abc import Iterator

from services.indicators.domain.running.report_duty import ReportDuty
from services.indicators.domain.running.shares import Family, Figure, Share


def _shares(duty: ReportDuty) -> Iterator[Share]:
    yield Share("REPORTS_ON_TIME", duty.unit_id, duty.due_on, numerator=int(duty.on_time), denominator=1)


REPORTS_ON_TIME = Family(source=ReportDuty, figures=(Figure(code="REPORTS_ON_TIME"),), shares=_shares)

"""Counts of registers: which indicators an entry adds to is data of the register, so no codes stand here."""

from collections.abc import Iterator

from services.indicators.domain.running.register_entry import RegisterEntry
from services.indicators.domain.running.shares import Family, Share


def _shares(entry: RegisterEntry) -> Iterator[Share]:
    until = entry.until
    if until is not None and until <= entry.on:
        return
    for count in entry.counts:
        numerator, denominator = count.numerator, count.denominator
        yield Share(count.indicator, entry.unit_id, entry.on, numerator, denominator)
        if until is not None:
            yield Share(count.indicator, entry.unit_id, entry.on, -numerator, -denominator, since=until)


REGISTER_COUNTS = Family(source=RegisterEntry, figures=(), shares=_shares, version=2)

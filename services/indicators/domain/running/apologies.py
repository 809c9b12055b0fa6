"""Apologies: letters to late dossiers, letters in good time, and dossiers put off more than once.

A dossier counts as late from the day after its due day; a letter that was sent in advance counts for it from then on.
"""

from collections.abc import Iterator

from services.indicators.domain.running.dossier import Dossier
from services.indicators.domain.running.shares import Family, Figure, Share, Shows, day_after


def _shares(dossier: Dossier) -> Iterator[Share]:
    if dossier.returned:
        return
    place, late, sent = dossier.one_stop_id, day_after(dossier.due_on), dossier.apology_sent_on
    if not dossier.in_time:
        yield Share("APOLOGY_SENT", place, late, denominator=1)
        if sent is not None:
            yield Share("APOLOGY_SENT", place, late, numerator=1, since=sent)
    if sent is not None:
        in_advance = int(sent < dossier.due_on)
        yield Share("APOLOGY_BEFORE_EXPIRY", place, sent, numerator=in_advance, denominator=1)
        yield Share("APOLOGY_REPEATED", place, sent, numerator=int(dossier.new_due_dates > 1), denominator=1)


APOLOGIES = Family(
    source=Dossier,
    figures=(
        Figure(code="APOLOGY_SENT"),
        Figure(code="APOLOGY_BEFORE_EXPIRY"),
        Figure(code="APOLOGY_REPEATED", shows=Shows.COUNT),
    ),
    shares=_shares,
)

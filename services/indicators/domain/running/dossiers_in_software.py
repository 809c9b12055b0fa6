"""DOSSIER_IN_SOFTWARE: of the dossiers a one-stop received, by whichever count, how many are in its software."""

from collections.abc import Iterator

from services.indicators.domain.running.dossier import Dossier
from services.indicators.domain.running.shares import Family, Figure, Share


def _shares(dossier: Dossier) -> Iterator[Share]:
    found = int(dossier.in_software)
    yield Share("DOSSIER_IN_SOFTWARE", dossier.one_stop_id, dossier.received_on, numerator=found, denominator=1)


DOSSIERS_IN_SOFTWARE = Family(source=Dossier, figures=(Figure(code="DOSSIER_IN_SOFTWARE"),), shares=_shares)

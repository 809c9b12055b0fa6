"""How this tenant makes its counter figure."""

from services.chassis.domain import Unavailable
from services.gateway.portal.site import Site
from services.gateway.reporting.figures import Measure


def measure_of(site: Site) -> Measure:
    """Give the measure that the pack chose.

    Raises:
        Unavailable: No pack is loaded yet.
    """
    tenant = site.tenant()
    if not tenant.satisfied_scores:
        raise Unavailable("no tenant pack is loaded")
    return Measure(satisfied_scores=tenant.satisfied_scores, least_ballots=tenant.least_ballots)

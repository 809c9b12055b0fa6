"""Who may read which channel: whoever holds the scope and is appointed where the channel's unit stands, or above. Pure."""

from datetime import date

from services.chassis.identity.callers import Caller
from services.chassis.identity.refusals import UnitNotYours
from services.gateway.streams.channels import Channel
from services.gateway.streams.unit_tree import UnitTree

SCOPE = "streams:read"

EVERYWHERE = "*"
"""The unit of an appointment that is for the whole tenant."""

_FOR_EVERYTHING = frozenset({"reform_desk"})
_FOR_THEIR_UNIT = frozenset({"provincial_reader", "unit_head", "unit_clerk", "chairman", "inspector"})


def covered(caller: Caller, unit_id: str | None, tree: UnitTree, day: date) -> bool:
    """Say whether a caller may read the channels of a unit, `None` for the whole tenant's, by the tree of today.

    The whole tenant's are for those who are appointed at its top, everywhere, or at the reform desk.
    """
    units = caller.units_as(*_FOR_THEIR_UNIT)
    if EVERYWHERE in units or caller.units_as(*_FOR_EVERYTHING):
        return True
    if unit_id is None:
        return not units.isdisjoint(tree.tops(day))
    return not units.isdisjoint(tree.last_chain(unit_id, day))


def require_covered(caller: Caller, channel: Channel, tree: UnitTree, day: date) -> None:
    """Let a caller pass who may read a channel.

    Raises:
        UnitNotYours: The channel tells of units that are not the caller's.
    """
    if not covered(caller, channel.unit_id, tree, day):
        raise UnitNotYours("The channel tells of units that are not yours.", channel=channel.id)

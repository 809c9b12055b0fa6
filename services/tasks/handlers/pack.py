"""Loads the plan of a tenant pack. Loading the same pack again records nothing."""

from collections.abc import Mapping
from typing import Any

from services.tasks.adapters.pack import plan_of
from services.tasks.handlers.kinds import PLAN
from services.tasks.handlers.service import Tasks


def load_pack(service: Tasks, pack: Mapping[str, Any]) -> int:
    """Record the plan that a pack holds, unless it is known; give how many plans were new.

    Args:
        service: Where to record it.
        pack: The content of each file of the pack under the name that `files` gives it.
    """
    command = plan_of(pack, service.days, service.clock.business_now())
    if service.streams.load(PLAN, command.plan_id).state.exists:
        return 0
    service.plans.register(command)
    return 1

"""How a projector reads in tests that tell it when: what is there, without waiting for more."""

from services.chassis.projector import Limits

AT_ONCE = Limits(poll_seconds=0.0)
"""As everywhere, but for the wait at the end of the log."""

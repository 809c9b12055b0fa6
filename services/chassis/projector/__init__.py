"""Projectors: read models kept in step with the log, each message applied once, and rebuilt beside the live one."""

from services.chassis.projector.builds import Build, active_view, drop_build, list_builds
from services.chassis.projector.following import FOR_SCREENS, Limits
from services.chassis.projector.incarnations import MARKER_TYPE, Diverged
from services.chassis.projector.parking import TooManyDeadLetters
from services.chassis.projector.projector import Projector
from services.chassis.projector.rebuilding import Progress, RebuildRunning
from services.chassis.projector.status import Bounds, ProjectionStatus, read_statuses
from services.chassis.projector.tables import create_projection_tables

__all__ = [
    "FOR_SCREENS",
    "MARKER_TYPE",
    "Bounds",
    "Build",
    "Diverged",
    "Limits",
    "Progress",
    "ProjectionStatus",
    "Projector",
    "RebuildRunning",
    "TooManyDeadLetters",
    "active_view",
    "create_projection_tables",
    "drop_build",
    "list_builds",
    "read_statuses",
]

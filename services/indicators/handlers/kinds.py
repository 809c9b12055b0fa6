"""The kinds of streams of the indicators service's own store, and every fact that can stand in them."""

from services.chassis.event_registry import EventRegistry

REGISTRY = EventRegistry(())

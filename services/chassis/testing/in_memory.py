"""Fakes: an event log with every fault a real one has shown, and an event store of dictionaries."""

from services.chassis.testing.in_memory_broker import InMemoryBroker, InMemoryLog
from services.chassis.testing.in_memory_store import InMemoryDatabase, InMemoryEventStore

__all__ = ["InMemoryBroker", "InMemoryDatabase", "InMemoryEventStore", "InMemoryLog"]

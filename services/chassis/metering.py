"""The part of `/metrics` that leases and relays fill in when somebody asks."""

from services.chassis.leases import Leases
from services.chassis.metrics import LEASE_EPOCH, RELAY_LAG, Metrics
from services.chassis.relay import Relay


def fill_leases(metrics: Metrics, leases: Leases) -> None:
    """Say which leases are held, and under which epoch."""
    for name, epoch in tuple(leases.epochs.items()):
        metrics.gauge(LEASE_EPOCH, name).set(epoch)


def fill_relay(metrics: Metrics, relay: Relay) -> None:
    """Say how far the log is behind the outbox, and whether this relay leads."""
    metrics.gauge(RELAY_LAG, relay.store_name).set(relay.lag())
    fill_leases(metrics, relay.leases)

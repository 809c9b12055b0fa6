"""The event log behind a port: Kafka, or the outboxes themselves on one machine."""

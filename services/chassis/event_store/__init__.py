"""The event store: facts and their public messages, numbered under one lock, in one commit."""

"""Commands of the indicators service: load, decide, append."""

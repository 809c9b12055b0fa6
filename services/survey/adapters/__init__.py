"""Tables of the survey service beside its event store."""

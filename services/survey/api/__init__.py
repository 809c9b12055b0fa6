"""The HTTP edge of the survey service: one blueprint per resource, and the reader of tablets' envelopes."""

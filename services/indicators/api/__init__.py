"""The HTTP edge of the indicators service: one blueprint per resource."""

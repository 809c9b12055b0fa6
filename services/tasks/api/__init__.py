"""The HTTP edge of the tasks service: one blueprint per resource."""

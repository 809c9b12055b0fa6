"""Doors that stay open: server-sent events for pages that move by themselves."""

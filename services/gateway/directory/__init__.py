"""The dated tree of units."""

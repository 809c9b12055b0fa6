"""The demonstration year: a whole district worked through one year by the public API alone, from a seed."""

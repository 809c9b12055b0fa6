"""The shared library below every service: no business word in it."""

"""Fakes and adapters through the same suites."""

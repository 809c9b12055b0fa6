"""Fakes and contract suites: what every service and every adapter is tested with."""

"""Letting a crowd go on for a while: a run is a length of time, not a condition."""

import threading


def pause(seconds: float) -> None:
    threading.Event().wait(seconds)

"""Questionnaires, counters, tablets and their ballots."""

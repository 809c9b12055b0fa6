"""One function per command of the tasks service: load, decide, append."""

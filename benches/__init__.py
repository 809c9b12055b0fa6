"""Benches: one file each, peers measured beside ours in the same run."""

"""The chassis's contracts."""

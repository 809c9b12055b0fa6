"""What the service reads from files."""

"""What a unit is, and how its record grows. Pure."""

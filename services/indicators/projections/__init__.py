"""What the service keeps from the log: the folder with its queues and sums, and the dated units."""

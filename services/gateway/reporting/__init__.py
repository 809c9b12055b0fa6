"""Read models made from what the services publish, and the figures shown from them."""

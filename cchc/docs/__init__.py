"""Documents that are made from the code: errors, events, settings, metrics."""

"""The indicators service: what is counted and aimed at, official figures, registers, and the figure folder."""

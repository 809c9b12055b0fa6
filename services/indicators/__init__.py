"""The indicators service. Today: the figure folder, which turns ballots and served counts into released figures."""

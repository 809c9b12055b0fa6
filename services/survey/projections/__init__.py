"""Read models of the survey service, kept by its worker: one per list that staff see."""

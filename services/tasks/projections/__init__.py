"""Read models of the tasks service, kept by its worker."""

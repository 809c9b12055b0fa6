"""Running figures: what each task, report, dossier and register entry adds to which indicator. One file per family."""

"""What the tasks service stands on besides its event store: the tenant pack and the files of evidence."""

"""The gateway: identity, directory, reporting, streams and the portal."""

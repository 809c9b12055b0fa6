"""The base of every web app: guards, problems, limits, request log, published API."""

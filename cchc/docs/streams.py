"""docs/asyncapi.json: what subscribers are told, for machines."""

import json

from services.gateway.streams.asyncapi import asyncapi_document


def streams_document() -> str:
    """Write the document."""
    return json.dumps(asyncapi_document(), ensure_ascii=False, indent=2) + "\n"

"""The JSON API: /api/v1 of the key's workspace.

In: requests with `Authorization: Bearer KEY`. Out: JSON; problems as RFC 9457. Every operation is declared
with its schemas (`operations.py`), checked against them at the door and published in OpenAPI 3.1.
"""

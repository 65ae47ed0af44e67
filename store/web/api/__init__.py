"""The JSON API's own: how a call is declared, who makes it, what it may send, and how it is refused and described.

What can be called stands in each folder's `api.py`, over the same services as its pages.
"""

API = "/api/v1"
DOCS = "/api/docs"

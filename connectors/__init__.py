"""The doors: one folder a channel, and only the edge of it.

A connector verifies, parses, renders and sends.  What a message means is decided behind it.  The contract
that all of them keep, the registry and the in-memory double live here as well.
"""

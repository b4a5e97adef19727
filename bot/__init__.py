"""Rasa's side of Keting: the channel, the turn, the tracker store, NLU components and training.

Lives in an environment of its own (CPython 3.10, `bot/.venv`) and imports nothing of the service; the two
meet over HTTP as `docs/reference/bot-wire.md` says.
"""

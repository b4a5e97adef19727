"""Runs an instance on one machine: ``keting up`` and ``keting doctor``.

Embedded PostgreSQL, the service, the bot's environment, its training, Rasa and the action server, as child
processes that never outlive their parent.  Imports core only; the service does not know that it is watched.
"""

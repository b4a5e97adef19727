"""The service's side of the bot: one turn out, its replies back.

Client of the bot's channel, deadline, circuit breaker, escaping of what visitors type and the look-up of
button payloads that we issued.  Rasa itself is never imported: it lives behind HTTP, in ``bot/``.
"""

"""Graph components of our own: normaliser, intents, emotions, entities, escalation.

Each file holds one component or the pure functions behind it; `config.yml` names them in the order they run.
"""

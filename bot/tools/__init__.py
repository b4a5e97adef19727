"""A trainer's tools behind `keting train`, `test`, `chat` and `compare`: how good a model is, what it makes
of a sentence, and what another model does otherwise.  Only what talks or trains loads Rasa.
"""

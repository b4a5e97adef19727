"""New articles out of what people answered: questions of past conversations that no article answers yet.

pairs (questions with their answers) → clusters (the same question in other words) → miner (proposals, which
a person edits and publishes, or dismisses).
"""

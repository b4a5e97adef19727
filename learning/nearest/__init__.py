"""Which training examples are nearest to a sentence, and why."""

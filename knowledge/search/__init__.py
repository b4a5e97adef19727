"""Finding articles: an index in memory of what readers may see, by words and by meaning.

tokens → lexical (BM25) and vectors (dense) → index (one immutable snapshot) → searcher (keeps it fresh).
"""

"""The knowledge base: articles and their versions, search, import and export (docs/knowledge.md)."""

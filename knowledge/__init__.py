"""Articles that answer questions, and the search over them."""

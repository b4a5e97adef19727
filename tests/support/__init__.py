"""Pieces that several kinds of tests and the benchmarks share."""

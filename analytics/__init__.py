"""Metric definitions as code, projections of the event log, reports and the live board."""

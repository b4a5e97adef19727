"""Stand-ins with the real interfaces: they behave as the real thing may, at its worst."""

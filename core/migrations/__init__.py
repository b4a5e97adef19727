"""Alembic migrations, run by core.migrate; one linear history for the tables of all packages."""

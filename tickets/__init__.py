"""Tickets: types, departments, forms, workflow and service levels."""

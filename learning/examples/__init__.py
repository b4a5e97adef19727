"""The training examples as a trainer edits them in the console: read, searched, checked and changed in their
YAML files.

The files stay the truth, so that editing them by hand or by Git goes on beside: every call looks whether they
have changed.
"""

"""Words and mechanisms that every part shares; imports nothing else of ours.

Messages and their content, visitors and identities, the conversation state machine, the inbox and the
outbox, cursors, authentication, settings, clock, ids, errors, events, audit and blobs, with the tables
they live in and the migrations of the whole schema.
"""

"""Forms: what each asks, how an answer is read, and what happens to a finished one.

`session` is the conversation common to all forms: reading, correcting, refusing, giving way.  `fields`
reads values. Each form is a file: its fields, its validation action and the action that opens the ticket.
"""

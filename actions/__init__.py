"""Custom actions: what the bot does beside talking.  One topic a file.

They run in rasa-sdk's action server, on the bot's environment, and reach the service through its internal
API only. `base` holds what every action shares, `service` and `gateway` the two systems that actions ask.
"""

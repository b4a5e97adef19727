"""Benchmarks: what we promise in numbers, measured on this machine.

    python -m bench            all of them
    python -m bench NAME ...   some

Each starts an instance of its own on loopback, is bounded in time, compares with a limit or a peer of the
same run, counts errors and losses beside latency, prints a table and writes bench/results/<name>.json.
The load comes from this process; the service, PostgreSQL, Rasa and the actions are processes of their own.
"""

"""HTTP and sockets for people and programs: visitors, console, help centre, internal calls of the actions.

Joins for read models live here; this package may import every domain package.
"""

"""Articles into files and out of them: CSV, Excel, Markdown, Word, JSON, web pages.

Every format becomes records first (records.py); plan.py says what each would do, and does it.
"""

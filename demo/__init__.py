"""A believable company for judging every page with data: ``keting demo``.

scripts/ holds dialogues written as plays; stories play them into rows exactly as the service would have
written them: messages, turns, waiting, service, ratings, tickets and the event log.  All in one transaction.
"""

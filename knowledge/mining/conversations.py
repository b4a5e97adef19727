"""What mining reads: closed conversations in which people of the house answered."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from core import schema as s
from core.db import Tx
from core.sql import query
from knowledge.mining.pairs import Line

_MOST_LINES = 40_000

#: What visitors and agents wrote in closed conversations, by conversation and in order, the newest
#: conversations alone if there are too many; trust as in pairs.Pair.
_LINES = query(
    """
    with told as (
        select c.id, c.closed_at,
            case
                when exists (select 1 from conversation later where later.previous_id = c.id
                    and later.opened_at < c.closed_at + interval '24 hours') then 0
                else coalesce((select case when min((e.data ->> 'score')::int) >= 4 then 3
                        when min((e.data ->> 'score')::int) = 3 then 1 else 0 end
                    from event e where e.conversation_id = c.id and e.type = 'service.rated'
                    having count(*) > 0), 1)
            end as trust
        from conversation c
        where c.state = 'closed' and c.closed_at > :since
            and exists (select 1 from message m where m.conversation_id = c.id and m.author = 'agent')
        order by c.closed_at desc
    )
    select m.conversation_id, m.author, m.content ->> 'text' as text, told.trust
    from told join message m on m.conversation_id = told.id
    where m.author in ('visitor', 'agent') and m.seq is not null and m.content ->> 'type' = 'text'
    order by told.closed_at desc, told.id, m.position
    limit :most
    """,
    since=s.Time,
    most=sa.Integer,
)


async def lines(tx: Tx, days: int) -> list[Line]:
    rows = await tx.run(_LINES, {"since": tx.now - timedelta(days=days), "most": _MOST_LINES})
    return [Line(row.conversation_id, row.author, row.text, row.trust) for row in rows]

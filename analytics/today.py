"""Today's numbers for the live board, computed in SQL from the event log alone.

Each means exactly what the function of the same name in analytics.metrics means; a test holds them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core import schema as s
from core.db import Tx


@dataclass(frozen=True)
class Today:
    """Since midnight in the business's time zone.  Times in seconds, csat from 1 to 5; None: no data yet."""

    conversations: int
    handoffs: int
    bot_resolved_share: float | None
    first_response_median_s: float | None
    csat: float | None
    rated: int
    tickets_opened: int


def midnight(time_zone: str, now: datetime) -> datetime:
    """The moment at which the business's day began."""
    zone = ZoneInfo(time_zone)
    return datetime.combine(now.astimezone(zone).date(), time(), zone)


async def today(tx: Tx, time_zone: str) -> Today:
    since = midnight(time_zone, tx.now)
    counts = (await tx.run(_COUNTS, {"since": since})).one()
    bot = (await tx.run(_BOT, {"since": since})).one()
    response = await tx.value(_FIRST_RESPONSE, {"since": since})
    rating = (await tx.run(_CSAT, {"since": since})).one()
    return Today(
        conversations=counts.conversations,
        handoffs=counts.handoffs,
        bot_resolved_share=bot.part / bot.whole if bot.whole else None,
        first_response_median_s=float(response) if response is not None else None,
        csat=float(rating.average) if rating.average is not None else None,
        rated=rating.rated,
        tickets_opened=counts.tickets_opened,
    )


_since = sa.bindparam("since", type_=s.Time)

_COUNTS = sa.text(
    """
    select count(*) filter (where type = 'conversation.opened') as conversations,
           count(*) filter (where type = 'ticket.opened') as tickets_opened,
           count(*) filter (where type = 'conversation.moved' and data->>'before' = 'bot'
                            and data->>'after' in ('waiting', 'agent')) as handoffs
    from event
    where at >= :since and type in ('conversation.opened', 'ticket.opened', 'conversation.moved')
    """
).bindparams(_since)

#: The next thing after an agent took over is either a reply of an agent or the end of the segment.
_FIRST_RESPONSE = sa.text(
    """
    select percentile_cont(0.5) within group (order by extract(epoch from next.at - taken.at))
    from event taken
    cross join lateral (
        select type, at from event
        where conversation_id = taken.conversation_id and id > taken.id
          and (type = 'conversation.moved' or (type = 'reply.sent' and data->>'by' = 'agent'))
        order by id limit 1
    ) next
    where taken.type = 'conversation.moved' and taken.at >= :since
      and taken.data->>'move' in ('claim', 'reassign') and next.type = 'reply.sent'
    """
).bindparams(_since)

_BOT = sa.text(
    """
    select count(*) as whole, count(*) filter (where not handed_off and understood) as part
    from (
        select bool_or(e.type = 'conversation.moved' and e.data->>'before' = 'bot'
                       and e.data->>'after' in ('waiting', 'agent')) as handed_off,
               coalesce((array_agg((e.data->>'understood')::boolean order by e.id desc)
                         filter (where e.type = 'turn.done'))[1], false) as understood
        from event opened
        join event e on e.conversation_id = opened.conversation_id
        where opened.type = 'conversation.opened' and opened.at >= :since
        group by opened.conversation_id
        having bool_or(e.type = 'reply.sent' and e.data->>'by' = 'bot')
    ) story
    """
).bindparams(_since)

_CSAT = sa.text(
    """
    select avg(score) as average, count(*) as rated
    from (
        select distinct on (data->>'service_id') (data->>'score')::int as score
        from event where type = 'service.rated' and at >= :since
        order by data->>'service_id', id desc
    ) last
    """
).bindparams(_since)

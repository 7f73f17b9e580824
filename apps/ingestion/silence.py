"""Sites that have sent nothing for longer than is usual there.

What is usual is learned from a site's own last weeks before it fell silent, nights and weekends
included, however much the other sites of its organization send meanwhile.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.core.leases import LIVE

LEARNED_FROM = dt.timedelta(days=28)
# Rows of one site at most; beyond them its newest say what is usual.
MOST = 20_000
ENOUGH_ARRIVALS = 20
SHORTEST = dt.timedelta(hours=1)
# Longer than the longest gap among its arrivals by half.
BEYOND_USUAL = 1.5
# Who sent nothing for so long was told of, and has closed.
CLOSED_AFTER = dt.timedelta(days=90)

ASKED = """
WITH arrival AS NOT MATERIALIZED (
    SELECT site_id, received_at FROM ingestion_ingress
    WHERE site_id IS NOT NULL AND NOT is_canary AND lane = %(lane)s
)
SELECT site.name, newest.received_at, learned.longest
FROM tenants_site site
CROSS JOIN LATERAL (
    SELECT received_at FROM arrival WHERE site_id = site.id ORDER BY received_at DESC LIMIT 1
) newest
CROSS JOIN LATERAL (
    SELECT count(*) AS arrivals, max(pause) AS longest FROM (
        SELECT received_at - lead(received_at) OVER (ORDER BY received_at DESC) AS pause
        FROM arrival WHERE site_id = site.id AND received_at >= newest.received_at - %(weeks)s
        ORDER BY received_at DESC LIMIT %(most)s
    ) pauses
) learned
WHERE newest.received_at BETWEEN %(now)s - %(closed)s AND %(now)s - %(shortest)s
  AND learned.arrivals > %(enough)s
ORDER BY site.id
"""


@dataclass(frozen=True, slots=True)
class Silence:
    """One site; `usual` is the longest pause that need not worry anybody."""

    site: str
    lasts: dt.timedelta
    usual: dt.timedelta


def asked_at(now: dt.datetime) -> dict[str, Any]:
    """What the question is asked with."""
    return {
        "now": now,
        "lane": LIVE,
        "weeks": LEARNED_FROM,
        "most": MOST,
        "enough": ENOUGH_ARRIVALS,
        "closed": CLOSED_AFTER,
        "shortest": SHORTEST,
    }


def unusual_silences(now: dt.datetime) -> Iterator[Silence]:
    """Of the scope's organization. Sites with few arrivals are not known yet."""
    with connection.cursor() as cursor:
        cursor.execute(ASKED, asked_at(now))
        found = cursor.fetchall()
    for site, last_at, longest in found:
        silence = Silence(site, now - last_at, max(SHORTEST, longest * BEYOND_USUAL))
        if silence.lasts > silence.usual:
            yield silence

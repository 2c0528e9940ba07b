"""What was settled each business day, as bars."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, Sum

from wallet.models import SettlementOutcome, SettlementRun
from wallet.money import rupiah

DAYS, WIDTH, HEIGHT, GAP = 30, 10, 120, 3
K = SettlementOutcome.Kind


def drawn() -> dict[str, Any]:
    """The latest 30 runs, the earliest first: settled, and on top of it what was carried over. Empty without any run."""
    rows = list(
        SettlementRun.objects.order_by("-business_day")
        .annotate(
            settled=Sum("outcomes__amount", filter=Q(outcomes__kind=K.SETTLED), default=0),
            carried=Sum("outcomes__amount", filter=~Q(outcomes__kind=K.SETTLED), default=0),
        )
        .values_list("business_day", "settled", "carried")[:DAYS]
    )[::-1]
    most = max((settled + carried for _day, settled, carried in rows), default=0)
    bars = []
    for place, (day, settled, carried) in enumerate(rows):
        foot = float(HEIGHT)
        for tone, amount in (("#16a34a", settled), ("#f59e0b", carried)):
            tall = HEIGHT * amount / (most or 1)
            foot -= tall
            bars.append(
                {
                    "x": place * (WIDTH + GAP),
                    "y": f"{foot:.2f}",
                    "height": f"{tall:.2f}",
                    "fill": tone,
                    "title": f"{day:%d/%m/%Y}: {rupiah(settled)} + {rupiah(carried)}",
                }
            )
    return {
        "bars": bars,
        "width": DAYS * (WIDTH + GAP),  # of few runs, too: the drawing is stretched to the page, and its height with it
        "height": HEIGHT,
        "bar": WIDTH,
        "most": rupiah(most),
        "first": f"{rows[0][0]:%d/%m/%Y}" if rows else "",
        "last": f"{rows[-1][0]:%d/%m/%Y}" if rows else "",
    }

"""What each signal looks for: one statement a rule, over all that is touched by the transfers of a span.

Each selects (wallet, merchant, device, at, measured, transfers, wallets): one row a subject that met the rule with something that
happened in the span, at its highest. Windows reach back behind the span, so that a span's border hides nothing. What had happened
when a case of the rule was last decided counts no more: only what came since can meet the rule again.

    full_drain      percent of a credit that left its purse within `window` of it
    shared_device   wallets whose codes and allowances one device made within `window`
    concentration   percent of what was sold in a district within `window`, where at least three sell
    round_trip      sales of one merchant that were given back in full, sale and refund within `window`
    odd_hours       sales of one merchant between the hours, within `window`
    velocity        payments of one wallet within `window`
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from wallet.models import FraudRule

EVIDENCE = 200  # transfers shown of a signal, the newest
SHOPS = 3  # fewer sellers in a district are no market to be concentrated in
S = FraudRule.Signal


@dataclass(frozen=True, slots=True)
class Hit:
    """A subject (one of the three) that met a rule, and what shows it."""

    wallet: int | None
    merchant: int | None
    device: bytes | None
    at: datetime
    measured: int
    transfers: list[int]
    wallets: list[int]


# Until when officers have decided on this rule's evidence against each subject; nothing in a window is older than two of them.
DECIDED = """
WITH decided AS MATERIALIZED (
    SELECT c.wallet_id, c.merchant_id, c.device, max(s.at) AS at
    FROM wallet_fraudsignal s JOIN wallet_fraudcase c ON c.id = s.case_id
    WHERE s.rule_id = %(rule)s AND c.status <> 'open' AND s.at >= %(since)s - 2 * make_interval(secs => %(window)s)
    GROUP BY c.wallet_id, c.merchant_id, c.device
), """

FULL_DRAIN = """
fresh AS MATERIALIZED (
    SELECT DISTINCT debit_id AS purse FROM wallet_transfer
    WHERE posted_at >= %(since)s AND posted_at < %(until)s AND kind IN ('redemption', 'cash_out')
), pairs AS MATERIALIZED (
    SELECT came.id AS credit, came.credit_id AS purse, came.amount, gone.id AS spend, gone.amount AS spent, gone.posted_at
    FROM fresh
    JOIN wallet_transfer came ON came.credit_id = fresh.purse AND came.kind IN ('disbursement', 'top_up')
        AND came.amount >= %(minimum_amount)s
        AND came.posted_at >= %(since)s - make_interval(secs => %(window)s) AND came.posted_at < %(until)s
    JOIN wallet_transfer gone ON gone.debit_id = fresh.purse AND gone.kind IN ('redemption', 'cash_out')
        AND gone.posted_at >= came.posted_at AND gone.posted_at < %(until)s
        AND gone.posted_at < came.posted_at + make_interval(secs => %(window)s)
    JOIN wallet_purse purse ON purse.account_id = fresh.purse
    LEFT JOIN decided ON decided.wallet_id = purse.wallet_id
    WHERE decided.at IS NULL OR gone.posted_at > decided.at
), drained AS (
    SELECT credit, least(sum(spent) * 100 / amount, 100) AS measured FROM pairs GROUP BY credit, amount
    HAVING sum(spent) * 100 >= %(threshold)s * amount AND max(posted_at) >= %(since)s AND count(*) >= %(minimum_count)s
)
SELECT purse.wallet_id, NULL::bigint, NULL::bytea, max(pairs.posted_at), max(drained.measured)::bigint,
       array_agg(DISTINCT shown.id ORDER BY shown.id DESC), ARRAY[purse.wallet_id]
FROM drained JOIN pairs USING (credit) JOIN wallet_purse purse ON purse.account_id = pairs.purse
CROSS JOIN LATERAL (VALUES (pairs.credit), (pairs.spend)) shown (id)
GROUP BY purse.wallet_id
"""

SHARED_DEVICE = """
fresh AS MATERIALIZED (
    SELECT DISTINCT device FROM wallet_deviceuse WHERE at >= %(since)s AND at < %(until)s
), used AS MATERIALIZED (
    SELECT u.device, u.wallet_id, u.code_id, u.allowance_id, u.at FROM fresh JOIN wallet_deviceuse u USING (device)
    LEFT JOIN decided ON decided.device = u.device
    WHERE u.at >= %(since)s - make_interval(secs => %(window)s) AND u.at < %(until)s
        AND (decided.at IS NULL OR u.at > decided.at)
), crowded AS (
    SELECT last.device, last.at, count(DISTINCT before.wallet_id) AS measured
    FROM used last JOIN used before ON before.device = last.device
        AND before.at <= last.at AND before.at > last.at - make_interval(secs => %(window)s)
    WHERE last.at >= %(since)s
    GROUP BY last.device, last.at HAVING count(DISTINCT before.wallet_id) >= %(threshold)s
), found AS (SELECT device, max(at) AS at, max(measured) AS measured FROM crowded GROUP BY device)
SELECT NULL::bigint, NULL::bigint, found.device, found.at, found.measured,
       coalesce(array_agg(DISTINCT moved.id ORDER BY moved.id DESC) FILTER (WHERE moved.id IS NOT NULL), '{}'),
       array_agg(DISTINCT used.wallet_id)
FROM found JOIN used USING (device)
LEFT JOIN wallet_offlineclaim claim ON claim.allowance_id = used.allowance_id
LEFT JOIN wallet_payment paid ON paid.code_id = used.code_id OR paid.id = claim.payment_id
LEFT JOIN wallet_transfer moved ON moved.payment_id = paid.id
GROUP BY found.device, found.at, found.measured
"""

CONCENTRATION = """
places AS MATERIALIZED (
    SELECT DISTINCT left(m.region, 8) AS place FROM wallet_transfer t JOIN wallet_merchant m ON m.account_id = t.credit_id
    WHERE t.posted_at >= %(since)s AND t.posted_at < %(until)s AND t.kind IN ('redemption', 'cash_out')
), sales AS MATERIALIZED (
    SELECT m.id AS merchant, left(m.region, 8) AS place, t.id, t.amount, t.posted_at, purse.wallet_id,
           decided.at IS NULL OR t.posted_at > decided.at AS counts
    FROM wallet_transfer t JOIN wallet_merchant m ON m.account_id = t.credit_id
    JOIN wallet_purse purse ON purse.account_id = t.debit_id
    LEFT JOIN decided ON decided.merchant_id = m.id
    WHERE t.posted_at >= %(until)s - make_interval(secs => %(window)s) AND t.posted_at < %(until)s
        AND t.kind IN ('redemption', 'cash_out') AND left(m.region, 8) IN (SELECT place FROM places)
), markets AS (
    SELECT place, sum(amount) AS total FROM sales GROUP BY place HAVING count(DISTINCT merchant) >= %(shops)s
), shares AS (
    -- The market of all others' sales, and of its own that count.
    SELECT merchant, max(markets.total) - coalesce(sum(amount) FILTER (WHERE NOT counts), 0) AS market,
           sum(amount) FILTER (WHERE counts) AS sold, max(posted_at) FILTER (WHERE counts) AS at,
           array_agg(sales.id ORDER BY sales.id DESC) FILTER (WHERE counts) AS transfers,
           array_agg(DISTINCT wallet_id) FILTER (WHERE counts) AS wallets
    FROM sales JOIN markets USING (place) GROUP BY merchant
)
SELECT NULL::bigint, merchant, NULL::bytea, at, (sold * 100 / market)::bigint, transfers, wallets
FROM shares
WHERE sold * 100 >= %(threshold)s * market AND sold >= %(minimum_amount)s
    AND cardinality(wallets) >= %(minimum_count)s AND at >= %(since)s
"""

ROUND_TRIP = """
fresh AS MATERIALIZED (
    SELECT DISTINCT pay.merchant_id AS merchant FROM wallet_transfer t JOIN wallet_payment pay ON pay.id = t.payment_id
    WHERE t.posted_at >= %(since)s AND t.posted_at < %(until)s AND t.kind = 'refund'
), trips AS MATERIALIZED (
    SELECT pay.merchant_id AS merchant, pay.id, pay.wallet_id, max(back.posted_at) AS back_at
    FROM fresh JOIN wallet_payment pay ON pay.merchant_id = fresh.merchant
        AND pay.created_at >= %(since)s - 2 * make_interval(secs => %(window)s) AND pay.created_at < %(until)s
        AND pay.amount >= %(minimum_amount)s
    JOIN wallet_transfer back ON back.payment_id = pay.id AND back.kind = 'refund' AND back.posted_at < %(until)s
    LEFT JOIN decided ON decided.merchant_id = pay.merchant_id
    GROUP BY pay.id, decided.at HAVING sum(back.amount) = pay.amount
        AND max(back.posted_at) < pay.created_at + make_interval(secs => %(window)s)
        AND (decided.at IS NULL OR max(back.posted_at) > decided.at)
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY merchant ORDER BY back_at
                             RANGE BETWEEN make_interval(secs => %(window)s) PRECEDING AND CURRENT ROW) AS measured
    FROM trips
), found AS (
    SELECT merchant, max(back_at) AS at, max(measured) AS measured FROM counted
    WHERE measured >= %(threshold)s AND back_at >= %(since)s GROUP BY merchant
)
SELECT NULL::bigint, found.merchant, NULL::bytea, found.at, found.measured,
       array_agg(DISTINCT moved.id ORDER BY moved.id DESC), array_agg(DISTINCT trips.wallet_id)
FROM found JOIN trips USING (merchant) JOIN wallet_transfer moved ON moved.payment_id = trips.id
GROUP BY found.merchant, found.at, found.measured
"""

ODD_HOURS = """
sales AS MATERIALIZED (
    SELECT m.id AS merchant, t.id, t.posted_at, purse.wallet_id
    FROM wallet_transfer t JOIN wallet_merchant m ON m.account_id = t.credit_id
    JOIN wallet_purse purse ON purse.account_id = t.debit_id
    LEFT JOIN decided ON decided.merchant_id = m.id
    CROSS JOIN LATERAL (SELECT extract(hour FROM t.posted_at AT TIME ZONE 'Asia/Jakarta') AS hour) clock
    WHERE t.posted_at >= %(since)s - make_interval(secs => %(window)s) AND t.posted_at < %(until)s
        AND (decided.at IS NULL OR t.posted_at > decided.at)
        AND t.kind IN ('redemption', 'cash_out') AND t.amount >= %(minimum_amount)s
        AND CASE WHEN %(from_hour)s < %(to_hour)s THEN clock.hour >= %(from_hour)s AND clock.hour < %(to_hour)s
                 ELSE clock.hour >= %(from_hour)s OR clock.hour < %(to_hour)s END
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY merchant ORDER BY posted_at
                             RANGE BETWEEN make_interval(secs => %(window)s) PRECEDING AND CURRENT ROW) AS measured
    FROM sales
), found AS (
    SELECT merchant, max(posted_at) AS at, max(measured) AS measured FROM counted
    WHERE measured >= %(threshold)s AND posted_at >= %(since)s GROUP BY merchant
)
SELECT NULL::bigint, found.merchant, NULL::bytea, found.at, found.measured,
       array_agg(sales.id ORDER BY sales.id DESC), array_agg(DISTINCT sales.wallet_id)
FROM found JOIN sales USING (merchant) GROUP BY found.merchant, found.at, found.measured
HAVING count(DISTINCT sales.wallet_id) >= %(minimum_count)s
"""

VELOCITY = """
fresh AS MATERIALIZED (
    SELECT DISTINCT purse.wallet_id AS wallet FROM wallet_transfer t JOIN wallet_purse purse ON purse.account_id = t.debit_id
    WHERE t.posted_at >= %(since)s AND t.posted_at < %(until)s AND t.kind IN ('redemption', 'cash_out')
), paid AS MATERIALIZED (
    SELECT fresh.wallet, pay.id, pay.created_at FROM fresh JOIN wallet_payment pay ON pay.wallet_id = fresh.wallet
        AND pay.created_at >= %(since)s - make_interval(secs => %(window)s) AND pay.created_at < %(until)s
        AND pay.status = 'paid' AND pay.amount >= %(minimum_amount)s
    LEFT JOIN decided ON decided.wallet_id = fresh.wallet
    WHERE decided.at IS NULL OR pay.created_at > decided.at
), counted AS (
    SELECT *, count(*) OVER (PARTITION BY wallet ORDER BY created_at
                             RANGE BETWEEN make_interval(secs => %(window)s) PRECEDING AND CURRENT ROW) AS measured
    FROM paid
), found AS (
    SELECT wallet, max(created_at) AS at, max(measured) AS measured FROM counted
    WHERE measured >= %(threshold)s AND created_at >= %(since)s GROUP BY wallet
)
SELECT found.wallet, NULL::bigint, NULL::bytea, found.at, found.measured,
       array_agg(DISTINCT moved.id ORDER BY moved.id DESC), ARRAY[found.wallet]
FROM found JOIN paid USING (wallet) JOIN wallet_transfer moved ON moved.payment_id = paid.id
GROUP BY found.wallet, found.at, found.measured
"""

QUERIES: dict[str, str] = {
    S.FULL_DRAIN: FULL_DRAIN,
    S.SHARED_DEVICE: SHARED_DEVICE,
    S.CONCENTRATION: CONCENTRATION,
    S.ROUND_TRIP: ROUND_TRIP,
    S.ODD_HOURS: ODD_HOURS,
    S.VELOCITY: VELOCITY,
}


def find(rule: FraudRule, since: datetime, until: datetime) -> Iterator[Hit]:
    """The subjects that met the rule with something between the two moments, `since` included."""
    with connection.cursor() as cursor:
        cursor.execute(
            DECIDED + QUERIES[rule.signal],
            {
                "rule": rule.pk,
                "since": since,
                "until": until,
                "window": rule.window,
                "threshold": rule.threshold,
                "minimum_amount": rule.minimum_amount,
                "minimum_count": rule.minimum_count,
                "from_hour": rule.from_hour,
                "to_hour": rule.to_hour,
                "shops": SHOPS,
            },
        )
        for wallet, merchant, device, at, measured, transfers, wallets in cursor.fetchall():
            shown = None if device is None else bytes(device)
            yield Hit(
                wallet, merchant, shown, at, int(measured), sorted(transfers[:EVIDENCE]), sorted(wallets[:EVIDENCE])
            )

"""The area `partitions`: ten million transfers in one table beside the same in partitions (docs/adr/0017).

Both have the ledger's columns and indexes and no foreign keys; a partition holds a million ids. A unique index on a
partitioned table must hold what it is partitioned by, so the partitioned one cannot refuse a key that was used before:
what is measured for it is an index that only finds it.
"""

from __future__ import annotations

import time
from functools import partial

from bench import database
from bench.measure import Plan, Row, Tell, in_rounds

AREA = "partitions"
TRANSFERS, PARTITION, MORE, LOOKUPS = 10_000_000, 1_000_000, 100_000, 20_000
PURSES, SHOPS = 1_000_000, 200
COLUMNS = """(id bigint NOT NULL, debit_id bigint NOT NULL, credit_id bigint NOT NULL, amount bigint NOT NULL,
    kind varchar(12) NOT NULL, key varchar(80) NOT NULL, payment_id bigint, reverses_id bigint,
    posted_at timestamptz NOT NULL DEFAULT clock_timestamp())"""
FILL = """
INSERT INTO {table} SELECT n, 1 + n %% %(purses)s, %(purses)s + 1 + abs(hashint8(n)::bigint) %% %(shops)s, 10000, 'redemption',
    'pay:' || n || ':0', n, NULL FROM generate_series(%(first)s, %(last)s) n
"""
INDEXES = """
CREATE UNIQUE INDEX ON {table} (id); CREATE {unique} INDEX ON {table} (key); CREATE INDEX ON {table} (debit_id, id);
CREATE INDEX ON {table} (credit_id, id); CREATE INDEX ON {table} (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX ON {table} USING brin (posted_at)
"""
BY_KEY = """
SELECT count(*) FROM generate_series(1, %(lookups)s) i, LATERAL (
    SELECT FROM {table} WHERE key = 'pay:' || 1 + abs(hashint8(i)::bigint) %% %(last)s || ':0') found
"""
BY_PURSE = """
SELECT count(*) FROM generate_series(1, %(lookups)s) i, LATERAL (
    SELECT FROM {table} WHERE debit_id = 1 + abs(hashint8(i)::bigint) %% %(purses)s ORDER BY id DESC LIMIT 20) found
"""


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """Adding a hundred thousand, finding by key, a purse's page, and the size."""
    database.copy(plan.empty, plan.database)
    last, each = plan.count(TRANSFERS), plan.count(PARTITION)
    values = {"purses": plan.count(PURSES), "shops": SHOPS, "first": 1, "last": last}
    values["lookups"] = plan.count(LOOKUPS)
    database.sql(f"CREATE TABLE one {COLUMNS}")
    database.sql(f"CREATE TABLE parts {COLUMNS} PARTITION BY RANGE (id)")
    for first in range(0, last + plan.rounds * plan.count(MORE) + each, each):
        database.sql(f"CREATE TABLE parts_{first} PARTITION OF parts FOR VALUES FROM ({first}) TO ({first + each})")
    for table, unique in (("one", "UNIQUE"), ("parts", "")):
        tell(f"building: {last:,} transfers, {'in one table' if unique else 'in partitions'}")
        database.sql(FILL.format(table=table), values)
        database.sql(INDEXES.format(table=table, unique=unique))
        database.sql(f"ANALYZE {table}")
    found = {
        (work, unit): in_rounds(
            {table: partial(_rate, query, table, values, count, grows) for table in TABLES}, plan.rounds, tell
        )
        for work, unit, query, count, grows in (
            ("add transfers", "transfers/s", FILL, plan.count(MORE), True),
            ("find by key", "look-ups/s", BY_KEY, values["lookups"], False),
            ("a purse's latest 20", "pages/s", BY_PURSE, values["lookups"], False),
        )
    }
    return [
        Row(AREA, f"{work}, {last:,} there", unit, rates["one"], rates["parts"], "in partitions of a million")
        for (work, unit), rates in found.items()
    ]


TABLES = ("one", "parts")
_grown: dict[str, int] = {}


def _rate(query: str, table: str, values: dict[str, int], count: int, grows: bool) -> float:
    if grows:
        first = _grown.get(table, values["last"]) + 1
        _grown[table] = first + count - 1
        values = values | {"first": first, "last": first + count - 1}
    began = time.monotonic()
    database.sql(query.format(table=table), values)
    return count / (time.monotonic() - began)

"""The area `costs`: what each index, constraint and trigger of the ledger takes from a bulk disbursement (docs/adr/0016).

The same statement by hand pays the same batch in copies of one database, each time without one of them. Ours is the rate
with everything; the ratio tells what would be won by giving that one up: 0.90 means that it takes a tenth.
"""

from __future__ import annotations

from functools import partial

from bench import database
from bench.ledger.bulk import PEOPLE, Bulk, prepared
from bench.measure import Plan, Row, Tell, in_rounds

AREA = "costs"
FOREIGN_KEYS = """
SELECT format('ALTER TABLE %%s {change}', conrelid::regclass, conname) FROM pg_constraint
WHERE contype = 'f' AND conrelid IN ({tables})
"""
CHECKS = """
SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) FROM pg_constraint
WHERE contype = 'c' AND conrelid IN ('wallet_account'::regclass, 'wallet_transfer'::regclass)
"""
TRANSFER, PURSE = "'wallet_transfer'::regclass", "'wallet_purse'::regclass"
WITHOUT = "DROP CONSTRAINT %%I"
# What is taken off before the run: a statement, or (in brackets) a query that writes statements.
VARIANTS: dict[str, str | tuple[str]] = {
    "without the unique key": "ALTER TABLE wallet_transfer DROP CONSTRAINT transfer_once",
    "without the debit index": "DROP INDEX transfer_debit",
    "without the credit index": "DROP INDEX transfer_credit",
    "without the clock's BRIN": "DROP INDEX transfer_posted_at",
    "without one reversal each": "DROP INDEX transfer_reversed_once",
    "without transfers' foreign keys": (FOREIGN_KEYS.format(change=WITHOUT, tables=TRANSFER),),
    "without purses' foreign keys": (FOREIGN_KEYS.format(change=WITHOUT, tables=PURSE),),
    "with foreign keys at commit": (
        FOREIGN_KEYS.format(change="ALTER CONSTRAINT %%I DEFERRABLE INITIALLY DEFERRED", tables=f"{TRANSFER}, {PURSE}"),
    ),
    "without purses' wallet index": "DROP INDEX {wallet_index}",
    "without purses' expiry index": "DROP INDEX purse_usable_until",
    "without checks": (CHECKS,),
    "without the append-only trigger": "DROP TRIGGER append_only ON wallet_transfer",
    "with keys as Django's unique=True": "CREATE INDEX ON wallet_transfer (key varchar_pattern_ops)",
}


def rows(plan: Plan, tell: Tell) -> list[Row]:
    """One row for each of them."""
    with prepared(plan, tell, PEOPLE) as bulk:
        competitors = {"with everything": partial(_rate, bulk, "")}
        competitors |= {name: partial(_rate, bulk, change) for name, change in VARIANTS.items()}
        found = in_rounds(competitors, plan.rounds, tell)
    ours = found.pop("with everything")
    work, unit = f"pay {bulk.people:,} instructions by hand", "instructions/s"
    return [Row(AREA, work, unit, ours, beside, name) for name, beside in found.items()]


def _rate(bulk: Bulk, change: str | tuple[str]) -> float:
    return bulk.people / bulk.by_hand("set_based.sql", before=partial(_apply, change))


def _apply(change: str | tuple[str]) -> None:
    if isinstance(change, tuple):
        for (statement,) in database.sql(change[0].replace("%%", "%")):
            database.sql(statement)
    elif change:
        [(index,)] = database.sql(
            "SELECT indexrelid::regclass::text FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]"
            " WHERE indrelid = 'wallet_purse'::regclass AND attname = 'wallet_id'"
        )
        database.sql(change.format(wallet_index=index))

"""Shops, and wallets that queue before them with purses, codes and, if it is wanted, a long past.

Millions of rows are written by SQL as the house's functions would have left them, and `verify` must find nothing in them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.database import sql
from wallet import ledger, verification
from wallet.models import Account, Merchant, Partner, PurseTerms

PRICE = 10_000  # rupiah a redemption
REMNANT = 15_000  # rupiah in the purse that is spent first: the second payment takes from two
SHOPS = 200
GROCER, DRAPER = "5411", "5651"  # merchant categories


@dataclass(frozen=True, slots=True)
class Queue:
    """Who pays at the shops: so many clients, each with wallets of its own and codes made beforehand.

    `past` is how often each wallet has paid before, and `crowd` how many wallets there are in all; the clients' wallets are
    spread evenly among them.
    """

    clients: int
    wallets_each: int
    codes_each: int
    crowd: int = 0
    past: int = 0

    @property
    def wallets(self) -> int:
        return max(self.crowd, self.clients * self.wallets_each)

    @property
    def transfers(self) -> int:
        """How many there are before anything is measured."""
        return 1 + self.wallets * (1 + self.past) + 2 * self.clients * self.wallets_each

    @property
    def plenty(self) -> int:
        """Rupiah for each wallet's past and for all the codes it may show: none runs dry while it is measured."""
        return PRICE * (self.past + 2 + math.ceil(self.codes_each / self.wallets_each))

    @property
    def stride(self) -> int:
        return self.wallets // (self.clients * self.wallets_each)


CODE_DIGEST = """
CREATE FUNCTION bench_code_digest(client int, number bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    -- wallet.codes.digest of the text of `qr_content`: an HMAC whose key is zeros (bench.settings) leaves two constants.
    SELECT sha256(decode(repeat('5c', 64), 'hex') || sha256(decode(repeat('36', 64), 'hex')
        || ('code|' || lpad(client::text, 4, '0') || lpad(number::text, 22, '0'))::bytea))
$$
"""


def qr_content(client: int, number: int) -> str:
    """The number-th code of a client, as its holder would show it: both count from what pgbench counts, 0 and 1."""
    return f"{client:04}{number:022}"


def merchant_id(shop: int) -> str:
    """Shops are numbered from 1."""
    return f"{shop:015}"


def build(queue: Queue) -> None:
    """Shops, wallets with three purses each, their past, and the codes they will show."""
    partner = Partner(client_id="bench", name="Mitra")
    partner.save()
    for shop in range(1, SHOPS + 1):
        account = ledger.open_account(Account.Kind.MERCHANT)
        Merchant.objects.create(
            partner=partner, merchant_id=merchant_id(shop), name=f"Warung {shop}", mcc=GROCER, account=account
        )
    total = queue.wallets * queue.plenty + queue.clients * queue.wallets_each * (REMNANT + queue.plenty)
    clearing = _funded_clearing(total, queue.past)
    groceries = PurseTerms.objects.create(name="Sembako", mccs=[GROCER])
    clothes = PurseTerms.objects.create(name="Sandang", mccs=[DRAPER])
    with _bare("wallet_purse", "wallet_payment", "wallet_transfer"):
        sql(
            "INSERT INTO wallet_wallet (holder) SELECT gen_random_uuid() FROM generate_series(1, %(n)s)",
            {"n": queue.wallets},
        )
        every = {"clearing": clearing, "past": queue.past, "stride": 1, "count": queue.wallets}
        some = every | {"stride": queue.stride, "count": queue.clients * queue.wallets_each}
        first = _purses(
            every | {"terms": groceries.pk, "amount": queue.plenty, "spent": queue.past * PRICE, "days": 30}
        )
        _purses(some | {"terms": groceries.pk, "amount": REMNANT, "spent": 0, "days": 20})
        _purses(some | {"terms": clothes.pk, "amount": queue.plenty, "spent": 0, "days": 10})
        _past(queue, partner.pk, first)
    sql(CODE_DIGEST)
    sql(
        """
        INSERT INTO wallet_paymentcode (wallet_id, digest, expires_at)
        SELECT 1 + %(stride)s * (client * %(wallets)s + number %% %(wallets)s), bench_code_digest(client, number),
               now() + interval '1 day'
        FROM generate_series(0, %(clients)s - 1) client, generate_series(1, %(codes)s) number
        """,
        {
            "stride": queue.stride,
            "wallets": queue.wallets_each,
            "clients": queue.clients,
            "codes": queue.codes_each,
        },
    )
    sql("VACUUM ANALYZE")
    report = verification.verify()
    if not report.holds:
        raise RuntimeError(f"the world that was built does not verify: {report.findings[:3]}")


def _funded_clearing(amount: int, past: int) -> int:
    """A batch's clearing account that the money of all the purses went through."""
    budget, clearing = ledger.singleton(Account.Kind.BUDGET), ledger.open_account(Account.Kind.CLEARING)
    sql(
        """
        INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key, posted_at)
        VALUES (%(budget)s, %(clearing)s, %(amount)s, 'reservation', 'bench:reserve', now() - interval '1 day' * (%(past)s + 1))
        """,
        {"budget": budget.pk, "clearing": clearing.pk, "amount": amount, "past": past},
    )
    sql(
        "UPDATE wallet_account SET balance = -%(amount)s WHERE id = %(budget)s", {"amount": amount, "budget": budget.pk}
    )
    return clearing.pk


def _purses(parameters: dict[str, int]) -> int:
    """One purse for every stride-th wallet, paid out of the clearing account and spent from since; the account before them."""
    [(before,)] = sql("SELECT max(id) FROM wallet_account")
    parameters = parameters | {"before": before}
    sql(
        """
        INSERT INTO wallet_account (id, kind, balance)
        SELECT %(before)s + n, 'purse', %(amount)s - %(spent)s FROM generate_series(1, %(count)s) n
        """,
        parameters,
    )
    sql(
        """
        INSERT INTO wallet_purse (account_id, wallet_id, terms_id, title, usable_from, usable_until)
        SELECT %(before)s + n, 1 + (n - 1) * %(stride)s, %(terms)s, 'Bantuan', now(), now() + %(days)s * interval '1 day'
        FROM generate_series(1, %(count)s) n
        """,
        parameters,
    )
    sql(
        """
        INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key, posted_at)
        SELECT %(clearing)s, %(before)s + n, %(amount)s, 'disbursement', 'disburse:0:' || %(before)s + n || ':1',
               now() - interval '1 day' * (%(past)s + 1)
        FROM generate_series(1, %(count)s) n
        """,
        parameters,
    )
    _move_on("wallet_account")
    return int(before)


def _past(queue: Queue, partner: int, first: int) -> None:
    """Each wallet has paid once a day for so many days before this one, at any shop.

    The merchants' checkpoints stand where a settlement would have left them: at the end.
    """
    parameters = {"wallets": queue.wallets, "past": queue.past, "partner": partner, "first": first}
    parameters |= {"price": PRICE, "shops": SHOPS}
    sql(
        """
        INSERT INTO wallet_payment (id, partner_id, partner_reference_no, external_id, request_hash, reference_no,
                                    merchant_id, wallet_id, amount, status, decline, title, created_at)
        SELECT n, %(partner)s, 'past-' || n, 'past-' || n, sha256(n::text::bytea), '20260101' || upper(left(md5(n::text), 16)),
               shops.ids[1 + abs(hashint8(n)::bigint) %% %(shops)s], 1 + (n - 1) %% %(wallets)s, %(price)s, 'paid', '', '',
               now() - interval '1 day' * (%(past)s - (n - 1) / %(wallets)s)
        FROM generate_series(1, %(wallets)s::bigint * %(past)s) n,
             (SELECT array_agg(id ORDER BY id) AS ids FROM wallet_merchant) shops
        """,
        parameters,
    )
    sql(
        """
        INSERT INTO wallet_transfer (debit_id, credit_id, amount, kind, key, payment_id, posted_at)
        SELECT %(first)s + p.wallet_id, m.account_id, p.amount, 'redemption', 'pay:' || p.id || ':0', p.id, p.created_at
        FROM wallet_payment p JOIN wallet_merchant m ON m.id = p.merchant_id ORDER BY p.id
        """,
        parameters,
    )
    sql(
        """
        UPDATE wallet_account a SET balance = taken.total, counted_to = taken.last
        FROM (SELECT credit_id, sum(amount) AS total, max(max(id)) OVER () AS last
              FROM wallet_transfer WHERE kind = 'redemption' GROUP BY credit_id) taken
        WHERE a.id = taken.credit_id
        """
    )
    _move_on("wallet_payment")


def _move_on(table: str) -> None:
    """The table's next id comes after those that were given by hand."""
    sql(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")


@contextmanager
def _bare(*tables: str) -> Iterator[None]:
    """The tables without their foreign keys, unique keys and indexes meanwhile; afterwards these are made as they were."""
    taken_off = []
    for table in tables:
        taken_off += sql(
            """
            SELECT format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
                   format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname, pg_get_constraintdef(oid))
            FROM pg_constraint c WHERE conrelid = %(table)s::regclass AND (contype = 'f' OR contype = 'u'
                AND NOT EXISTS (SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid))
            ORDER BY contype
            """,
            {"table": table},
        )
        taken_off += sql(
            """
            SELECT format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid) FROM pg_index
            WHERE indrelid = %(table)s::regclass
                AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
            """,
            {"table": table},
        )
    for drop, _ in taken_off:
        sql(drop)
    yield
    sql("SET maintenance_work_mem = '1GB'")
    for _, make in reversed(taken_off):
        sql(make)

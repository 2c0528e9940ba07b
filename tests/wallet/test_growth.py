"""What a chunk costs depends on the chunk: not on how many wallets there are, nor on how many chunks were paid before."""

from __future__ import annotations

import uuid

from django.db import connection, connections, transaction
from django.utils import timezone

from disbursement import execution
from tests import money
from wallet import ledger, limits
from wallet.models import Wallet

CROWD, CHUNK = 20_000, 200


def test_a_chunk_looks_its_wallets_up_and_reads_no_others(db: None) -> None:
    crowd = [wallet.pk for wallet in Wallet.objects.bulk_create(Wallet(holder=uuid.uuid4()) for _ in range(CROWD))]
    wanted = crowd[:: CROWD // CHUNK]
    # Every table is large: one of a page is read whole, and rightly. Of the chunk one wallet has a purse already.
    without_purse = set(wanted[1:])
    others = [ledger.Grant(f"other:{wallet}", wallet, 1_000) for wallet in crowd if wallet not in without_purse]
    ledger.open_purses(money.fund(10**9).pk, money.terms(), "Bantuan", timezone.now(), None, others)
    columns = [[str(wallet) for wallet in wanted], wanted, [1_000] * CHUNK]
    query = ledger.GrantQuery("SELECT * FROM unnest(%s::text[], %s::bigint[], %s::bigint[])", columns)
    before = _read_in_sequence()
    assert ledger.pin_wallets(query) == {}
    assert limits.exceeded(query, timezone.now()) == {}
    assert _read_in_sequence() == before


def _read_in_sequence() -> dict[str, int]:
    """Rows that this transaction has read by going through a whole table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, seq_tup_read FROM pg_stat_xact_user_tables"
            " WHERE relname IN ('wallet_wallet', 'wallet_purse', 'wallet_account', 'wallet_transfer')"
        )
        return dict(cursor.fetchall())


def test_a_clearing_account_that_pays_many_chunks_keeps_its_place(committed_db: None) -> None:
    """Each transfer's reference to it is checked: versions of its row all over the table would be read every time."""
    clearing, terms, now = money.fund(10**9), money.terms(), timezone.now()
    wallets = [money.wallet().pk for _ in range(20)]
    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM wallet_account")  # as autovacuum would: the room of its earlier versions is given away
    in_place = 0
    for chunk in range(20):  # each fills a page of accounts and more
        grants = [ledger.Grant(f"{chunk}:{n}", wallets[n % len(wallets)], 1_000) for n in range(200)]
        with transaction.atomic():
            before = _updated_in_place("wallet_account")
            assert ledger.open_purses(clearing.pk, terms, "Bantuan", now, None, grants) == len(grants)
            in_place += _updated_in_place("wallet_account") - before
    # Nearly all: while somebody holds a snapshot, autovacuum as well, old versions keep their room. Without room none is.
    assert in_place > 10


def test_an_instruction_that_is_paid_keeps_its_place(committed_db: None) -> None:
    batch = money.approved_crowd(60)
    chunk = batch.chunks.get()
    with transaction.atomic():
        before = _updated_in_place("disbursement_instruction")
        assert execution.pay_next_chunk(batch.pk)
        assert _updated_in_place("disbursement_instruction") - before > chunk.count // 2


def _updated_in_place(table: str) -> int:
    """How many updates wrote no index, since this connection last told its statistics: never within a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = %s", [table])
        [(count,)] = cursor.fetchall()
    return int(count)

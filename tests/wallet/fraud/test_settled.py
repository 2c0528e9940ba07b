"""How far a scan may look: never behind a transaction that has written and not yet ended. Real commits, two connections."""

from __future__ import annotations

import threading

from django.db import connections, transaction

from tests.wallet.fraud import traffic
from wallet.fraud import scans
from wallet.models import FraudScan, Transfer


def test_who_wrote_early_and_commits_late_is_not_passed_over(committed_db: None) -> None:
    place = traffic.town()
    shop, purse = place.shops[0], place.person()
    wrote, may_end = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic():
                Transfer.objects.create(
                    debit_id=purse.pk, credit_id=shop.account_id, amount=1, kind="redemption", key="lambat"
                )
                wrote.set()
                may_end.wait(60)
        finally:
            connections.close_all()

    thread = threading.Thread(target=write)
    thread.start()
    try:
        assert wrote.wait(60)
        list(scans.scan_due())
        reached = FraudScan.objects.latest("until").until
    finally:
        may_end.set()
        thread.join()
    assert reached < Transfer.objects.get(key="lambat").posted_at


def test_who_only_reads_delays_nothing(committed_db: None) -> None:
    reading, may_end = threading.Event(), threading.Event()

    def read() -> None:
        try:
            with transaction.atomic():
                Transfer.objects.exists()
                reading.set()
                may_end.wait(60)
        finally:
            connections.close_all()

    thread = threading.Thread(target=read)
    thread.start()
    try:
        assert reading.wait(60)
        first, second = scans.settled(), scans.settled()
    finally:
        may_end.set()
        thread.join()
    assert first < second

"""A merchant's statement of sales adds up, as figures, as a PDF and for a spreadsheet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as settings_of_hypothesis
from hypothesis import strategies as st

from tests import money
from tests.wallet import shops
from tests.wallet.offline import world as offline
from tests.wallet.test_baskets import BOOK, order
from wallet import merchant_report_pdf, merchant_reports, redemption, settlement
from wallet.models import Merchant
from wallet.offline import losses

pytestmark = pytest.mark.django_db


def traded() -> Merchant:
    """Sold 10,000 and 3,000, gave 1,000 back, was settled, gave 500 back after that."""
    shop = shops.changed(money.merchant(), refund_credit=500)
    wallet = money.wallet()
    money.purse(wallet, 13_000)
    first = redemption.pay(order(shop, wallet, (BOOK,)))
    money.pay(wallet, shop, 3_000)
    money.pay(wallet, shop, 1)  # declined: no sale
    money.refund(first, 1_000)
    settlement.settle(shop, timezone.localdate())
    money.refund(first, 500)
    return Merchant.objects.get(pk=shop.pk)


def adds_up(read: merchant_reports.Report) -> bool:
    settled, returned = (sum(row.amount for row in rows) for rows in (read.settlements, read.returned))
    return read.opening + read.net + read.covered - settled + returned == read.closing


def test_gross_less_refunds_less_no_fee_is_net() -> None:
    today = timezone.localdate()
    read = merchant_reports.of(traded(), today, today)
    assert (read.count, read.gross, read.refunds, read.fee, read.net) == (2, 13_000, 1_500, 0, 11_500)
    assert (read.opening, read.closing) == (0, -500)
    assert [row.amount for row in read.settlements] == [12_000]
    assert adds_up(read)
    rows = list(merchant_reports.sales(read))
    assert sorted(row.amount for row in rows) == [-1_000, -500, 3_000, 10_000]
    assert sum(row.amount for row in rows) == read.net
    assert [row.items for row in rows if row.amount == 10_000] == ["2 x Buku tulis 38 lembar"]


def test_what_came_back_and_what_the_loss_fund_paid_are_lines_of_their_days(settings: Any) -> None:
    settings.OFFLINE_KEYS, settings.OFFLINE_KEY_IN_USE = dict(offline.KEYS), None
    waiting = offline.disputed(money.officer())
    losses.propose(waiting, money.officer(), "petugas lalai")
    losses.cover(waiting, money.officer(), "setuju")
    shop, today = waiting.merchant, timezone.localdate()
    read = merchant_reports.of(shop, today, today)
    assert (read.gross, read.covered, read.closing, adds_up(read)) == (0, 10_000, 10_000, True)
    made = settlement.settle(shop, today)
    assert made is not None
    settlement.returned(made, "rekening ditutup")
    read = merchant_reports.of(shop, today, today)
    assert ([row.amount for row in read.settlements], [row.amount for row in read.returned]) == ([10_000], [10_000])
    assert read.closing == 10_000 and adds_up(read)
    assert dict(merchant_report_pdf.figures(read))["Dikembalikan bank"] == "Rp 10.000"


STEPS = st.lists(st.sampled_from(["buy", "refund", "settle", "return", "pay"]), max_size=12)


@settings_of_hypothesis(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, amounts=st.lists(st.integers(1, 5_000), min_size=12, max_size=12))
def test_whatever_was_traded_the_statement_adds_up(steps: list[str], amounts: list[int]) -> None:
    shop, wallet, today = shops.changed(money.merchant(), refund_credit=50_000), money.wallet(), timezone.localdate()
    money.purse(wallet, 100_000)
    bought, settled = [], []
    for step, amount in zip(steps, amounts, strict=False):
        if step == "buy":
            bought.append(money.pay(wallet, shop, amount))
        elif step == "refund" and bought:
            money.refund(bought.pop(), None)
        elif step == "settle" and (made := settlement.settle(shop, today)) is not None:
            settled.append(made)
        elif step == "return" and settled:
            settlement.returned(settled.pop(), "ditutup")
        elif step == "pay" and settled:
            settlement.confirm_paid(settled[-1])
    read = merchant_reports.of(Merchant.objects.get(pk=shop.pk), today, today)
    assert adds_up(read)
    assert sum(row.amount for row in merchant_reports.sales(read)) == read.net


def test_other_days_and_other_merchants_are_left_out() -> None:
    shop, today = traded(), timezone.localdate()
    traded()
    yesterday = today - timedelta(days=1)
    read = merchant_reports.of(shop, yesterday, yesterday)
    assert (read.count, read.gross, read.refunds, read.closing, read.settlements) == (0, 0, 0, 0, [])
    with pytest.raises(ValueError, match="before the first"):
        merchant_reports.of(shop, today, yesterday)


def test_the_pdf_has_its_figures_on_it() -> None:
    today = timezone.localdate()
    read = merchant_reports.of(traded(), today, today)
    assert dict(merchant_report_pdf.figures(read))["Biaya (MDR 0 %)"] == "Rp 0"
    written = merchant_report_pdf.document(read)
    assert written.startswith(b"%PDF-") and b"/Type /Page" in written
    assert merchant_report_pdf.document(merchant_reports.of(read.merchant, date(2020, 1, 1), date(2020, 1, 1)))
